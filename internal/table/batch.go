package table

import (
	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// Batch is rows of one table, column by column. It is released once, by
// whoever takes it last.
type Batch struct {
	schema *Schema
	rec    arrow.RecordBatch
}

// Schema is the table that the rows belong to.
func (b Batch) Schema() *Schema { return b.schema }

// Rows is how many there are.
func (b Batch) Rows() int { return int(b.rec.NumRows()) }

// Arrow is the rows for a destination that can take them as they lie in memory.
func (b Batch) Arrow() arrow.RecordBatch { return b.rec }

// Release gives the memory back.
func (b Batch) Release() { b.rec.Release() }

// Cell prints one value; false means null.
func (b Batch) Cell(row int, column string) (string, bool) {
	return CellOf(b.rec.Column(b.schema.Index(column)), row)
}

// CellOf prints one value of a column as it lies in memory; false means null.
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
	default: // text, and documents as the text they came in
		return arrow.BinaryTypes.String
	}
}
