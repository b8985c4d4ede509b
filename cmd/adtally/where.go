package main

import (
	"regexp"
	"slices"
	"strings"

	"adtally"
)

// addressed matches texts that begin with a scheme, such as postgres://… or md:…, but not
// a Windows drive letter.
var addressed = regexp.MustCompile(`^([a-zA-Z][a-zA-Z0-9+.-]+):`)

// connecting matches a list of connection settings, as PostgreSQL uses.
var connecting = regexp.MustCompile(`(?i)(^|[\s;])(host|server|password|pwd|dbname|database|user|account)\s*=`)

// spokenKinds names warehouses and file formats that people may try, by scheme or file
// extension.
var spokenKinds = []struct {
	name  string
	words []string
}{
	{"PostgreSQL", []string{"postgres", "postgresql", "pg"}}, {"MotherDuck", []string{"md", "motherduck"}}, {"MySQL", []string{"mysql", "mariadb"}},
	{"Snowflake", []string{"snowflake"}}, {"BigQuery", []string{"bigquery", "bq"}}, {"ClickHouse", []string{"clickhouse", "ch"}},
	{"Redshift", []string{"redshift"}}, {"Databricks", []string{"databricks"}}, {"SQL Server", []string{"mssql", "sqlserver"}},
	{"a web address", []string{"http", "https"}}, {"object storage", []string{"s3", "s3a", "gs", "gcs", "az", "azure", "abfss", "r2"}},
	{"Parquet", []string{".parquet", ".pq"}}, {"CSV", []string{".csv", ".tsv", ".csv.gz"}}, {"JSON", []string{".json", ".jsonl", ".ndjson"}},
	{"Excel", []string{".xlsx", ".xls"}}, {"SQLite", []string{"sqlite", ".sqlite", ".sqlite3"}}, {"Arrow", []string{".arrow", ".feather"}},
	{"an archive", []string{".gz", ".zip", ".zst"}},
}

// destinationAt recognises a destination by its form. It rejects unsupported kinds by name
// and does not repeat the rest, which may contain a password.
func destinationAt(text string) (adtally.Destination, error) {
	text = strings.TrimSpace(text)
	if kind := kindOf(text); kind != "" {
		return adtally.Destination{}, wrong("destination_unsupported", "Use a DuckDB file, for example ads.duckdb. DuckDB can export from there to many other systems.",
			"Adtally cannot write to %s yet", kind)
	}
	return adtally.Destination{Kind: "duckdb", Location: text}, nil
}

// kindOf names the kind of an unsupported destination; "" if it may be a DuckDB file.
func kindOf(text string) string {
	lower := strings.ToLower(text)
	prefix := ""
	if m := addressed.FindStringSubmatch(lower); m != nil {
		prefix, _, _ = strings.Cut(m[1], "+") // postgresql+psycopg://
	}
	for _, k := range spokenKinds {
		isFile := func(w string) bool { return strings.HasPrefix(w, ".") && strings.HasSuffix(lower, w) }
		if slices.Contains(k.words, prefix) || slices.ContainsFunc(k.words, isFile) {
			return k.name
		}
	}
	switch {
	case text == "-":
		return "its standard output"
	case lower == ":memory:":
		return "memory, which is gone when the program ends"
	case prefix == "file", prefix == "duckdb":
		return prefix + ": addresses; name the file by its path"
	case prefix != "":
		return "addresses that begin with " + prefix + ":"
	case connecting.MatchString(text):
		return "a server that is named by connection settings"
	}
	return ""
}
