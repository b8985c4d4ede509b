package analytics_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"adtally"
	"adtally/internal/analytics"
)

// addedQuestion returns a random question for a comparison, totals or a ranking whose figures
// mostly add up.
func (w *world) addedQuestion() analytics.Question {
	q := w.question()
	if w.IntN(4) > 0 {
		q.Metrics = slices.DeleteFunc(q.Metrics, func(m string) bool { return slices.Contains(partsOf(m), "active_customers") })
		q.Metrics = append(q.Metrics, pickOne(w.Rand, "spend", "impressions", "orders", "cac"))
	}
	q.Grain = pickOne(w.Rand, q.Grain, analytics.Whole)
	q.Group = pickOne(w.Rand, "", "channel", "account", "campaign", "campaign", "currency", "country")
	q.Totals, q.Top = w.IntN(4) > 0, nil
	if q.Group != "" && w.IntN(3) > 0 {
		q.Top = &analytics.Top{N: 1 + w.IntN(4), By: pickOne(w.Rand, append(slices.Clone(q.Metrics), "spend", "new_customers")...)}
	}
	q.Compare = pickOne(w.Rand, analytics.NoCompare, analytics.PreviousPeriod, analytics.PreviousPeriod, analytics.PreviousMonth, analytics.PreviousYear)
	return q
}

// extend lets the calendar of the world begin so much earlier that every compared period is in it.
func (w *world) extend() {
	const longest = 400
	w.folder.Rows["day"] = nil
	for _, d := range analytics.Calendar(w.first-longest, w.first+adtally.Day(w.days), w.folder.Settings) {
		w.slow.calendar[d.Date] = d
		w.add("day", d.Date.String(), d.ISOWeek, d.Month, d.Quarter, d.FiscalMonth, d.FiscalQuarter)
	}
}

