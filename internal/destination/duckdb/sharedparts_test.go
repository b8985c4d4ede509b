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

// Rows of a large table are computed in parts: every key comes once, from the file that comes
// first, also without a value in the column that divides the rows.
func TestShare_Parts(t *testing.T) {
	const rows = 400_000
	for _, c := range []struct {
		name, file string // file is SQL
		rows       int
		parts      int
	}{
		{"one small file", "'f1'", 1000, 1},
		{"one file", "'f1'", rows, 3},
		{"a file replaces some rows of another", "CASE WHEN i < 100 THEN 'f2' ELSE 'f1' END", rows, 3},
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
			source, result := orders(), orders()
			source.Name, source.Key, result.Name, result.Key = "source", nil, "result", nil
			all := func(condition string) string {
				return "SELECT order_id, status, _file FROM adtally.source AS k WHERE " + condition
			}
			twice := "SELECT order_id, status, _file FROM (SELECT *, row_number() OVER (PARTITION BY order_id ORDER BY _file DESC) AS n FROM adtally.source) WHERE n = 1"
			// The rows below 100 have the same keys as those from 200 on. One of them is NULL.
			text := fmt.Sprintf("SELECT (CASE WHEN i = 7 OR i = 207 AND $two THEN NULL WHEN i < 100 AND %[1]s = 'f2' THEN i + 200 ELSE i END)::VARCHAR AS order_id, CASE WHEN i %% 3 > 0 THEN (i %% 1000)::VARCHAR END AS status, %[1]s AS _file FROM range(%[2]d) AS r(i)", c.file, c.rows)
			text = strings.ReplaceAll(text, "$two", fmt.Sprint(strings.Contains(c.file, "f2")))
			got, err := w.(destination.Sharer).Share(context.Background(), "adtally",
				destination.Change{Rows: &destination.Rows{Table: source, Select: text}},
				destination.Change{Rows: &destination.Rows{Table: result, Select: twice, Parts: &destination.Parts{From: "source", Key: []string{"order_id"}, Order: "_file DESC", Origin: "_file", Column: "status", Select: all}}},
			)
			if err != nil {
				t.Fatal(err)
			}
			if inserted != c.parts {
				t.Errorf("%d INSERTs, want %d", inserted, c.parts)
			}
			if n := value(t, path, "SELECT count(*)::VARCHAR FROM ((FROM adtally.result EXCEPT ALL "+twice+") UNION ALL ("+twice+" EXCEPT ALL FROM adtally.result))"); n != "0" {
				t.Errorf("%s rows differ of %d", n, got[1].Rows)
			}
		})
	}
}
