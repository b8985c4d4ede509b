package ask

import (
	"embed"
	"strings"
)

// lists name every function of DuckDB 1.5.6. allowed.txt has those that only compute a value
// from their arguments. The others run text as SQL, change something, read files, or show
// settings, the catalog or other people's statements.
//
//go:embed functions/*.txt
var lists embed.FS

// Lists of functions. A table function is allowed in FROM only.
var (
	allowedFunctions = words("allowed.txt")
	refusedFunctions = words("refused.txt")
	refusedTables    = words("refused_tables.txt")
	allowedTables    = map[string]bool{"range": true, "generate_series": true, "unnest": true}
)

func words(file string) map[string]bool {
	text, err := lists.ReadFile("functions/" + file)
	if err != nil {
		panic(err) // the file is part of the program
	}
	all := map[string]bool{}
	for _, w := range strings.Fields(string(text)) {
		all[strings.ToLower(w)] = true
	}
	return all
}
