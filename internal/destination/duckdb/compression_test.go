package duckdb_test

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// A column is compressed in one way, also where DuckDB would find another one a little better: for a
// number that stays the same for many rows, and for IDs that share their beginning.
func TestPrepare_Compression(t *testing.T) {
	t.Parallel()
	ctx, path := context.Background(), filepath.Join(t.TempDir(), "w.duckdb")
	w, s := open(t, path), wide()
	from, _ := adtally.ParseDay("2026-01-01")
	window := adtally.Window{From: from, To: from + 4}
	runs := func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		for day := window.From; day < window.To; day++ {
			for ad := range 1000 {
				for column, text := range map[string]string{"account_id": "1", "date": day.String(), "ad_id": "12020000000000" + strconv.Itoa(1000+ad), "count_0": strconv.Itoa(ad / 500 * 1e12)} {
					if err := b.Set(s.Index(column), []byte(text)); err != nil {
						t.Error(err)
					}
				}
				b.EndRow()
			}
		}
		yield(b.Batch(), nil)
	}
	if _, err := w.Commit(ctx, destination.Load{ID: "l", Dataset: "d", Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now,
		Slice: adtally.Slice{Stream: "wide", Account: "1", Window: window}}, runs); err != nil {
		t.Fatal(err)
	}
	for column, want := range map[string]string{"count_0": "BitPacking", "ad_id": "Dictionary"} {
		if got := value(t, path, "SELECT string_agg(DISTINCT compression, ',') FROM pragma_storage_info('d.wide') WHERE segment_type <> 'VALIDITY' AND column_name = '"+column+"'"); got != want {
			t.Errorf("%s is compressed as %s, want %s", column, got, want)
		}
	}
}
