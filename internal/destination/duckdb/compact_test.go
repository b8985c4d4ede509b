package duckdb_test

import (
	"context"
	"iter"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// Large loads of new days leave their row groups as they are. Once rows were replaced, row groups
// that are not full are joined.
func TestCommit_JoinsRowGroups(t *testing.T) {
	t.Parallel()
	path, s := filepath.Join(t.TempDir(), "w.duckdb"), narrow()
	w := open(t, path)
	commit := func(id string, from, days adtally.Day, text string) {
		t.Helper()
		window := adtally.Window{From: from, To: from + days}
		if _, err := w.Commit(context.Background(), destination.Load{ID: id, Dataset: "d", Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now,
			Slice: adtally.Slice{Stream: s.Name, Account: "1", Window: window}}, narrowRows(t, s, window, text)); err != nil {
			t.Fatal(err)
		}
	}
	groups := func() string {
		return value(t, path, "SELECT count(DISTINCT row_group_id)::VARCHAR FROM pragma_storage_info('d.narrow')")
	}
	from, _ := adtally.ParseDay("2026-01-01")
	for i := range adtally.Day(3) {
		commit("l"+strconv.Itoa(int(i)), from+4*i, 4, "a")
	}
	if got := groups(); got != "6" {
		t.Errorf("%s row groups after three large loads, want 6", got)
	}
	commit("again", from+10, 1, "b")
	if got := groups(); got != "4" {
		t.Errorf("%s row groups after a day was replaced, want 4", got)
	}
}

// perDay makes four days of a load a little longer than a row group.
const perDay = 8250

func narrow() *table.Schema {
	s := &table.Schema{Name: "narrow", Description: "A narrow table.", Mode: table.Replace, Key: []string{"account_id", "date", "ad_id"}}
	for _, name := range []string{"account_id", "ad_id", "text", "date"} {
		s.Columns = append(s.Columns, table.Column{Name: name, Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "It is " + name + "."})
	}
	s.Columns[3].Type = table.Date
	return s
}

func narrowRows(t *testing.T, s *table.Schema, w adtally.Window, text string) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		for day := w.From; day < w.To; day++ {
			for ad := range perDay {
				for column, value := range map[string]string{"account_id": "1", "date": day.String(), "ad_id": strconv.Itoa(ad), "text": text} {
					if err := b.Set(s.Index(column), []byte(value)); err != nil {
						t.Error(err)
					}
				}
				b.EndRow()
			}
		}
		yield(b.Batch(), nil)
	}
}
