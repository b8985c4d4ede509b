//go:build linux

package duckdb_test

import (
	"context"
	"encoding/binary"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination/duckdb"
)

// loadUntilKilled replaces rows and waits before every statement.
func loadUntilKilled(path string) error {
	stops := false
	trace := func(statement string) {
		if stops {
			say(statement)
			await()
		}
	}
	w, err := duckdb.New(duckdb.Options{Trace: trace, LockTimeout: time.Minute}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		return err
	}
	stops = true
	err = commitWide(w, "new", 1, 2, 400)
	stops = false
	say("done")
	return errors.Join(err, w.Close())
}

// A load that is killed is written completely or not at all, and the next load is complete.
func TestCommit_Killed(t *testing.T) {
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
			t.Fatalf("killed at %q: the file has %d rows, error %v", last, n, err)
		}
		whole[n] = true
		if strings.HasPrefix(last, "INSERT INTO adtally_warehouse") && n == after {
			t.Errorf("killed at %q, before the commit, but the rows are there", last)
		}
		if last == "done" {
			break
		}
	}
	if !whole[before] || !whole[after] {
		t.Errorf("the file had %v rows: not all cases occurred", whole)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) > 2 { // ours, and that of the last child
		t.Errorf("killed processes left %q behind", left)
	}
}

// DuckDB writes metadata in place, so a kill can leave half a block; this was seen once in
// some hundred kills. The undo file repairs it.
func TestUndo_RepairsTornFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "w.duckdb")
	w := open(t, path)
	torn := 0
	for stop := 0; ; stop++ {
		if err := commitWide(w, "old", 0, 3, 100); err != nil {
			t.Fatal(err)
		}
		last := killAt(t, path, stop)
		torn += tear(t, path)
		if n, err := rowsNow(w); err != nil || n != 3*100 && n != 100+2*400 {
			t.Fatalf("killed at %q and torn: the file has %d rows, %v", last, n, err)
		}
		if last == "done" {
			break
		}
	}
	if torn == 0 {
		t.Error("no kill happened while the file was attached")
	}
}

// tear corrupts the second half of every block in the undo file.
func tear(t *testing.T, path string) (torn int) {
	t.Helper()
	kept, err := os.ReadFile(path + ".undo")
	if errors.Is(err, fs.ErrNotExist) {
		return 0
	}
	if err != nil {
		t.Fatal(err)
	}
	db, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	kept = kept[len("adtally undo 1\n"):]
	head := make([]byte, 3*4096)
	if _, err := db.ReadAt(head, 0); err != nil {
		t.Fatal(err)
	}
	if max(binary.LittleEndian.Uint64(head[4096+8:]), binary.LittleEndian.Uint64(head[8192+8:])) != binary.LittleEndian.Uint64(kept) {
		return 0 // DuckDB has written its new state, so there was nothing to undo
	}
	kept = kept[8:]
	size := binary.LittleEndian.Uint64(kept)
	for kept = kept[8:]; uint64(len(kept)) > 8+size; kept = kept[8+size:] {
		at := 3*4096 + binary.LittleEndian.Uint64(kept)*size + size/2
		if _, err := db.WriteAt(make([]byte, size/2), int64(at)); err != nil {
			t.Fatal(err)
		}
		torn++
	}
	return torn
}

// killAt kills a loading child at its n-th statement.
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
