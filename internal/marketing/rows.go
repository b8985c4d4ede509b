package marketing

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strconv"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// schemaOf returns a table of the dataset as the warehouse takes it.
func schemaOf(t analytics.Table) *table.Schema {
	return &table.Schema{Name: t.Name, Description: t.Description, Mode: table.Upsert, Key: t.Key, Columns: t.Columns}
}

func micros(text string) time.Time {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// RowsOf replaces all rows of a table of the dataset. Values are text; nil is NULL.
func RowsOf(name string, rows iter.Seq[[]any]) destination.Change {
	schema := schemaOf(tableOf(name))
	return destination.Change{Rows: &destination.Rows{Table: schema, Batches: batches(schema, rows)}}
}

// batchRows is how many rows are handed to the warehouse at once.
const batchRows = 10_000

func batches(schema *table.Schema, rows iter.Seq[[]any]) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		b := table.NewBuilder(schema)
		for row := range rows {
			if err := set(b, row); err != nil {
				yield(table.Batch{}, fmt.Errorf("fill %s: %w", schema.Name, err))
				return
			}
			if b.Rows() >= batchRows && !yield(b.Batch(), nil) {
				return
			}
		}
		if b.Rows() > 0 {
			yield(b.Batch(), nil)
		}
	}
}

func set(b *table.Builder, row []any) error {
	for i, v := range row {
		if v == nil {
			continue
		}
		if err := b.Set(i, fmt.Append(nil, v)); err != nil {
			return fmt.Errorf("%s %v: %w", b.Schema().Columns[i].Name, v, err)
		}
	}
	b.EndRow()
	return nil
}

// calendarFirst and calendarYears are the days of the table day: from before the oldest
// data that a platform still has.
const calendarYears = 25

var calendarFirst = adtally.DayOf(time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC), time.UTC)

// empty are the tables that uploads fill. They exist before there is an upload, so that
// every question can be asked.
var empty = map[string]string{"customers": "_file", "orders": "_file", "refunds": "_file", "budgets": "_file", "fx_daily": "from_currency", "campaign_match": "touch_id"}

// changes lists what is written.
func (w *work) changes(ctx context.Context) (all []destination.Change, err error) {
	uploads, err := w.uploadCoverage(ctx)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(empty)) {
		if !w.has(analytics.Dataset, name) {
			all = append(all, destination.Change{Rows: &destination.Rows{Table: schemaOf(tableOf(name)), Column: empty[name]}})
		}
	}
	coverage := RowsOf("coverage", w.coverageRows(uploads))
	coverage.Rows.Column, coverage.Rows.Value = "dataset", spendData
	all = append(all, w.rollups(spendData, func(f *found) *adtally.MarketingTable { return f.campaigns })...)
	all = append(all, w.offline(),
		w.union("ad_delivery", func(f *found) *adtally.MarketingTable { return f.ads }),
		w.accounts(), w.campaigns(), w.adSets(), w.ads(), w.reach(),
		coverage, RowsOf("day", w.days), RowsOf("channel_notes", w.notes))
	return append(all, w.believed()...), nil
}

// Names in the dataset.
const (
	spendData     = "marketing_spend"
	uploadedSpend = "uploaded_spend" // filled by uploads, with a row per account, day and campaign
)

func (w *work) coverageRows(uploads [][]any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for _, f := range w.sources {
			for _, c := range f.covered {
				var asOf any
				if !c.asOf.IsZero() {
					asOf = c.asOf.Format(time.RFC3339Nano)
				}
				if !slices.Contains(f.excluded, c.account) && !yield([]any{spendData, c.account, c.from, c.through, asOf}) {
					return
				}
			}
		}
		for _, row := range uploads {
			if !yield(row) {
				return
			}
		}
	}
}

// uploadCoverage reads the days that uploaded spend covers: from its first row to its last.
func (w *work) uploadCoverage(ctx context.Context) (all [][]any, err error) {
	if !w.has(analytics.Dataset, uploadedSpend) {
		return nil, nil
	}
	err = w.each(ctx, "SELECT account_id, CAST(MIN(date) AS VARCHAR), CAST(MAX(date) AS VARCHAR) FROM adtally."+uploadedSpend+" WHERE account_id IS NOT NULL GROUP BY 1", func(v []sql.NullString) error {
		all = append(all, []any{spendData, v[0].String, v[1].String, v[2].String, nil})
		return nil
	})
	return all, err
}

func (w *work) days(yield func([]any) bool) {
	for _, d := range analytics.Calendar(calendarFirst, calendarFirst+calendarYears*365, w.Settings) {
		if !yield([]any{d.Date, d.ISOWeek, d.Month, d.Quarter, d.FiscalMonth, d.FiscalQuarter}) {
			return
		}
	}
}

// notes lists what the connectors say of their channels, each once.
func (w *work) notes(yield func([]any) bool) {
	seen := map[string]bool{}
	for _, f := range w.sources {
		if seen[f.Marketing.Channel] {
			continue
		}
		seen[f.Marketing.Channel] = true
		for _, n := range f.Marketing.Notes {
			row := []any{f.Marketing.Channel, n.Code, nil, nil, n.Message}
			if n.Day != 0 {
				row[2] = n.Day
			}
			if n.Days != 0 {
				row[3] = n.Days
			}
			if !yield(row) {
				return
			}
		}
	}
}
