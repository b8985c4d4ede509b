package csvfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"adtally"
)

// Delimiters are the delimiters that are guessed.
var Delimiters = []string{",", ";", "\t", "|"}

var delimiterNames = map[string]string{",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars"}

// sampleRows is how many rows decide on the delimiter and the header.
const sampleRows = 100

// shape is what the first rows look like with a delimiter.
type shape struct {
	delimiter string
	rows      [][]string
	lines     []int64
	width     int     // the most common number of cells
	share     float64 // of the rows that have it
}

// guessDelimiter decides on the delimiter and the line of the header.
func guessDelimiter(open Opener, g *adtally.FileGuess) error {
	try := Delimiters
	if g.Format.Delimiter != "" {
		try = []string{g.Format.Delimiter}
	}
	var best shape
	var failed error
	for _, d := range try {
		s, err := shapeOf(open, adtally.FileFormat{Encoding: g.Format.Encoding, Delimiter: d})
		if err != nil {
			failed = err
			continue
		}
		if best.delimiter == "" || s.better(best) {
			best = s
		}
	}
	if best.width < 2 && failed != nil {
		return failed
	}
	if len(best.rows) == 0 {
		return invalid("The file is empty", "Export it again, or choose another file.")
	}
	if g.Format.Delimiter == "" {
		g.Format.Delimiter = best.delimiter
		g.Reasons = append(g.Reasons, fmt.Sprintf("Separated by %s, %d of the first %d rows have %d columns", delimiterNames[best.delimiter], int(best.share*float64(len(best.rows))+0.5), len(best.rows), best.width))
	}
	if g.Format.Header == 0 {
		best.header(g)
	}
	return nil
}

func shapeOf(open Opener, f adtally.FileFormat) (s shape, err error) {
	in, err := open()
	if err != nil {
		return s, err
	}
	defer in.Close()
	r, err := NewReader(in, f)
	if err != nil {
		return s, err
	}
	s.delimiter = f.Delimiter
	widths := map[int]int{}
	for len(s.rows) < sampleRows {
		cells, line, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return s, err
		}
		if line == 1 && strings.HasPrefix(strings.ToLower(cells[0]), "sep=") {
			continue // Excel's way of naming the delimiter
		}
		s.rows, s.lines = append(s.rows, slices.Clone(cells)), append(s.lines, line)
		widths[len(cells)]++
	}
	for width, n := range widths {
		if n > widths[s.width] || n == widths[s.width] && width > s.width {
			s.width = width
		}
	}
	if len(s.rows) > 0 {
		s.share = float64(widths[s.width]) / float64(len(s.rows))
	}
	return s, nil
}

// better compares two delimiters: one that separates anything, then the one with more rows
// alike, then the one with more columns.
func (s shape) better(than shape) bool {
	switch {
	case (s.width > 1) != (than.width > 1):
		return s.width > 1
	case s.share != than.share:
		return s.share > than.share
	}
	return s.width > than.width
}

// header decides whether the first row of full width names the columns.
func (s shape) header(g *adtally.FileGuess) {
	for i, cells := range s.rows {
		if len(cells) != s.width {
			continue
		}
		if !isHeader(cells) {
			break
		}
		g.Format.Header = s.lines[i]
		g.Reasons = append(g.Reasons, fmt.Sprintf("Line %d names the columns", s.lines[i]))
		return
	}
	g.Format.Header = -1
	g.Reasons = append(g.Reasons, "No line names the columns")
}

// isHeader reports whether cells are names: none is a number or a date, and most are filled.
func isHeader(cells []string) bool {
	filled := 0
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		filled++
		if _, err := Number(c, "."); err == nil {
			return false
		}
		for _, f := range DateFormats {
			if _, _, err := f.Parse(c, time.UTC); err == nil {
				return false
			}
		}
	}
	return filled*2 > len(cells)
}
