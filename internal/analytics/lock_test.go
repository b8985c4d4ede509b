package analytics_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/analytics"
)

// No filter of a reader shows a member outside the lock, whatever its values are.
func TestAsk_FiltersNeverWidenTheLock(t *testing.T) {
	t.Parallel()
	w := newWorld(77)
	db, engine := scratch(t, w.folder), namedEngine(t, w.folder.Settings)
	inside := w.campaigns[0].account
	odd := []string{"", "*", "%", "_", "NOT", "null", "' OR 1=1 --", "(others)", "(unmatched)", "(none)", " " + inside, inside + " ", inside + "\u0301", "10", "11", "12", "13", inside}
	dims := []string{"account", "channel", "campaign", "client", "currency"}
	rapid.Check(t, func(t *rapid.T) {
		q := analytics.Query{Metrics: []string{rapid.SampledFrom([]string{"spend", "revenue", "new_customers", "cac", "share_of_spend"}).Draw(t, "metric")}, From: w.first, To: w.first + 20, By: []string{"account"}, Currency: "EUR",
			Lock: []analytics.Filter{{Dimension: "account", In: []string{inside}}}, Shared: true, Top: &analytics.Top{N: 2, By: "clicks"}}
		for range rapid.IntRange(0, 3).Draw(t, "filters") {
			f := analytics.Filter{Dimension: rapid.SampledFrom(dims).Draw(t, "dimension")}
			values := rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(odd), rapid.String()), 0, 5).Draw(t, "values")
			if rapid.Bool().Draw(t, "not") {
				f.NotIn = values
			} else {
				f.In = values
			}
			q.Filters = append(q.Filters, f)
		}
		a, err := engine.Ask(t.Context(), db, q)
		if err != nil {
			if r, ok := err.(*analytics.Refusal); ok && slices.Contains([]string{"fx_missing", "dimension_missing"}, r.Code) { //nolint:errorlint // Ask returns it as it is
				return
			}
			t.Fatal(err)
		}
		for _, r := range a.Rows {
			if r.Members[0] != inside {
				t.Fatalf("%+v shows %v", q.Filters, r.Members)
			}
		}
	})
}

// A lock without values shows nothing.
func TestAsk_EmptyLock(t *testing.T) {
	t.Parallel()
	w := newWorld(78)
	db, engine := scratch(t, w.folder), analytics.New(analytics.Standard(), w.folder.Settings)
	a, err := engine.Ask(t.Context(), db, analytics.Query{Metrics: []string{"spend"}, From: w.first, To: w.first + 20, By: []string{"account"}, Currency: "EUR", Lock: []analytics.Filter{{Dimension: "account"}}, Shared: true})
	if err != nil || len(a.Rows) > 0 {
		t.Errorf("%+v, %v", a, err)
	}
}

// What a fee cannot be added to is refused, not shown as it is.
func TestAsk_FeeRefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := newWorld(79)
	own := analytics.File{Name: "own.yaml", Own: true, Text: []byte(`
models:
  - name: raw
    config: {meta: {title: Raw, sql: "SELECT * FROM adtally.marketing_spend"}}
    semantic_model: true
    agg_time_dimension: date
    columns:
      - {name: date, granularity: day, dimension: {type: time}, config: {meta: {zone: account}}}
      - {name: currency, dimension: {type: categorical}, config: {meta: {role: currency}}}
    metrics:
      - {name: raw_spend, type: simple, agg: sum, expr: spend, config: {meta: {title: Raw spend, unit: money}}}
metrics:
  - {name: raw_cpc, type: ratio, numerator: raw_spend, denominator: clicks, config: {meta: {title: Raw CPC, unit: money}}}
`)}
	d, err := analytics.Load(append(analytics.BuiltIn(), own)...)
	if err != nil {
		t.Fatal(err)
	}
	engine := analytics.New(d, w.folder.Settings)
	for metric, code := range map[string]string{"budget": "fee_unsupported", "pacing": "fee_unsupported", "raw_spend": "fee_unsupported", "raw_cpc": "fee_unsupported", "spend": "", "cpc": "", "roas_platform": "", "mer": "", "cac": "", "projected_spend": ""} {
		err := engine.Possible(analytics.Query{Metrics: []string{metric}, From: 20000, To: 20010, Fee: "0.15"})
		got := ""
		if r, ok := err.(*analytics.Refusal); ok { //nolint:errorlint // Possible returns it as it is
			got = r.Code
		}
		if got != code {
			t.Errorf("%s: %v, want %q", metric, err, code)
		}
	}
	for _, fee := range []string{"x", "1.5x", "0.15 * 0", "-1", "15", "0.12345", "1e3"} {
		if err := engine.Possible(analytics.Query{Metrics: []string{"spend"}, From: 20000, To: 20010, Fee: fee}); err == nil {
			t.Errorf("the fee %q is accepted", fee)
		}
	}
}
