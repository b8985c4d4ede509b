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

// wide returns a table with 35 columns, as many as a daily report by ad.
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

// wideRows yields days × ads rows in batches of 500, like the pages of a report.
func wideRows(s *table.Schema, w adtally.Window, ads int) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(s)
		for day := w.From; day < w.To; day++ {
			for ad := range ads {
				wideRow(b, s, "1", day, ad)
				if b.Rows() == 500 && !yield(b.Batch(), nil) {
					return
				}
			}
		}
		yield(b.Batch(), nil)
	}
}

// pool returns texts made in advance, so that the benchmark does not measure formatting.
func pool(format string, arguments func(n int) []any) [][]byte {
	out := make([][]byte, 1<<14)
	for n := range out {
		out[n] = fmt.Appendf(nil, format, arguments(n)...)
	}
	return out
}

var (
	counts   = pool("%d", func(n int) []any { return []any{n * 61} })
	amounts  = pool("%d.%02d", func(n int) []any { return []any{n, n % 100} })
	raws     = pool(`{"video":[{"action_type":"video_view","value":"%d"}]}`, func(n int) []any { return []any{n} })
	ids      = pool("12020%013d", func(n int) []any { return []any{n} })
	captions = pool("The name of number %d", func(n int) []any { return []any{n} })
)

func wideRow(b *table.Builder, s *table.Schema, account string, day adtally.Day, ad int) {
	for i, c := range s.Columns {
		n := (int(day)*7919 + ad*104729 + i*31) % len(counts)
		var text []byte
		switch {
		case c.Name == "account_id":
			text = []byte(account)
		case c.Name == "date":
			text = []byte(day.String())
		case c.Name == "ad_id":
			text = ids[ad]
		case strings.HasSuffix(c.Name, "_id"):
			text = ids[ad/10]
		case c.Type.Kind == table.KindText:
			text = captions[ad/5]
		case c.Type.Kind == table.KindJSON:
			text = raws[n]
		case c.Type.Kind == table.KindDecimal:
			text = amounts[n]
		default:
			text = counts[n]
		}
		if err := b.Set(i, text); err != nil {
			panic(err)
		}
	}
	b.EndRow()
}

// BenchmarkLoad loads a million rows, or ten thousand with -short. The time includes
// generating the rows; "made/s" is the speed of generating alone.
func BenchmarkLoad(b *testing.B) {
	for _, days := range []int{7, 31, 1000} {
		b.Run(fmt.Sprintf("%dDaysAtATime", days), func(b *testing.B) { benchmarkLoad(b, days) })
	}
}

func benchmarkLoad(b *testing.B, days int) {
	s, rows, making, ads := wide(), 0, time.Duration(0), 1000
	if testing.Short() {
		ads = 10
	}
	from, _ := adtally.ParseDay("2022-01-01")
	for b.Loop() {
		began := time.Now()
		for batch, err := range wideRows(s, adtally.Window{From: from, To: from + 100}, ads) {
			if err != nil {
				b.Fatal(err)
			}
			batch.Release()
		}
		making += time.Since(began)
		rows += loadThousandDays(b, s, from, adtally.Day(days), ads)
	}
	made := float64(b.N * 100 * ads)
	b.ReportMetric(float64(rows)/(b.Elapsed()-making).Seconds(), "rows/s")
	b.ReportMetric(made/making.Seconds(), "made/s")
	b.ReportMetric(peakMB(), "peak-MB")
}

func loadThousandDays(b *testing.B, s *table.Schema, first, days adtally.Day, ads int) (rows int) {
	ctx := context.Background()
	w, err := duckdb.New(duckdb.Options{}).Open(ctx, adtally.Destination{Location: filepath.Join(b.TempDir(), "w.duckdb")}, adtally.Secret{})
	if err != nil {
		b.Fatal(err)
	}
	for from := first; from < first+1000; from += days {
		window := adtally.Window{From: from, To: min(from+days, first+1000)}
		got, err := w.Commit(ctx, destination.Load{ID: window.String(), Dataset: "d", Tables: []*table.Schema{s}, Asked: time.Now, Now: time.Now,
			Slice: adtally.Slice{Stream: "wide", Account: "1", Window: window}}, wideRows(s, window, ads))
		if err != nil {
			b.Fatal(err)
		}
		rows += int(got.Rows["wide"])
	}
	if err := w.Close(); err != nil {
		b.Fatal(err)
	}
	return rows
}

// peakMB returns the peak memory of the process.
func peakMB() float64 {
	status, _ := os.ReadFile("/proc/self/status")
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	var kb float64
	_, _ = fmt.Sscan(rest, &kb)
	return kb / 1024
}
