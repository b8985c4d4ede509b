package csvfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"adtally"
)

// Limits of a file, so that a quote that is never closed does not fill the memory.
const (
	maxCell  = 1 << 20
	maxCells = 5000
)

// Reader reads the rows of a file. It does not return lines without any text.
type Reader struct {
	in        *bufio.Reader
	delimiter rune
	line      int64 // of the next character
	cells     []string
	text      []byte
	ends      []int
}

// NewReader reads a file from its first line, with its header.
func NewReader(r io.Reader, f adtally.FileFormat) (*Reader, error) {
	delimiter, size := utf8.DecodeRuneInString(f.Delimiter)
	if size == 0 || size != len(f.Delimiter) || delimiter == '"' || delimiter == '\n' || delimiter == '\r' {
		return nil, invalid(fmt.Sprintf("%q cannot be a delimiter", f.Delimiter), "Choose a comma, a semicolon, a tab or a vertical bar.")
	}
	return &Reader{in: decoder(r, f.Encoding), delimiter: delimiter, line: 1}, nil
}

// Read returns the next row and the line on which it begins. The cells are valid until the
// next call.
func (r *Reader) Read() (cells []string, line int64, err error) {
	for {
		line = r.line
		if err := r.row(line); err != nil {
			return nil, line, err
		}
		if len(r.ends) > 1 || len(strings.TrimSpace(string(r.text))) > 0 {
			return r.split(), line, nil
		}
	}
}

func (r *Reader) split() []string {
	all, from := string(r.text), 0
	r.cells = r.cells[:0]
	for _, end := range r.ends {
		r.cells = append(r.cells, all[from:end])
		from = end
	}
	return r.cells
}

// row reads one row into text and ends.
func (r *Reader) row(line int64) error {
	r.text, r.ends = r.text[:0], r.ends[:0]
	begin, quoted := true, false // at the beginning of a cell; within quotes
	any := false
	for {
		c, _, err := r.in.ReadRune()
		if errors.Is(err, io.EOF) && any {
			if quoted {
				return unclosed(line)
			}
			r.ends = append(r.ends, len(r.text))
			return nil
		}
		if err != nil {
			return err
		}
		any = true
		switch {
		case quoted && c == '"':
			if quoted = r.doubled(); quoted {
				r.text = append(r.text, '"')
			}
		case quoted:
			if c == '\n' {
				r.line++
			}
			r.text = utf8.AppendRune(r.text, c)
		case c == '"' && begin:
			quoted, begin = true, false
		case c == r.delimiter:
			r.ends, begin = append(r.ends, len(r.text)), true
		case c == '\n' || c == '\r':
			if c == '\r' {
				r.skip('\n')
			}
			r.line++
			r.ends = append(r.ends, len(r.text))
			return nil
		default:
			r.text, begin = utf8.AppendRune(r.text, c), false
		}
		if err := r.bounded(line, quoted); err != nil {
			return err
		}
	}
}

func (r *Reader) bounded(line int64, quoted bool) error {
	last := 0
	if n := len(r.ends); n > 0 {
		last = r.ends[n-1]
	}
	switch {
	case len(r.text)-last > maxCell && quoted:
		return unclosed(line)
	case len(r.text)-last > maxCell:
		return invalid(fmt.Sprintf("Line %d has a cell of more than 1 MB", line), "Check that the file is a CSV file, and its delimiter.")
	case len(r.ends) > maxCells:
		return invalid(fmt.Sprintf("Line %d has more than %d columns", line, maxCells), "Check the delimiter.")
	}
	return nil
}

// doubled reports whether a second quote follows, and reads it.
func (r *Reader) doubled() bool { return r.skip('"') }

func (r *Reader) skip(c rune) bool {
	next, _, err := r.in.ReadRune()
	if err == nil && next == c {
		return true
	}
	if err == nil {
		_ = r.in.UnreadRune() // it was just read
	}
	return false
}

func unclosed(line int64) error {
	return invalid(fmt.Sprintf("The quotation mark on line %d is never closed", line), "Close it, or remove it; a quotation mark within a quoted cell is written twice.")
}

func invalid(message, hint string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "file_invalid", Message: message, Hint: hint}
}
