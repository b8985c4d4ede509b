//go:build linux

package duckdb_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

func init() { roles["load"] = loadAndLoad }

// Many small loads leak no memory. An agency has five hundred ad accounts in one process.
func TestCommit_SmallLoadsDoNotLeak(t *testing.T) {
	t.Parallel()
	c := start(t, "load", filepath.Join(t.TempDir(), "x.duckdb"))
	first := kilobytes(t, c.line())
	c.goOn()
	second := kilobytes(t, c.line())
	c.end()
	// One view per load leaked 90 MB. The race detector's own memory grows by up to 30 MB.
	t.Logf("%d and then %d kB", first, second)
	if grown := second - first; grown > 50<<10 {
		t.Errorf("%d loads leaked %d kB", loadsEach, grown)
	}
}

func kilobytes(t *testing.T, text string) int {
	t.Helper()
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

const loadsEach = 200

// veryWide returns a table with five hundred columns.
func veryWide() *table.Schema {
	s := wide()
	for i := range 465 {
		s.Columns = append(s.Columns, table.Column{Name: fmt.Sprintf("column_number_%d", i), Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "It is wide."})
	}
	return s
}

// loadAndLoad loads a row many times and reports the growth of memory.
func loadAndLoad(path string) error {
	w, err := duckdb.New(duckdb.Options{}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		return err
	}
	s := veryWide()
	if err := w.Prepare(context.Background(), "d", []*table.Schema{s}); err != nil {
		return err
	}
	for n := range 2 * loadsEach {
		if n == loadsEach {
			say(anonymous())
			await()
		}
		day := adtally.WindowOf(20000, 20000)
		load := destination.Load{ID: fmt.Sprint(n), Dataset: "d", Slice: adtally.Slice{Stream: "wide", Account: "1", Window: day}, Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now}
		if _, err := w.Commit(context.Background(), load, oneRow(s)); err != nil {
			return err
		}
	}
	say(anonymous())
	return w.Close()
}

func oneRow(s *table.Schema) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		wideRow(b, s, "1", 20000, 1)
		yield(b.Batch(), nil)
	}
}

// anonymous returns the anonymous memory of this process in kB.
func anonymous() string {
	raw, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err.Error()
	}
	for line := range strings.Lines(string(raw)) {
		if name, rest, _ := strings.Cut(line, ":"); name == "RssAnon" {
			return strings.Fields(rest)[0]
		}
	}
	return "no RssAnon"
}
