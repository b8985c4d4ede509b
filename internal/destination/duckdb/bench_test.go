package duckdb_test

import (
	"context"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/destination/duckdb"
	"adtally/internal/table"
)

// wide is as wide as a daily report by ad: 35 columns.
func wide() *table.Schema {
	s := &table.Schema{Name: "wide", Description: "A wide table.", Mode: table.Replace, Key: []string{"account_id", "date", "ad_id"}}
	add := func(name string, t table.Type) {
		s.Columns = append(s.Columns, table.Column{Name: name, Type: t, Unit: table.Count, Additivity: table.None, Description: "It is " + name + "."})
	}
	for _, n := range []string{"account_id", "campaign_id", "campaign_name", "adset_id", "adset_name", "ad_id", "ad_name", "currency", "attribution_setting"} {
		add(n, table.Text)
	}
	add("date", table.Date)
	for i := range 12 {
		add(fmt.Sprintf("count_%d", i), table.Int)
	}
	for i := range 12 {
		add(fmt.Sprintf("money_%d", i), table.Decimal(18, 6))
	}
	add("raw", table.JSON)
	return s
}

// wideRows gives days × ads rows in pages of 500, as a report does.
func wideRows(s *table.Schema, account string, w adtally.Window, ads int) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		for day := w.From; day < w.To; day++ {
			for ad := range ads {
				wideRow(b, s, account, day, ad)
				if b.Rows() == 500 && !yield(b.Batch(), nil) {
					return
				}
			}
		}
		yield(b.Batch(), nil)
	}
}

func wideRow(b *table.Builder, s *table.Schema, account string, day adtally.Day, ad int) {
	for i, c := range s.Columns {
		var text []byte
		switch n := (int(day)*7919 + ad*104729 + i*31) % 1_000_003; {
		case c.Name == "account_id":
			text = []byte(account)
		case c.Name == "date":
			text = []byte(day.String())
		case c.Name == "ad_id":
			text = fmt.Appendf(nil, "12020%013d", ad)
		case strings.HasSuffix(c.Name, "_id"):
			text = fmt.Appendf(nil, "12010%013d", ad/10)
		case c.Type.Kind == table.KindText:
			text = fmt.Appendf(nil, "%s of %d", c.Name, ad/5)
		case c.Type.Kind == table.KindJSON:
			text = fmt.Appendf(nil, `{"video":[{"action_type":"video_view","value":"%d"}]}`, n)
		case c.Type.Kind == table.KindDecimal:
			text = fmt.Appendf(nil, "%d.%02d", n, n%100)
		default:
			text = fmt.Appendf(nil, "%d", n)
		}
		if err := b.Set(i, text); err != nil {
			panic(err)
		}
	}
	b.EndRow()
}

// BenchmarkLoad brings in a million rows, 31 days of 1000 ads at a time. The
// rows are made by it too: building them takes about a third of the time.
func BenchmarkLoad(b *testing.B) {
	ctx, s := context.Background(), wide()
	var rows int64
	for b.Loop() {
		w, err := duckdb.New(duckdb.Options{}).Open(ctx, adtally.Destination{Location: filepath.Join(b.TempDir(), "w.duckdb")}, adtally.Secret{})
		if err != nil {
			b.Fatal(err)
		}
		from, _ := adtally.ParseDay("2022-01-01")
		for n := 0; n < 1_000_000; n += 31_000 {
			window := adtally.Window{From: from, To: from + 31}
			from += 31
			got, err := w.Commit(ctx, destination.Load{ID: fmt.Sprint("load", n), Dataset: "d", Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now,
				Slice: adtally.Slice{Stream: "wide", Account: "1", Window: window}}, wideRows(s, "1", window, 1000))
			if err != nil {
				b.Fatal(err)
			}
			rows += got.Rows["wide"]
		}
		if err := w.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(peakMB(), "peak-MB")
}

// peakMB is the most memory that the process ever had.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscan(rest, &kb)
	return kb / 1024
}
