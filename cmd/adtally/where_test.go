package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adtally"
)

// Unsupported destinations are rejected by name, without repeating a secret.
func TestDestination_IsKnownByItsForm(t *testing.T) {
	t.Parallel()
	for text, kind := range map[string]string{
		"ads.duckdb": "", "ads.db": "", "folder/x": "", " ads.duckdb ": "", `C:\ads\ads.duckdb`: "", "/data/my ads=2026.duckdb": "", "./md/ads.duckdb": "",
		"postgres://u:s3cret@db/x": "PostgreSQL", "postgresql+psycopg://u:s3cret@db/x": "PostgreSQL", "POSTGRES://u:s3cret@db": "PostgreSQL",
		"host=db user=u password=s3cret": "connection settings", "Server=db;Pwd=s3cret": "connection settings",
		"md:my_db?motherduck_token=s3cret": "MotherDuck", "s3://key:s3cret@bucket/x": "object storage", "mysql://u:s3cret@h/x": "MySQL",
		"snowflake://u:s3cret@a/b": "Snowflake", "https://u:s3cret@h/ads.duckdb": "web address", "oracle:u/s3cret@h": "begin with oracle:",
		"out.parquet": "Parquet", "x.CSV": "CSV", "x.csv.gz": "CSV", "x.json": "JSON", "book.xlsx": "Excel", "old.sqlite": "SQLite", "all.zip": "archive",
		"-": "standard output", ":memory:": "memory", "duckdb://x.duckdb": "by its path",
	} {
		d, err := destinationAt(text)
		if kind == "" {
			if err != nil || d.Kind != "duckdb" || d.Location != strings.TrimSpace(text) {
				t.Errorf("%q: %+v, %v", text, d, err)
			}
			continue
		}
		f := adtally.FaultOf(err)
		if f == nil || f.Code != "destination_unsupported" || !strings.Contains(f.Message, kind) || strings.Contains(f.Message+f.Hint, "s3cret") {
			t.Errorf("%q: %+v, want %s", text, f, kind)
		}
	}
}

// An existing file that is not a DuckDB file stays unchanged, and no other file is created.
func TestSync_NeverTouchesAFileOfAnotherKind(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	for name, content := range map[string]string{"notes": "my notes", "mine.db": "SQLite format 3\x00 and so on", "report.csv": "a,b\n1,2\n"} {
		file := filepath.Join(folder, name)
		if err := os.WriteFile(file, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		d, err := destinationAt(file)
		if err == nil {
			_, err = destinations["duckdb"](destinationOptions{}).Open(t.Context(), d, adtally.Secret{})
		}
		if f := adtally.FaultOf(err); f == nil || f.Act != adtally.Configure {
			t.Errorf("%s: %v", name, err)
		}
		if now, err := os.ReadFile(file); err != nil || string(now) != content {
			t.Errorf("%s now holds %q, %v", name, now, err)
		}
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 3 {
		t.Errorf("%v, %v", left, err)
	}
}
