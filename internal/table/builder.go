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

// Builder collects rows of one table. Values are set by column position. A column that is
// not set before EndRow is NULL.
type Builder struct {
	schema *Schema
	rec    *array.RecordBuilder
	fields []array.Builder
	rows   int
	last   int   // rows of the last batch, until reserve has used it: the next batch is probably about as long
	texts  []int // bytes of the last batch's texts, by column
	drop   []int // numbers of the rows to drop

	dayText []byte // the last date parsed and its value: rows arrive day by day
	day     adtally.Day
}

// NewBuilder returns a Builder for rows of s.
func NewBuilder(s *Schema) *Builder {
	rec := array.NewRecordBuilder(memory.DefaultAllocator, arrowSchema(s))
	return &Builder{schema: s, rec: rec, fields: rec.Fields(), texts: make([]int, len(s.Columns))}
}

// Schema returns the table of the rows.
func (b *Builder) Schema() *Schema { return b.schema }

// Rows returns the number of finished rows.
func (b *Builder) Rows() int { return b.rows - len(b.drop) }

// Set parses text as the column's type. If the value does not fit, Set returns the reason
// and the cell stays NULL. If the value had to be rounded, it is stored and Set returns a
// *Rounded.
func (b *Builder) Set(col int, text []byte) error { return b.SetScaled(col, text, 0) }

// SetScaled is like Set, but divides a decimal by 10^digits. It is for money in minor
// units, such as cents.
func (b *Builder) SetScaled(col int, text []byte, digits int32) error {
	if b.IsSet(col) {
		return errors.New("the value is there twice")
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
		return fmt.Errorf("cannot store values of type %s", t)
	}
	return nil
}

// reserve allocates memory for a batch like the last one. It does so once per batch.
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

// SetInt stores an integer in an int or decimal column.
func (b *Builder) SetInt(col int, v int64) error {
	if f, ok := b.fields[col].(*array.Int64Builder); ok && !b.IsSet(col) {
		f.Append(v)
		return nil
	}
	return b.Set(col, fmt.Append(nil, v))
}

// IsSet reports whether the column has a value in the current row.
func (b *Builder) IsSet(col int) bool { return b.fields[col].Len() > b.rows }

// EndRow finishes the current row.
func (b *Builder) EndRow() {
	for _, f := range b.fields {
		if f.Len() == b.rows {
			f.AppendNull()
		}
	}
	b.rows++
}

// Drop discards the current row.
func (b *Builder) Drop() {
	b.drop = append(b.drop, b.rows)
	b.EndRow()
}

// Batch returns the finished rows and resets the Builder. An unfinished row is discarded.
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

// without returns rec without the rows numbered in drop.
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

// stretches returns the parts of a column between the dropped rows.
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
		panic(err) // parts of one column always have the same type
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

// Meta's Graph API writes the zone offset without a colon.
var timeLayouts = []string{"2006-01-02T15:04:05-0700", time.RFC3339Nano}

func parseTime(text []byte) (time.Time, error) {
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, string(text)); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time", text)
}
