package analytics_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
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
	if once < answered/3 || answered < worlds*questions/4 {
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

// Above some number of members the ranking is a statement of its own, and the figures are the
// same.
func TestAsk_ManyMembers(t *testing.T) {
	t.Parallel()
	const members = 10_500
	db := scratch(t, &analytics.Folder{Settings: analytics.DefaultSettings()})
	exec(t, db, `INSERT INTO adtally.day SELECT DATE '2026-01-05', '2026-W02', '2026-01', '2026-Q1', 'FY2026-M01', 'FY2026-Q1'`)
	exec(t, db, `INSERT INTO adtally.marketing_spend (date, channel, source, account_id, campaign_id, currency, spend)
		SELECT DATE '2026-01-05', 'facebook', 's', '1', CAST(c AS VARCHAR), 'EUR', c / 100 FROM range(1, `+fmt.Sprint(members+1)+`) AS t(c)`)
	day := adtally.Day(20458)
	a, err := analytics.New(analytics.Standard(), analytics.DefaultSettings()).Ask(t.Context(), db,
		analytics.Query{Metrics: []string{"spend"}, By: []string{"campaign"}, From: day, To: day, Totals: true, Top: &analytics.Top{N: 1, By: "spend"}})
	if err != nil {
		t.Fatal(err)
	}
	got := []string{a.Rows[0].Members[0], a.Rows[0].Figures[0].Value, a.Rows[1].Members[0], a.Rows[1].Figures[0].Value, a.Total[0].Value}
	if want := []string{"10500", "105.00", "(others)", "551197.50", "551302.50"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(a.SQL) != 3 {
		t.Errorf("%d statements are shown, want those for the ranking, the rows and the total", len(a.SQL))
	}
}

// An answer by one statement is that by several: figures, names, notes and how old the data is.
// A metric that does not add up makes the difference; both are computed from the same rows.
func TestAsk_OneStatementLikeSeveral(t *testing.T) {
	t.Parallel()
	asked := 0
	for seed := range 2 * twinWorlds() {
		w := newWorld(uint64(7000 + seed))
		w.extend()
		w.notes()
		db, engine := scratch(t, w.folder), namedEngine(t, w.folder.Settings)
		lock, _ := w.lock()
		for range 25 {
			q := w.addedQuestion().Query()
			q.Metrics = slices.DeleteFunc(q.Metrics, func(m string) bool { return slices.Contains(partsOf(m), "active_customers") })
			q.Top = topWithout(q.Top, "active_customers", "orders_per_customer")
			q.Currency = "EUR"
			if w.IntN(3) == 0 {
				q.Lock, q.Shared = lock, true
			}
			q.Fee = pickOne(w.Rand, "", "", "0.15")
			one, several := q, q
			one.Metrics, several.Metrics = append(slices.Clone(q.Metrics), "orders"), append(slices.Clone(q.Metrics), "active_customers")
			want, refused := engine.Ask(t.Context(), db, several)
			got, err := engine.Ask(t.Context(), db, one)
			if refused != nil || err != nil {
				if fmt.Sprint(refused) != fmt.Sprint(err) {
					t.Fatalf("%+v: one statement: %v; several: %v", q, err, refused)
				}
				continue
			}
			asked++
			if diff := cmp.Diff(withoutLast(want), withoutLast(got)); diff != "" {
				t.Fatalf("%+v: %s", q, diff)
			}
		}
	}
	t.Logf("%d questions answered alike", asked)
}

func topWithout(top *analytics.Top, metrics ...string) *analytics.Top {
	if top != nil && slices.Contains(metrics, top.By) {
		return &analytics.Top{N: top.N, By: "orders"}
	}
	return top
}

// withoutLast leaves out the last metric, and how the answer was found.
func withoutLast(a *analytics.Answer) analytics.Answer {
	out := *a
	cut := func(all *[]analytics.Figure) {
		if len(*all) > 0 {
			*all = (*all)[:len(*all)-1]
		}
	}
	out.SQL, out.Took, out.Columns = nil, 0, a.Columns[:len(a.Columns)-1]
	for i := range out.Rows {
		cut(&out.Rows[i].Figures)
		cut(&out.Rows[i].Previous)
		cut(&out.Rows[i].Change)
	}
	cut(&out.Total)
	if c := out.Compared; c != nil {
		cut(&c.Total)
		cut(&c.Change)
		for i := range c.Rows {
			cut(&c.Rows[i].Figures)
		}
	}
	return out
}
