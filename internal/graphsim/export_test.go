package graphsim

import "strings"

// Readings of a request's parts, for fuzzing. What is read wrongly is refused.
func ReadFields(text string) (names []string, ok bool) {
	fields, refused := parseFields(text)
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names, refused == nil
}

// ReadLoose reads a parameter's value.
func ReadLoose(text string) (any, error) { return parseLoose(text) }

// ReadCursor reads and writes cursors.
func ReadCursor(text string) (string, bool) { return decodeCursor(text) }

// WriteCursor makes a cursor.
func WriteCursor(text string) string { return encodeCursor(text) }

// WriteImageCursor makes a cursor of the edge adimages.
func WriteImageCursor(id string) string { return escapedCursor{}.of(id) }

// ReadImageCursor reads one.
func ReadImageCursor(c string) (string, bool) { return escapedCursor{}.id(c) }

// Forms are the words of every line, clause and circumstance that a script can
// have.
func Forms() (all []string) {
	for _, p := range append(append([]pattern{}, forms...), clauses...) {
		if !strings.HasPrefix(p.words, "and ") || p.group != "when" {
			all = append(all, p.words)
		}
	}
	return all
}

// FormsOf are those that some lines use.
func FormsOf(lines []string) map[string]bool {
	used := map[string]bool{}
	for _, text := range lines {
		words, _ := splitLine(text)
		form, _, at, _ := longest(forms, words, 0)
		for form != nil {
			used[form.words] = true
			if at == len(words) {
				break
			}
			form, _, at, _ = longest(clauses, words, at)
		}
	}
	return used
}
