package ask

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"adtally"
)

// NewJob is a statement on the tables of a file.
func NewJob(q adtally.SQLQuery, file string, tables []adtally.ModelledTable) Job {
	j := Job{SQL: q.SQL, File: file, Limits: limitsOf(q.Limits), Memory: Memory}
	datasets := []string{"memory", "main", "system", "temp", "information_schema", "pg_catalog", warehouse}
	for _, t := range tables {
		one := Table{Dataset: t.Dataset, Name: t.Name}
		for _, c := range t.Columns {
			one.Columns = append(one.Columns, c.Name)
		}
		j.Tables = append(j.Tables, one)
		datasets = append(datasets, strings.ToLower(t.Dataset))
	}
	if name := catalogOf(file); !slices.Contains(datasets, strings.ToLower(name)) {
		j.Catalog = name
	}
	return j
}

// plainName matches names that need no quotes.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// catalogOf is the name that people's own DuckDB gives to the file when they open it, so that
// their statements can be used here too.
func catalogOf(file string) string {
	name, _, _ := strings.Cut(filepath.Base(file), ".")
	if !plainName.MatchString(name) {
		return ""
	}
	return name
}