// Rankings, totals and comparisons are what the slow evaluator says for each period, also
// where one statement answers all of them. ADTALLY_LONG asks 20,000 of them.
func TestAsk_PeriodsLikeSlowEvaluator(t *testing.T) {
	t.Parallel()
	worlds, questions := 4, 40
	if os.Getenv("ADTALLY_LONG") != "" {
		worlds, questions = 250, 80
	}
	answered, once := 0, 0
	for seed := range worlds {
		w := newWorld(uint64(5000 + seed))
		w.extend()
		db, engine := scratch(t, w.folder), analytics.New(analytics.Standard(), w.folder.Settings)
		for range questions {
			q := w.addedQuestion()
			got, err := engine.Ask(t.Context(), db, q.Query())
			if samePeriods(t, w.slow, q, got, err) {
				answered++
				if len(got.SQL) == 1 && (q.Totals || q.Compare != analytics.NoCompare) {
					once++
				}
			}
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d of %d questions answered, %d of them by one statement", answered, worlds*questions, once)
	if once < answered/2 || answered < worlds*questions/4 {
		t.Error("too few questions are answered by one statement to prove something")
	}
}

// samePeriods compares an answer with the slow evaluator's for both periods. It reports
// whether there is one.
func samePeriods(t *testing.T, s *slow, q analytics.Question, got *analytics.Answer, err error) bool {
	t.Helper()
	text, _ := json.Marshal(q) //nolint:errcheck // for the message
	want, refused := s.periods(q)
	if r, ok := errors.AsType[*analytics.Refusal](err); ok {
		if r.Code != refused {
			t.Fatalf("%s: refused %s, want %q", text, r.Code, refused)
		}
		return false
	}
	if err != nil || refused != "" {
		t.Fatalf("%s: want refusal %q, got none or %v", text, refused, err)
	}
	have := []any{tableOf(q, got.Rows, got.Total)}
	if c := got.Compared; c != nil {
		have = append(have, tableOf(q, c.Rows, c.Total))
		checkBeside(t, string(text), got)
	}
	if diff := cmp.Diff(plainJSON(t, want), plainJSON(t, have)); diff != "" {
		t.Fatalf("%s: %s\n%s", text, diff, got.SQL[0].SQL)
	}
	return true
}

// tableOf writes rows and a total as the slow evaluator does.
func tableOf(q analytics.Question, all []analytics.Row, sum []analytics.Figure) any {
	plain := func(f analytics.Figure) any {
		switch {
		case f.Refused != nil:
			return map[string]any{"refused": f.Refused.Code}
		case f.Value == "":
			return nil
		}
		return f.Value
	}
	rows, total := []any{}, []any{}
	for _, r := range all {
		row := []any{}
		if q.Grain != analytics.Whole {
			row = append(row, r.Bucket)
		}
		for _, m := range r.Members {
			row = append(row, m)
		}
		for _, f := range r.Figures {
			row = append(row, plain(f))
		}
		rows = append(rows, row)
	}
	if !q.Totals {
		return rows
	}
	for _, f := range sum {
		total = append(total, plain(f))
	}
	return map[string]any{"rows": rows, "total": total}
}

// checkBeside checks that each row has the figures of the same member in the bucket at the
// same place of the compared period.
func checkBeside(t *testing.T, question string, a *analytics.Answer) {
	t.Helper()
	place := func(rows []analytics.Row, bucket string) int {
		var seen []string
		for _, r := range rows {
			if !slices.Contains(seen, r.Bucket) {
				seen = append(seen, r.Bucket)
			}
		}
		return slices.Index(seen, bucket)
	}
	for _, r := range a.Rows {
		want := make([]analytics.Figure, len(r.Figures))
		for _, p := range a.Compared.Rows {
			if slices.Equal(p.Members, r.Members) && place(a.Compared.Rows, p.Bucket) == place(a.Rows, r.Bucket) {
				want = p.Figures
			}
		}
		if diff := cmp.Diff(want, r.Previous); diff != "" {
			t.Fatalf("%s: beside %s %v: %s", question, r.Bucket, r.Members, diff)
		}
	}
}

// periods answers a question for its days and for the compared ones.
func (s *slow) periods(q analytics.Question) (tables []any, refused string) {
	if refused := s.lacking(q); refused != "" {
		return nil, refused
	}
	top, refused := s.top(q)
	if refused != "" {
		return nil, refused
	}
	asked := []analytics.Question{q}
	if q.Compare != analytics.NoCompare {
		asked = append(asked, before(q))
	}
	for _, q := range asked {
		table := s.tableOf(q, s.grouped(q, top))
		if r, ok := table.(map[string]any); ok && r["refused"] != nil {
			return nil, r["refused"].(string)
		}
		tables = append(tables, table)
	}
	return tables, ""
}

// before is the question for the compared days.
func before(q analytics.Question) analytics.Question {
	from, to := q.From.Start(time.UTC), q.To.Start(time.UTC)
	switch q.Compare {
	case analytics.PreviousMonth:
		last := from.AddDate(0, 0, -from.Day())
		from, to = last.AddDate(0, 0, 1-last.Day()), last
	case analytics.PreviousYear:
		from, to = from.AddDate(-1, 0, 0), to.AddDate(-1, 0, 0)
	default:
		days := int(q.To-q.From) + 1
		from, to = from.AddDate(0, 0, -days), to.AddDate(0, 0, -days)
	}
	q.From, q.To = adtally.DayOf(from, time.UTC), adtally.DayOf(to, time.UTC)
	return q
}

// counted counts the statements that are run.
type counted struct {
	*sql.DB
	statements int
}

func (c *counted) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	c.statements++
	return c.DB.QueryContext(ctx, query, args...)
}

// A table with a ranking, totals and a comparison needs one statement for its figures, and at
// most three for names and notes. If a count does not add up, it needs several.
func TestAsk_Statements(t *testing.T) {
	t.Parallel()
	w := newWorld(6000)
	w.extend()
	engine := analytics.New(analytics.Standard(), w.folder.Settings)
	q := analytics.Query{From: w.first + 5, To: w.first + 9, By: []string{"campaign"}, Currency: "EUR", Totals: true, Compare: analytics.PreviousPeriod, Top: &analytics.Top{N: 1, By: "spend"}}
	for _, c := range []struct {
		metrics       []string
		figures, most int
	}{
		{[]string{"spend", "share_of_spend", "impressions", "ctr", "cpm", "roas_platform"}, 1, 4},
		{[]string{"spend", "new_customers", "cac", "orders", "net_revenue", "attributed_roas"}, 1, 4},
		{[]string{"spend", "active_customers"}, 5, 8},
		{[]string{"spend", "match_rate_spend"}, 5, 8},
	} {
		db := &counted{DB: scratch(t, w.folder)}
		q.Metrics = c.metrics
		a, err := engine.Ask(t.Context(), db, q)
		if err != nil {
			t.Fatal(c.metrics, err)
		}
		if len(a.SQL) != c.figures || db.statements > c.most {
			t.Errorf("%v took %d statements, %d for figures; want at most %d, and %d", c.metrics, db.statements, len(a.SQL), c.most, c.figures)
		}
		if last := a.Rows[len(a.Rows)-1].Members[0]; !slices.ContainsFunc(a.Rows, func(r analytics.Row) bool { return r.Members[0] == "(others)" }) {
			t.Errorf("there are no others, the last is %s", last)
		}
	}
}
