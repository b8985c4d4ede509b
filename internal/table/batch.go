package table

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Batch holds rows of one table, column by column. The last user must call Release once.
type Batch struct {
	schema *Schema
	rec    arrow.RecordBatch
}

// Schema returns the table that the rows belong to.
func (b Batch) Schema() *Schema { return b.schema }

// Rows returns the number of rows.
func (b Batch) Rows() int { return int(b.rec.NumRows()) }

// Arrow returns the rows as an Arrow record, for destinations that read Arrow memory.
func (b Batch) Arrow() arrow.RecordBatch { return b.rec }

// Release frees the memory.
func (b Batch) Release() { b.rec.Release() }

// Concat returns the rows of batches of one table as one batch, and releases them.
func Concat(all []Batch) Batch {
	if len(all) == 1 {
		return all[0]
	}
	first, rows := all[0].rec, int64(0)
	columns := make([]arrow.Array, first.NumCols())
	for i := range columns {
		parts := make([]arrow.Array, len(all))
		for j, b := range all {
			parts[j] = b.rec.Column(i)
			parts[j].Retain()
		}
		columns[i] = joined(parts)
	}
	for _, b := range all {
		rows += b.rec.NumRows()
	}
	out := Batch{schema: all[0].schema, rec: array.NewRecordBatch(first.Schema(), columns, rows)}
	for _, c := range columns {
		c.Release()
	}
	for _, b := range all {
		b.Release()
	}
	return out
}

// Cell returns one value as text; false means NULL.
func (b Batch) Cell(row int, column string) (string, bool) {
	return CellOf(b.rec.Column(b.schema.Index(column)), row)
}

// CellOf returns one value of an Arrow column as text; false means NULL.
func CellOf(col arrow.Array, row int) (string, bool) {
	if col.IsNull(row) {
		return "", false
	}
	switch c := col.(type) {
	case *array.String:
		return c.Value(row), true
	case *array.Decimal128:
		return c.Value(row).ToString(c.DataType().(*arrow.Decimal128Type).Scale), true
	case *array.Timestamp:
		return c.Value(row).ToTime(arrow.Microsecond).Format("2006-01-02T15:04:05Z"), true
	}
	return col.ValueStr(row), true
}

func arrowSchema(s *Schema) *arrow.Schema {
	fields := make([]arrow.Field, len(s.Columns))
	for i, c := range s.Columns {
		fields[i] = arrow.Field{Name: c.Name, Type: arrowType(c.Type), Nullable: true}
	}
	return arrow.NewSchema(fields, nil)
}

func arrowType(t Type) arrow.DataType {
	switch t.Kind {
	case KindInt:
		return arrow.PrimitiveTypes.Int64
	case KindDecimal:
		return &arrow.Decimal128Type{Precision: t.Precision, Scale: t.Scale}
	case KindBool:
		return arrow.FixedWidthTypes.Boolean
	case KindDate:
		return arrow.FixedWidthTypes.Date32
	case KindTime:
		return &arrow.TimestampType{Unit: arrow.Microsecond, TimeZone: "UTC"}
	default: // text, and JSON documents as they were received
		return arrow.BinaryTypes.String
	}
}
