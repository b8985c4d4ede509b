package graphsim

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
