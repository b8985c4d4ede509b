package duckdb_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
)

// Rows of one file are computed in parts, and those of several files at once. Every row comes
// once, also those without a value in the column that divides them.
func TestShare_Parts(t *testing.T) {
	const rows = 400_000
	for _, c := range []struct {
		name  string
		file  string // SQL
		parts int
	}{
		{"one file", "'f1'", 3},
		{"two files", "CASE WHEN i = 7 THEN 'f2' ELSE 'f1' END", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "x.duckdb")
			inserted := 0
			w, err := duckdb.New(duckdb.Options{Trace: func(statement string) {
				if strings.Contains(statement, `"result"`) && strings.HasPrefix(statement, "INSERT") {
					inserted++
				}
			}}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			source := orders()
			source.Name = "source"
			result := orders()
			result.Name, result.Key = "result", nil
			all := func(condition string) string {
				return "SELECT order_id, status, _file FROM adtally.source WHERE " + condition
			}
			got, err := w.(destination.Sharer).Share(context.Background(), "adtally",
				destination.Change{Rows: &destination.Rows{Table: source, Select: fmt.Sprintf("SELECT i::VARCHAR AS order_id, CASE WHEN i %% 3 > 0 THEN (i %% 1000)::VARCHAR END AS status, %s AS _file FROM range(%d) AS r(i)", c.file, rows)}},
				destination.Change{Rows: &destination.Rows{Table: result, Select: all("true"), Parts: &destination.Parts{From: "source", Same: "_file", Column: "status", Select: all}}},
			)
			if err != nil || got[1].Rows != rows {
				t.Fatalf("%v, %v", got, err)
			}
			if inserted != c.parts {
				t.Errorf("%d INSERTs, want %d", inserted, c.parts)
			}
			if n := value(t, path, "SELECT count(DISTINCT order_id)::VARCHAR FROM adtally.result"); n != fmt.Sprint(rows) {
				t.Errorf("%s different rows", n)
			}
		})
	}
}
