package analytics_test

import (
	"fmt"
	"math/big"
	"slices"
	"testing"

	"adtally"
	"adtally/internal/analytics"
)

// What a reader must know of figures stands beside them: claims that overlap, other time zones,
// days that were not read or still change, and days from which a platform counts otherwise.
func TestAsk_Notes(t *testing.T) {
	t.Parallel()
	folder, err := analytics.LoadFolder(shop)
	if err != nil {
		t.Fatal(err)
	}
	folder.Rows["channel_notes"] = [][]any{{"facebook", "still_counting", nil, 7, "Conversions still come in."}, {"facebook", "regime", "2026-01-12", nil, "Meta counts otherwise."}}
	db, engine := scratch(t, folder), analytics.New(analytics.Standard(), folder.Settings)
	day := func(text string) adtally.Day {
		d, err := adtally.ParseDay(text)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for name, c := range map[string]struct {
		q    analytics.Query
		want []string
	}{
		"claims of two channels":       {analytics.Query{Metrics: []string{"platform_conversions"}, From: day("2026-01-05"), To: day("2026-01-06")}, []string{"zones_differ", "claimed_overlap"}},
		"claims by channel":            {analytics.Query{Metrics: []string{"platform_conversions"}, From: day("2026-01-05"), To: day("2026-01-06"), By: []string{"channel"}}, []string{"zones_differ"}},
		"spend claims nothing":         {analytics.Query{Metrics: []string{"clicks"}, From: day("2026-01-05"), To: day("2026-01-06"), Filters: []analytics.Filter{{Dimension: "account", In: []string{"1"}}}}, nil},
		"an account that ends earlier": {analytics.Query{Metrics: []string{"clicks"}, From: day("2026-01-05"), To: day("2026-01-20"), Filters: []analytics.Filter{{Dimension: "account", In: []string{"2"}}}}, []string{"zones_differ", "partly_read"}},
		"a change in the range": {analytics.Query{Metrics: []string{"roas_platform"}, From: day("2026-01-05"), To: day("2026-01-26"), Filters: []analytics.Filter{{Dimension: "channel", In: []string{"facebook"}}}},
			[]string{"regime 2026-01-12", "still_counting 2026-01-25"}},
		"customers only": {analytics.Query{Metrics: []string{"new_customers"}, From: day("2026-01-05"), To: day("2026-01-20")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := engine.Ask(t.Context(), db, c.q)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, n := range answer.Notes {
				text := n.Code
				if len(n.Days) > 0 {
					text += " " + n.Days[0].String()
				}
				got = append(got, text)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

// A definition that cannot work is refused with its line and a cure.
func TestLoad_Refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"metrics:\n  - {name: a, type: derived, expr: b}\n  - {name: b, type: derived, expr: a + 1}\n": "own.yaml, line 2: the metric refers to itself: a → b → a",
		"metrics:\n  - {name: a, type: ratio, numerator: spent, denominator: orders}\n":                "own.yaml, line 2: the metric a uses spent, which does not exist. Did you mean spend?",
		"metrics:\n  - {name: a, type: derived, expr: spend +}\n":                                      `own.yaml, line 2: the metric a: a name or a number is missing in the expression "spend +"`,
		"metrics:\n  - {name: a, type: cumulative}\n":                                                  "own.yaml, line 2: the metric a is of type cumulative, which Adtally does not have; use simple, ratio or derived",
		"metric:\n  - {name: a}\n": "own.yaml, line 1: the key metric is not known",
		"models:\n  - name: m\n    config: {meta: {table: a.b}}\n    agg_time_dimension: d\n    columns: [{name: d, dimension: {type: time}}]\n    metrics: [{name: a, type: simple, agg: sum, expr: x, config: {meta: {unit: money}}}]\n": "own.yaml, line 6: the metric a is money, but its model m has no column with the role currency",
	} {
		_, err := analytics.Load(append(analytics.BuiltIn(), analytics.File{Name: "own.yaml", Text: []byte(text), Own: true})...)
		if fmt.Sprint(err) != want {
			t.Errorf("%s\ngives %v\nwant  %s", text, err, want)
		}
	}
}

// A day takes the newest rate that is not later and not too old. There is none before the first,
// and none in a long gap.
func TestDailyRates_CarriesOver(t *testing.T) {
	t.Parallel()
	first := adtally.Day(20458) // 5 January 2026
	published := []analytics.Rate{{Day: first, Currency: "USD", PerEuro: big.NewRat(5, 4)}, {Day: first + 4, Currency: "USD", PerEuro: big.NewRat(8, 5)},
		{Day: first + 30, Currency: "USD", PerEuro: big.NewRat(2, 1)}}
	got := map[adtally.Day]string{}
	for r := range analytics.DailyRates(published, 7, first+32) {
		if r.From == "USD" && r.To == "EUR" {
			got[r.Day-first] = fmt.Sprint(r.Rate, " of ", int(r.Source-first))
		}
	}
	for day, want := range map[adtally.Day]string{-1: "", 0: "0.8000000000 of 0", 3: "0.8000000000 of 0", 6: "0.6250000000 of 4", 11: "0.6250000000 of 4", 12: "", 29: "", 30: "0.5000000000 of 30", 32: "0.5000000000 of 30"} {
		if got[day] != want {
			t.Errorf("day %d: %q, want %q", int(day), got[day], want)
		}
	}
}
