package adtally

import (
	"cmp"
	"slices"
	"strings"
)

// nearestAtMost is how many names a person reads at a glance.
const nearestAtMost = 3

// A typing error changes one or two characters.
const typo = 2

// Nearest are the names that are most like a word, the likest first: those that
// differ by a typing error, then those that hold the word, then those of which half
// agrees. There may be none.
func Nearest(word string, names []string) []string {
	type ranked struct {
		name           string
		tier, distance int
	}
	var found []ranked
	word = strings.ToLower(strings.TrimSpace(word))
	for _, name := range names {
		n := ranked{name: name, distance: distance(word, strings.ToLower(name))}
		switch {
		case n.distance <= typo:
		case word != "" && strings.Contains(strings.ToLower(name), word):
			n.tier = 1
		case n.distance <= len(word)/2:
			n.tier = 2
		default:
			continue
		}
		found = append(found, n)
	}
	slices.SortFunc(found, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.tier, b.tier), cmp.Compare(a.distance, b.distance), cmp.Compare(a.name, b.name))
	})
	var out []string
	for _, n := range slices.CompactFunc(found, func(a, b ranked) bool { return a.name == b.name }) {
		out = append(out, n.name)
	}
	return out[:min(len(out), nearestAtMost)]
}

// DidYouMean is a sentence that names the nearest of some names; empty where there is
// none.
func DidYouMean(word string, names []string) string {
	near := Nearest(word, names)
	if len(near) == 0 {
		return ""
	}
	text := strings.Join(near, ", ")
	if i := strings.LastIndex(text, ", "); i >= 0 {
		text = text[:i] + " or " + text[i+2:]
	}
	return "Did you mean " + text + "?"
}

// distance is how many characters must be put in, taken out or exchanged to make one
// word of the other (Levenshtein).
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		before := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := before
			if a[i] != b[j] {
				change++
			}
			before = row[j+1]
			row[j+1] = min(change, before+1, row[j]+1)
		}
	}
	return row[len(b)]
}
