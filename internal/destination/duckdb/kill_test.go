//go:build linux

package duckdb_test

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination/duckdb"
)

// loadUntilKilled exchanges rows, and stops before every statement of the load
// until it may go on.
func loadUntilKilled(path string) error {
	stops := false
	trace := func(statement string) {
		if stops {
			say(statement)
			await()
		}
	}
	w, err := duckdb.New(duckdb.Options{Trace: trace, Patience: time.Minute}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		return err
	}
	stops = true
	err = commitWide(w, "new", 1, 2, 400)
	stops = false
	say("done")
	return errors.Join(err, w.Close())
}

// PAINS #8, #14: whoever is killed in the middle of a load has written all of
// it or nothing, and a second of a load that was cut off is whole.
func TestAKilledLoadIsThereWholeOrNotAtAll(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	const before, after = 3 * 100, 100 + 2*400
	whole := map[int]bool{}
	for stop := 0; ; stop++ {
		if err := commitWide(w, "old", 0, 3, 100); err != nil {
			t.Fatal(err)
		}
		last := killAt(t, path, stop)
		n, err := rowsNow(w)
		if err != nil || n != before && n != after {
			t.Fatalf("killed at %q: the file has %d rows, %v", last, n, err)
		}
		whole[n] = true
		if strings.HasPrefix(last, "INSERT INTO adtally_warehouse") && n == after {
			t.Errorf("killed at %q, before it was committed, and the rows are there", last)
		}
		if last == "done" {
			break
		}
	}
	if !whole[before] || !whole[after] {
		t.Errorf("the file had %v rows: not all moments were tried", whole)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 2 { // ours, and that of the last
		t.Errorf("the dead left %q behind", left)
	}
}

// killAt kills a child that loads as soon as it has reached its so-manieth
// statement, and while it goes on with it.
func killAt(t *testing.T, path string, stop int) (last string) {
	t.Helper()
	c := start(t, "interrupt", path)
	defer c.kill()
	for range stop + 1 {
		if last = c.line(); last == "done" {
			break
		}
		c.goOn()
	}
	return last
}
