package csvfile

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"adtally"
)

// previewRows is the number of rows of the preview, and previewCell the longest text in it.
const (
	previewRows = 20
	previewCell = 200
)

// Opener opens a file at its beginning.
type Opener func() (io.ReadCloser, error)

// Guess reads a whole file and says what it looks like. What fixed says is not guessed.
func Guess(open Opener, fixed adtally.FileFormat) (g adtally.FileGuess, err error) {
	g.Format = fixed
	if err := guessEncoding(open, &g); err != nil {
		return g, err
	}
	if err := guessDelimiter(open, &g); err != nil {
		return g, err
	}
	err = eachRow(open, g.Format, func(s *survey, cells []string, line int64) error { return s.row(&g, cells, line) }, func(s *survey) { s.conclude(&g, fixed) })
	return g, err
}

func guessEncoding(open Opener, g *adtally.FileGuess) error {
	if g.Format.Encoding != "" {
		if !slices.Contains(Encodings, g.Format.Encoding) {
			return invalid(fmt.Sprintf("%q is not an encoding that can be read", g.Format.Encoding), "Choose one of "+strings.Join(Encodings, ", ")+".")
		}
		return nil
	}
	f, err := open()
	if err != nil {
		return err
	}
	defer f.Close()
	encoding, reason, err := detectEncoding(f)
	g.Format.Encoding, g.Reasons = encoding, append(g.Reasons, reason)
	return err
}

// eachRow reads a file row by row.
func eachRow(open Opener, f adtally.FileFormat, row func(*survey, []string, int64) error, end func(*survey)) error {
	in, err := open()
	if err != nil {
		return err
	}
	defer in.Close()
	r, err := NewReader(in, f)
	if err != nil {
		return err
	}
	s := &survey{}
	for {
		cells, line, err := r.Read()
		if errors.Is(err, io.EOF) {
			end(s)
			return nil
		}
		if err != nil {
			return err
		}
		if err := row(s, cells, line); err != nil {
			return err
		}
	}
}

// survey collects what the columns of a file hold.
type survey struct {
	columns []*columnSurvey
}

func (s *survey) row(g *adtally.FileGuess, cells []string, line int64) error {
	if g.Columns == nil && !s.begin(g, cells, line) {
		return nil
	}
	if line == g.Format.Header {
		return nil
	}
	g.Rows++
	if len(g.Preview) < previewRows {
		row := adtally.FileRow{Line: line, Cells: make([]string, len(cells))}
		for i, c := range cells {
			row.Cells[i] = shortened(c)
		}
		g.Preview = append(g.Preview, row)
	}
	for i, c := range cells {
		if i < len(s.columns) {
			s.columns[i].take(c, line)
		}
	}
	return nil
}

func shortened(text string) string {
	if n := []rune(text); len(n) > previewCell {
		return string(n[:previewCell]) + "…"
	}
	return strings.Clone(text)
}

// begin takes the header, or the first row of a file without one. It reports false for lines
// before that.
func (s *survey) begin(g *adtally.FileGuess, cells []string, line int64) bool {
	if line < g.Format.Header {
		return false
	}
	g.Columns = make([]string, len(cells))
	if g.Format.Header > 0 {
		g.Columns = Names(cells)
	} else {
		g.Columns = Names(make([]string, len(cells)))
	}
	for range g.Columns {
		s.columns = append(s.columns, newColumnSurvey())
	}
	return true
}

// Names returns the names of columns: those of the header, made unique. A column without a name
// gets a number; empty cells at the end are no columns.
func Names(header []string) []string {
	last := len(header)
	for last > 1 && strings.TrimSpace(header[last-1]) == "" && strings.TrimSpace(strings.Join(header, "")) != "" {
		last--
	}
	names, seen := make([]string, last), map[string]int{}
	for i, h := range header[:last] {
		name := strings.Join(strings.Fields(h), " ")
		if name == "" {
			name = fmt.Sprintf("Column %d", i+1)
		}
		if seen[name]++; seen[name] > 1 {
			name = fmt.Sprintf("%s (%d)", name, seen[name])
		}
		names[i] = name
	}
	return names
}

// conclude decides on the decimal sign and the dates.
func (s *survey) conclude(g *adtally.FileGuess, fixed adtally.FileFormat) {
	if g.Format.Decimal == "" {
		s.decimal(g)
	}
	g.Format.Dates = map[string]string{}
	for i, c := range s.columns {
		if name := g.Columns[i]; fixed.Dates[name] != "" {
			g.Format.Dates[name] = fixed.Dates[name]
		} else if f := c.date(); f != "" {
			g.Format.Dates[name] = f
			g.Reasons = append(g.Reasons, fmt.Sprintf("All dates in %q have the form %s", name, f))
		}
	}
	for i, c := range s.columns {
		if name := g.Columns[i]; g.Format.Dates[name] == "" {
			c.settle(g, name)
		}
	}
}

// decimal decides on the decimal sign by all columns: a file has one.
func (s *survey) decimal(g *adtally.FileGuess) {
	var point, comma, either int64
	var sample string
	for _, c := range s.columns {
		if c.isNumber() {
			point, comma, either = point+c.point, comma+c.comma, either+c.either
			sample = firstOf(sample, c.eitherSample)
		}
	}
	switch {
	case point > 0 && comma > 0:
		g.Problems = append(g.Problems, adtally.FileProblem{Message: "Some numbers have a decimal point and others a decimal comma", Hint: "Choose the decimal sign; lines with the other are refused. Or export the file again with one of them."})
	case point > 0:
		g.Format.Decimal, g.Reasons = ".", append(g.Reasons, "Numbers have a decimal point")
	case comma > 0:
		g.Format.Decimal, g.Reasons = ",", append(g.Reasons, "Numbers have a decimal comma")
	case either > 0 && g.Format.Delimiter == ";":
		g.Format.Decimal, g.Reasons = ",", append(g.Reasons, "Columns are separated by semicolons, so numbers have a decimal comma")
	case either > 0:
		g.Problems = append(g.Problems, adtally.FileProblem{Message: fmt.Sprintf("Numbers such as %s can be read in two ways", sample), Hint: "Choose the decimal sign."})
	default:
		g.Format.Decimal, g.Reasons = ".", append(g.Reasons, "No number has a decimal sign")
	}
}

func firstOf(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
