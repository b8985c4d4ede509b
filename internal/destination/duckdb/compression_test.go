package duckdb_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// Texts that repeat and numbers are compressed in one way each, without trying others.
func TestPrepare_Compression(t *testing.T) {
	t.Parallel()
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "w.duckdb")
	w, s := open(t, path), wide()
	from, _ := adtally.ParseDay("2026-01-01")
	window := adtally.Window{From: from, To: from + 4}
	if _, err := w.Commit(ctx, destination.Load{ID: "l", Dataset: "d", Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now,
		Slice: adtally.Slice{Stream: "wide", Account: "1", Window: window}}, wideRows(s, window, 1000)); err != nil {
		t.Fatal(err)
	}
	how := func(column string) string {
		return value(t, path, "SELECT string_agg(DISTINCT compression, ',') FROM pragma_storage_info('d.wide') WHERE segment_type <> 'VALIDITY' AND column_name = '"+column+"'")
	}
	for column, want := range map[string]string{"campaign_name": "Dictionary", "currency": "Dictionary", "count_3": "BitPacking", "money_3": "BitPacking"} {
		if got := how(column); got != want {
			t.Errorf("%s is compressed as %s, want %s", column, got, want)
		}
	}
}
