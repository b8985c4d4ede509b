package adtally

import (
	"cmp"
	"slices"
	"strings"
)

// nearestAtMost limits suggestions to what a person reads at a glance.
const nearestAtMost = 3

// typo is the largest edit distance that counts as a typing error.
const typo = 2

// Nearest returns the names most similar to word, at most nearestAtMost, best first: names
// with a typing error, then names that contain word, then names where about half of the
// characters agree.
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

// DidYouMean returns a question that names the most similar names, or "" if there are none.
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

// distance returns the Levenshtein distance: how many characters must be inserted, removed
// or replaced to turn a into b.
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
