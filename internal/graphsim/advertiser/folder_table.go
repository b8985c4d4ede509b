package advertiser

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// table is one CSV file of a folder. A nil table stands for a missing file: it has no
// columns and no lines.
type table struct {
	file    string
	columns []string
	at      map[string]int
	records []record
}

type record struct {
	number int // the number of the record's first line in the file
	cells  []string
}

// readTable reads a file. It returns nil and no error if the file does not exist.
func readTable(dir, name string) (*table, error) {
	content, err := os.ReadFile(filepath.Join(dir, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	}
	t := &table{file: filepath.Join(dir, name), at: map[string]int{}}
	return t, t.read(content)
}

// byteOrderMark is written by some spreadsheets at the start of a UTF-8 file.
const byteOrderMark = "\ufeff"

func (t *table) read(content []byte) error {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(content, []byte(byteOrderMark))))
	r.FieldsPerRecord = -1 // read counts the cells itself, for a better error
	for {
		cells, err := r.Read()
		switch {
		case errors.Is(err, io.EOF):
			return t.headed()
		case err != nil:
			return t.malformed(err)
		}
		number, _ := r.FieldPos(0)
		if t.columns == nil {
			if err := t.header(number, cells); err != nil {
				return err
			}
			continue
		}
		if len(cells) != len(t.columns) {
			return fmt.Errorf("%s:%d: %d cells, where the header has %d", t.file, number, len(cells), len(t.columns))
		}
		t.records = append(t.records, record{number, cells})
	}
}

func (t *table) malformed(err error) error {
	var at *csv.ParseError
	if errors.As(err, &at) {
		return fmt.Errorf("%s:%d:%d: expected a CSV cell: %w", t.file, at.Line, at.Column, at.Err)
	}
	return fmt.Errorf("%s: %w", t.file, err)
}

func (t *table) headed() error {
	if t.columns == nil {
		return fmt.Errorf("%s:1: empty; expected a line with the names of the columns", t.file)
	}
	return nil
}

func (t *table) header(number int, names []string) error {
	t.columns = names
	for i, name := range names {
		if _, twice := t.at[name]; twice && name != "" {
			return fmt.Errorf("%s:%d: two columns %s; expected each once", t.file, number, name)
		}
		t.at[name] = i
	}
	return nil
}

func (t *table) has(column string) bool {
	if t == nil {
		return false
	}
	_, ok := t.at[column]
	return ok
}

// needs returns an error if one of the columns is missing. A nil table needs no columns.
func (t *table) needs(columns ...string) error {
	for _, c := range columns {
		if t != nil && !t.has(c) {
			return fmt.Errorf("%s:1: expected a column %s among %s", t.file, c, strings.Join(t.columns, ", "))
		}
	}
	return nil
}

// each calls do for each line and stops at the first error.
func (t *table) each(do func(line) error) error {
	if t == nil {
		return nil
	}
	for _, r := range t.records {
		if err := do(line{t, r}); err != nil {
			return err
		}
	}
	return nil
}

// line is one record of a table.
type line struct {
	*table
	record
}

// text returns a cell unchanged; "" if the cell is empty or there is no such column.
func (l line) text(column string) string {
	if i, ok := l.at[column]; ok {
		return l.cells[i]
	}
	return ""
}

func (l line) wrong(column, expected string) error {
	return fmt.Errorf("%s:%d: column %s: %q, expected %s", l.file, l.number, column, l.text(column), expected)
}

func (l line) day(column string) (Date, error) {
	day, err := time.Parse(time.DateOnly, l.text(column))
	if err != nil {
		return 0, l.wrong(column, "a day such as 2026-05-01")
	}
	return Date(day.Unix() / 86400), nil
}

// id returns an object's ID. It accepts digits only, because a spreadsheet may have turned
// the ID into 1.2E+17.
func (l line) id(column string) (string, error) {
	if s := l.text(column); isDigits(s) {
		return s, nil
	}
	return "", l.wrong(column, "an id, digits only")
}

func (l line) whole(column string) (int64, error) {
	n, err := strconv.ParseInt(l.text(column), 10, 64)
	if err != nil {
		return 0, l.wrong(column, "a whole number")
	}
	return n, nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
