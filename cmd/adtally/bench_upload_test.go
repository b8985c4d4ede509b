package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"adtally"
)

// BenchmarkUpload uploads and loads a file of orders, and reports the speed.
func BenchmarkUpload(b *testing.B) {
	const rows = 500_000
	path := filepath.Join(b.TempDir(), "orders.csv")
	size := writeOrders(b, path, rows)
	for b.Loop() {
		u := newUploadTest(b)
		in, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		began := time.Now()
		f, err := u.Receive(b.Context(), "orders", adtally.OrdersFile, in, "user:u", uploadAudit)
		if err != nil {
			b.Fatal(err)
		}
		received := time.Since(began)
		if f, err = u.Load(b.Context(), f.ID, uploadAudit(f)); err != nil || f.Result.Rows != rows {
			b.Fatalf("%+v, %v", f.Result, err)
		}
		b.ReportMetric(float64(size)/received.Seconds()/1e6, "MB/s-guessed")
		b.ReportMetric(rows/(time.Since(began)-received).Seconds(), "rows/s-loaded")
		_ = in.Close()
	}
}

func writeOrders(tb testing.TB, path string, rows int) int64 {
	tb.Helper()
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "order_id;customer_id;ordered_at;amount;currency;status;utm_source;utm_campaign")
	for i := range rows {
		fmt.Fprintf(w, "order-%d;customer-%d;%02d.%02d.2025 %02d:%02d;%d,%02d;EUR;paid;facebook;Frühling Sale %d\n", i, i/3, i%28+1, i%12+1, i%24, i%60, i%500, i%100, i%50)
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	info, err := f.Stat()
	if err != nil {
		tb.Fatal(err)
	}
	_ = f.Close()
	return info.Size()
}
