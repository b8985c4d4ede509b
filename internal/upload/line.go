package upload

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"adtally"
	"adtally/internal/csvfile"
	"adtally/internal/table"
)

// line is a row of a file or of a mapped table, before it is understood.
type line struct {
	number int64
	cells  []string
}

// lines reads a file's rows after its header. The cells are valid until the next row.
func lines(open csvfile.Opener, f adtally.FileFormat) iter.Seq2[line, error] {
	return func(yield func(line, error) bool) {
		in, err := open()
		if err != nil {
			yield(line{}, err)
			return
		}
		defer in.Close()
		r, err := csvfile.NewReader(in, f)
		if err != nil {
			yield(line{}, err)
			return
		}
		for {
			cells, number, err := r.Read()
			if errors.Is(err, io.EOF) || err == nil && number > f.Header && !yield(line{number, cells}, nil) {
				return
			}
			if err != nil {
				yield(line{}, err)
				return
			}
		}
	}
}

// cell is where a field's value comes from.
type cell struct {
	field    field
	column   string // name; empty for a constant
	index    int
	constant string // as the builder reads it
	format   cellFormat
}

// lineReader understands the lines of a file.
type lineReader struct {
	kind    adtally.FileKind
	columns int
	cells   map[string]cell
	wide    []cell // columns of rates, one for each currency
	zone    *time.Location
	last    string // order of the line before
}

// newLineReader prepares a mapping that was checked.
func newLineReader(f adtally.DataFile) (*lineReader, error) {
	if err := Check(f); err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(f.Mapping.Zone)
	if err != nil {
		return nil, err
	}
	r := &lineReader{kind: f.Kind, columns: len(f.Guess.Columns), cells: map[string]cell{}, zone: zone}
	index := map[string]int{}
	for i, c := range f.Guess.Columns {
		index[c] = i
	}
	for _, d := range fields[f.Kind] {
		if column := f.Mapping.Columns[d.Name]; column != "" {
			r.cells[d.Name] = cell{d, column, index[column], "", formatOf(f, column, zone)}
		} else if constant := f.Mapping.Constants[d.Name]; constant != "" {
			value, err := parse(d.Type, constant, cellFormat{".", csvfile.DateFormats[0], zone})
			if err != nil {
				return nil, err
			}
			r.cells[d.Name] = cell{field: d, constant: value, index: -1}
		}
	}
	if _, long := r.cells["rate"]; f.Kind == adtally.RatesFile && !long {
		rate, _ := fieldOf(f.Kind, "rate")
		for i, c := range f.Guess.Columns {
			if isCode.MatchString(c) {
				r.wide = append(r.wide, cell{rate, c, i, "", formatOf(f, c, zone)})
			}
		}
	}
	return r, nil
}

// formatOf returns how the values of a column are written.
func formatOf(f adtally.DataFile, column string, zone *time.Location) cellFormat {
	if f.Relation != "" {
		return cellFormat{".", csvfile.DateFormats[0], zone}
	}
	dates, _ := csvfile.FormatNamed(f.Mapping.Format.Dates[column])
	return cellFormat{f.Mapping.Format.Decimal, dates, zone}
}

// understood is a line as values by field; empty = absent.
type understood map[string]string

// badCell is a value that cannot be understood.
type badCell struct {
	column, value, reason string
}

func (b *badCell) Error() string { return b.reason }

// read returns the values of a line; nil for a line that is no row of its own.
func (r *lineReader) read(l line, values understood) (bool, error) {
	clear(values)
	if extra := len(l.cells) - r.columns; extra > 0 && strings.TrimSpace(strings.Join(l.cells[r.columns:], "")) != "" {
		return false, &badCell{"", strings.Join(l.cells[r.columns:], " "), fmt.Sprintf("The line has %d cells more than the header; a delimiter may be missing its quotation marks", extra)}
	}
	var bad error
	for name, c := range r.cells {
		v, err := r.value(l, c)
		if err != nil && bad == nil {
			bad = err
		}
		values[name] = v
	}
	if isTotal(l.cells) && (bad != nil || r.lacks(values)) || r.continues(values) {
		return false, nil
	}
	if bad != nil {
		return false, bad
	}
	return true, r.required(values)
}

func (r *lineReader) value(l line, c cell) (string, error) {
	if c.index < 0 {
		return c.constant, nil
	}
	if c.index >= len(l.cells) {
		return "", nil
	}
	v, err := parse(c.field.Type, l.cells[c.index], c.format)
	if err != nil {
		return "", &badCell{c.column, l.cells[c.index], "It " + reason(err)}
	}
	return v, nil
}

// keyFields are the fields without which a row cannot be kept, by kind. Times of orders and
// customers may be absent: such rows are in no range of days.
var keyFields = map[adtally.FileKind][]string{
	adtally.CustomersFile: {"customer_id"}, adtally.OrdersFile: {"order_id", "currency"}, adtally.RefundsFile: {"order_id", "amount"},
	adtally.SpendFile: {"date", "channel", "currency"}, adtally.BudgetsFile: {"month", "account_id", "currency", "amount"}, adtally.RatesFile: {"day"},
}

func (r *lineReader) lacks(values understood) bool {
	for _, f := range fields[r.kind] {
		if f.Required && values[f.Name] == "" {
			return true
		}
	}
	return false
}

func (r *lineReader) required(values understood) error {
	for _, name := range keyFields[r.kind] {
		if values[name] == "" {
			c := r.cells[name]
			return &badCell{c.column, "", "It is empty"}
		}
	}
	if r.kind == adtally.RatesFile && len(r.wide) == 0 && values["currency"] == "" {
		return &badCell{r.cells["currency"].column, "", "It is empty"}
	}
	return nil
}

// continues reports whether a line only adds another item to the order before it, as in
// Shopify's export: the same order again, without an amount.
func (r *lineReader) continues(values understood) bool {
	if r.kind != adtally.OrdersFile {
		return false
	}
	again := values["order_id"] != "" && values["order_id"] == r.last && values["amount"] == ""
	r.last = strings.Clone(values["order_id"])
	return again
}

// Rows of a batch: large enough for few batches, small enough for little memory.
const batchRows = 4096

// writer puts the rows of one table together.
type rowWriter struct {
	builder *table.Builder
	columns map[string]int
}

func newRowWriter(s *table.Schema) *rowWriter {
	w := &rowWriter{table.NewBuilder(s), map[string]int{}}
	for i, c := range s.Columns {
		w.columns[c.Name] = i
	}
	return w
}

// set sets a column unless the value is absent. A rounded value is stored.
func (w *rowWriter) set(column, value string) error {
	if value == "" {
		return nil
	}
	err := w.builder.Set(w.columns[column], []byte(value))
	if _, rounded := errors.AsType[*table.Rounded](err); rounded {
		return nil
	}
	if err != nil {
		return fmt.Errorf("column %s: %w", column, err)
	}
	return nil
}
