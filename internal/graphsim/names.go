package graphsim

import (
	_ "embed" // the lists of names
	"strings"
)

//go:embed spec/names.txt
var namesText string

// known holds the names that the API knows: known["Ad"]["bid_type"].
var known = readNames(namesText)

func readNames(text string) map[string]map[string]bool {
	lists := map[string]map[string]bool{}
	for paragraph := range strings.SplitSeq(text, "\n\n") {
		owner, names, ok := strings.Cut(paragraph, ":")
		if !ok || strings.HasPrefix(paragraph, "#") {
			continue
		}
		lists[owner] = map[string]bool{}
		for _, name := range strings.Fields(names) {
			lists[owner][name] = true
		}
	}
	return lists
}
