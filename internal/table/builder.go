package table

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/apache/arrow-go/v18/arrow/memory"

	"adtally"
)

// Builder collects rows of one table. A value is set by its column's position;
// what is not set by the end of a row is null.
type Builder struct {
	schema *Schema
	rec    *array.RecordBuilder
	fields []array.Builder
	rows   int
	last   int   // rows of the last batch, until room is made for as many: the next one is likely to be like it
	texts  []int // bytes of its texts, by column
	drop   []int // rows that are none, by their number

	dayText []byte // the last day that was read, and what it was: rows come day by day
	day     adtally.Day
}

// NewBuilder starts collecting rows of s.
func NewBuilder(s *Schema) *Builder {
	rec := array.NewRecordBuilder(memory.DefaultAllocator, arrowSchema(s))
	return &Builder{schema: s, rec: rec, fields: rec.Fields(), texts: make([]int, len(s.Columns))}
}

// Schema is the table that is being collected.
func (b *Builder) Schema() *Schema { return b.schema }

// Rows is how many rows are finished.
func (b *Builder) Rows() int { return b.rows - len(b.drop) }

// Set reads text as the column's type. A value that does not fit is an error
// that says why, and leaves the cell null; one that was rounded is stored, and
// comes with a *Rounded.
func (b *Builder) Set(col int, text []byte) error { return b.SetScaled(col, text, 0) }

// SetScaled does as Set, and divides a decimal by 10^digits: money that came in
// minor units.
func (b *Builder) SetScaled(col int, text []byte, digits int32) error {
	if b.IsSet(col) {
		return errors.New("the value came twice")
	}
	b.reserve()
	t := b.schema.Columns[col].Type
	switch f := b.fields[col].(type) {
	case *array.StringBuilder:
		if !utf8.Valid(text) {
			return errors.New("not valid UTF-8")
		}
		f.BinaryBuilder.Append(text)
	case *array.Int64Builder:
		v, err := parseInt(text)
		if err != nil {
			return err
		}
		f.Append(v)
	case *array.Decimal128Builder:
		v, err := parseDecimal(text, t, digits)
		if rounded, ok := err.(*Rounded); err != nil && !ok { //nolint:errorlint // it is never wrapped here
			return err
		} else if f.Append(v); ok {
			return rounded
		}
	case *array.BooleanBuilder:
		return setBool(f, text)
	case *array.Date32Builder:
		d, err := b.parseDay(text)
		if err != nil {
			return err
		}
		f.Append(arrow.Date32(d))
	case *array.TimestampBuilder:
		at, err := parseTime(text)
		if err != nil {
			return err
		}
		f.Append(arrow.Timestamp(at.UnixMicro()))
	default:
		return fmt.Errorf("no way to store %s", t)
	}
	return nil
}

// reserve makes room for a batch like the last one, once.
func (b *Builder) reserve() {
	if b.last == 0 {
		return
	}
	b.rec.Reserve(b.last)
	for i, f := range b.fields {
		if texts, ok := f.(*array.StringBuilder); ok {
			texts.ReserveData(b.texts[i])
		}
	}
	b.last = 0
}

// SetInt stores a whole number in an int or decimal column.
func (b *Builder) SetInt(col int, v int64) error {
	if f, ok := b.fields[col].(*array.Int64Builder); ok && !b.IsSet(col) {
		f.Append(v)
		return nil
	}
	return b.Set(col, fmt.Append(nil, v))
}

// IsSet says whether the column has a value in the row under way.
func (b *Builder) IsSet(col int) bool { return b.fields[col].Len() > b.rows }

// EndRow finishes the row under way.
func (b *Builder) EndRow() {
	for _, f := range b.fields {
		if f.Len() == b.rows {
			f.AppendNull()
		}
	}
	b.rows++
}

// Drop takes the row under way back.
func (b *Builder) Drop() {
	b.drop = append(b.drop, b.rows)
	b.EndRow()
}

// Batch hands over the finished rows and starts anew. A row under way is dropped.
func (b *Builder) Batch() Batch {
	if slices.ContainsFunc(b.rec.Fields(), func(f array.Builder) bool { return f.Len() > b.rows }) {
		b.Drop()
	}
	drop := b.drop
	b.last, b.rows, b.drop = b.rows, 0, nil
	rec := b.rec.NewRecordBatch()
	for i, c := range rec.Columns() {
		if texts, ok := c.(*array.String); ok && texts.Len() > 0 {
			b.texts[i] = len(texts.ValueBytes())
		}
	}
	if len(drop) > 0 {
		rec = without(rec, drop)
	}
	return Batch{schema: b.schema, rec: rec}
}

// without is a record without some of its rows.
func without(rec arrow.RecordBatch, drop []int) arrow.RecordBatch {
	defer rec.Release()
	columns, rows := make([]arrow.Array, rec.NumCols()), int64(0)
	for i, c := range rec.Columns() {
		columns[i] = joined(stretches(c, drop))
		rows = int64(columns[i].Len())
	}
	out := array.NewRecordBatch(rec.Schema(), columns, rows)
	for _, c := range columns {
		c.Release()
	}
	return out
}

// stretches are the parts of a column between rows.
func stretches(c arrow.Array, drop []int) (parts []arrow.Array) {
	from := 0
	for _, at := range append(slices.Clone(drop), c.Len()) {
		parts = append(parts, array.NewSlice(c, int64(from), int64(at)))
		from = at + 1
	}
	return parts
}

func joined(parts []arrow.Array) arrow.Array {
	out, err := array.Concatenate(parts, memory.DefaultAllocator)
	for _, p := range parts {
		p.Release()
	}
	if err != nil {
		panic(err) // parts of one column always fit together
	}
	return out
}

func (b *Builder) parseDay(text []byte) (adtally.Day, error) {
	if len(text) > 0 && bytes.Equal(text, b.dayText) {
		return b.day, nil
	}
	day, err := adtally.ParseDay(string(text))
	if err == nil {
		b.dayText, b.day = append(b.dayText[:0], text...), day
	}
	return day, err
}

func setBool(f *array.BooleanBuilder, text []byte) error {
	switch string(text) {
	case "true", "1":
		f.Append(true)
	case "false", "0":
		f.Append(false)
	default:
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

// Graph prints times with a zone offset that has no colon.
var timeLayouts = []string{"2006-01-02T15:04:05-0700", time.RFC3339Nano}

func parseTime(text []byte) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, string(text)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", text)
}
