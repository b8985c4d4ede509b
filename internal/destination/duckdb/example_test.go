package duckdb_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

func ExampleKind_Open() {
	folder, _ := os.MkdirTemp("", "example")
	defer func() { _ = os.RemoveAll(folder) }()
	ctx, name := context.Background(), table.Column{Name: "name", Type: table.Text}
	ads := &table.Schema{Name: "ads", Mode: table.Upsert, Key: []string{"account_id", "name"},
		Columns: []table.Column{{Name: "account_id", Type: table.Text}, name}}
	w, err := duckdb.New(duckdb.Options{}).Open(ctx, adtally.Destination{Location: filepath.Join(folder, "ads.duckdb")}, adtally.Secret{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer w.Close()
	fmt.Println(w.Prepare(ctx, "facebook_ads", []*table.Schema{ads}))
	b := table.NewBuilder(ads)
	_, _ = b.Set(0, []byte("act_1")), b.Set(1, []byte("Spring sale"))
	b.EndRow()
	written, err := w.Commit(ctx, destination.Load{ID: "load-1", Dataset: "facebook_ads", Slice: adtally.Slice{Stream: "ads", Account: "act_1"},
		Tables: []*table.Schema{ads}, Asked: time.Now, Now: time.Now}, func(yield func(table.Batch, error) bool) { yield(b.Batch(), nil) })
	fmt.Println(written.Rows, err)
	// Output:
	// <nil>
	// map[ads:1] <nil>
}
