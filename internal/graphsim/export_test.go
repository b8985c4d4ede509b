package graphsim

import "strings"

// ReadFields parses a fields parameter, for fuzzing.
func ReadFields(text string) (names []string, ok bool) {
	fields, refused := parseFields(text)
	for _, f := range fields {
		names = append(names, f.name)
	}
	return names, refused == nil
}

// ReadLoose parses a parameter's value.
func ReadLoose(text string) (any, error) { return parseLoose(text) }

// ReadCursor decodes a cursor.
func ReadCursor(text string) (string, bool) { return decodeCursor(text) }

// WriteCursor encodes a cursor.
func WriteCursor(text string) string { return encodeCursor(text) }

// WriteImageCursor encodes a cursor of the edge adimages.
func WriteImageCursor(id string) string { return escapedCursor{}.of(id) }

// ReadImageCursor decodes a cursor of the edge adimages.
func ReadImageCursor(c string) (string, bool) { return escapedCursor{}.id(c) }

// Forms returns the words of every line, clause and condition of a script.
func Forms() (all []string) {
	for _, p := range append(append([]pattern{}, forms...), clauses...) {
		if !strings.HasPrefix(p.words, "and ") || p.group != "when" {
			all = append(all, p.words)
		}
	}
	return all
}

// FormsOf returns the forms that some lines use.
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
