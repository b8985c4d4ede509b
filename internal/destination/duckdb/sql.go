package duckdb

import (
	"regexp"
	"strings"

	"adtally/internal/table"
)

// catalog is the name under which the file is attached. It must be none that a
// dataset could have: DuckDB takes a.b for schema a of the file or for file a.
const catalog = "adtally_warehouse"

// ident quotes a name.
func ident(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal quotes a text.
func literal(text string) string { return `'` + strings.ReplaceAll(text, `'`, `''`) + `'` }

// idents quotes names and puts a prefix before each.
func idents(prefix string, names []string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = prefix + ident(n)
	}
	return strings.Join(out, ", ")
}

// target is a table of the file, in full.
func target(dataset, name string) string {
	return catalog + "." + ident(dataset) + "." + ident(name)
}

// each joins a condition per name with a word.
func each(names []string, word string, condition func(name string) string) string {
	out := make([]string, len(names))
	for i, n := range names {
		out[i] = condition(ident(n))
	}
	return strings.Join(out, word)
}

// typeName is a type as DuckDB's catalog prints it.
func typeName(t table.Type) string {
	if t.Kind == table.KindTime {
		return "TIMESTAMP WITH TIME ZONE"
	}
	return t.String()
}

var noWord = regexp.MustCompile(`\W+`)

// renamed is the column that takes the values of a column whose type changed:
// clicks_BIGINT, spend_DECIMAL_18_6.
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
