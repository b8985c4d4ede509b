package table_test

import (
	"fmt"

	"adtally/internal/table"
)

func ExampleBuilder() {
	spend := table.Schema{Name: "spend", Columns: []table.Column{
		{Name: "ad_id", Type: table.Text},
		{Name: "spend", Type: table.Decimal(18, 6)},
		{Name: "clicks", Type: table.Int},
	}}
	b := table.NewBuilder(&spend)
	for i, text := range []string{"23842", "12.5"} {
		if err := b.Set(i, []byte(text)); err != nil {
			fmt.Println(err)
		}
	}
	fmt.Println(b.Set(2, []byte("many"))) // clicks stays NULL
	b.EndRow()
	batch := b.Batch()
	defer batch.Release()
	amount, _ := batch.Cell(0, "spend")
	_, ok := batch.Cell(0, "clicks")
	fmt.Println(batch.Rows(), amount, ok)
	// Output:
	// "many" is not a 64-bit integer
	// 1 12.500000 false
}
