package upload

import (
	"cmp"
	"iter"
	"slices"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// coverageOf says for which kinds coverage is recorded.
var coverageOf = map[adtally.FileKind]string{adtally.CustomersFile: "customers", adtally.OrdersFile: "orders"}

// covered returns the days that files hold completely, as ranges that do not touch. A file is
// complete from its first day to the last, or to the day that a person has stated.
func covered(files []adtally.DataFile) (all []adtally.Window) {
	for _, f := range files {
		if f.Result.From == nil || f.Result.Through == nil {
			continue
		}
		through := *f.Result.Through
		if f.Mapping.Through != nil {
			through = max(through, *f.Mapping.Through)
		}
		all = append(all, adtally.WindowOf(*f.Result.From, through))
	}
	slices.SortFunc(all, func(a, b adtally.Window) int { return cmp.Compare(a.From, b.From) })
	merged := all[:0]
	for _, w := range all {
		if n := len(merged); n > 0 && w.From <= merged[n-1].To {
			merged[n-1].To = max(merged[n-1].To, w.To)
			continue
		}
		merged = append(merged, w)
	}
	return merged
}

// coverage replaces the coverage of a kind. files is called when the rows were read, so that
// the result of the file that is being loaded is known.
func coverage(kind adtally.FileKind, files func() []adtally.DataFile) []destination.Change {
	dataset := coverageOf[kind]
	if dataset == "" {
		return nil
	}
	s := Result("coverage")
	batches := func(yield func(table.Batch, error) bool) {
		w := newRowWriter(s)
		for _, days := range covered(files()) {
			for column, value := range map[string]string{"dataset": dataset, "from_date": days.From.String(), "through_date": days.Last().String()} {
				if err := w.set(column, value); err != nil {
					yield(table.Batch{}, err)
					return
				}
			}
			if err := w.builder.Set(w.columns["account_id"], nil); err != nil { // part of the key
				yield(table.Batch{}, err)
				return
			}
			w.builder.EndRow()
		}
		yield(w.builder.Batch(), nil)
	}
	return []destination.Change{{Rows: &destination.Rows{Table: s, Column: "dataset", Value: dataset, Batches: batches}}}
}

// dailyRates replaces the rates of all days. published is called when the rows were read.
func dailyRates(s analytics.Settings, through adtally.Day, published func() []analytics.Rate) destination.Change {
	of := Result("fx_daily")
	return destination.Change{Rows: &destination.Rows{Table: of, Batches: rateRows(of, func() iter.Seq[analytics.DailyRate] {
		return analytics.DailyRates(published(), s.MaxCarryDays, through)
	})}}
}

func rateRows(of *table.Schema, rates func() iter.Seq[analytics.DailyRate]) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		w := newRowWriter(of)
		for r := range rates() {
			for column, value := range map[string]string{"day": r.Day.String(), "from_currency": r.From, "to_currency": r.To, "rate": r.Rate, "source_day": r.Source.String()} {
				if err := w.set(column, value); err != nil {
					yield(table.Batch{}, err)
					return
				}
			}
			w.builder.EndRow()
			if w.builder.Rows() >= batchRows && !yield(w.builder.Batch(), nil) {
				return
			}
		}
		yield(w.builder.Batch(), nil)
	}
}
