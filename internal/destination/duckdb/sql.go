package duckdb

import (
	"regexp"
	"strings"

	"adtally/internal/table"
)

// catalog is the name under which the file is attached. It must differ from every dataset:
// DuckDB would read a.b as schema a of this file or as file a.
const catalog = "adtally_warehouse"

// ident quotes an identifier.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal quotes a string.
func literal(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }

// idents quotes identifiers and adds a prefix to each.
func idents(prefix string, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + ident(n)
	}
	return strings.Join(out, ", ")
}

// target returns the full name of a table in the file.
func target(dataset, name string) string {
	return catalog + "." + ident(dataset) + "." + ident(name)
}

// each returns a condition for every name, joined with word.
func each(names []string, word string, condition func(name string) string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = condition(ident(n))
	}
	return strings.Join(out, word)
}

// typeName returns a type as DuckDB's catalog prints it.
func typeName(t table.Type) string {
	if t.Kind == table.KindTime {
		return "TIMESTAMP WITH TIME ZONE"
	}
	return t.String()
}

var noWord = regexp.MustCompile(`\W+`)

// renamed returns the name of the column for values of a new type: clicks_BIGINT,
// spend_DECIMAL_18_6.
func renamed(column string, t table.Type) string {
	return column + "_" + strings.Trim(noWord.ReplaceAllString(t.String(), "_"), "_")
}

func names(columns []table.Column) []string {
	out := make([]string, len(columns))
	for i, c := range columns {
		out[i] = c.Name
	}
	return out
}
