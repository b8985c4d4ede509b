package difference

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"slices"

	"adtally"
)

// Queryer is a connection or transaction of the warehouse that can read.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Source is a source whose platform says where the figures of its pages are.
type Source struct {
	Dataset string
	Shown   adtally.ShownFigures
}

// Question is a figure that somebody saw.
type Question struct {
	Metric   string
	Figure   string // as it was copied
	From, To adtally.Day
	Account  string
	Campaign string // the figure is about this campaign; empty = the whole account
	Level    string // where it was seen; empty = unknown
}

// Answer says what explains the difference.
type Answer struct {
	Outcome  Outcome
	Sentence string
	Hint     string // what to do next; empty = nothing
	Figure   string // as it was read
	Ours     string // empty if nothing was counted
	Currency string // of money
	Tried    []Line
	Count    int // number of ways that were tried
	Untried  []Untried
	Notes    []string
}

// Line is a way that was tried.
type Line struct {
	Text       string
	Kinds      []Kind
	Value      string
	Currency   string
	Difference string // the figure that was seen minus the value
	Fits       bool
}

// Untried is what could not be tried, and why.
type Untried struct{ Text, Reason string }

// maxDays is the longest range: two leap years.
const maxDays = 732

// Explain finds out why a figure differs from ours. Days of spend end in the account's own
// time zone; zone is the one in which Adtally reports. The error is a fault if the question
// cannot be answered.
func Explain(ctx context.Context, db Queryer, sources []Source, zone string, q Question) (*Answer, error) {
	f, err := ParseFigure(q.Figure)
	if err != nil {
		return nil, err
	}
	r := &reading{ctx: ctx, db: db, q: q, zone: zone}
	if err := r.find(sources); err != nil {
		return nil, err
	}
	c, err := r.read(f)
	if err != nil {
		return nil, err
	}
	found := Rank(*c)
	return r.answer(c, &found), nil
}

func refuse(code, hint, format string, a ...any) error {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: fmt.Sprintf(format, a...), Hint: hint}
}

// find looks up the account, its source, and the metric.
func (r *reading) find(sources []Source) error {
	if days := int(r.q.To-r.q.From) + 1; days < 1 || days > maxDays {
		return refuse("bad_query", "Choose at most two years.", "These days cannot be compared")
	}
	var of string
	// A source without its table of accounts has only the rows of spend.
	err := r.rows(`SELECT source, currency, time_zone, 1 AS place FROM adtally.accounts WHERE account_id = $1
UNION ALL SELECT DISTINCT source, currency, NULL, 0 FROM adtally.marketing_spend WHERE account_id = $1 ORDER BY place`, []any{r.q.Account}, func(v []sql.NullString) error {
		of, r.currency, r.accountZone = v[0].String, v[1].String, v[2].String
		return nil
	})
	if err != nil {
		return err
	}
	i := slices.IndexFunc(sources, func(s Source) bool { return s.Dataset == of && len(s.Shown.Levels) > 0 })
	if i < 0 {
		return refuse("unknown_account", "Choose an account that is synced from a platform.", "There are no figures of a platform's page for the account %s", r.q.Account)
	}
	r.Source = sources[i]
	m := slices.IndexFunc(r.Shown.Metrics, func(m adtally.ShownMetric) bool { return m.Name == r.q.Metric })
	if m < 0 {
		return refuse("unknown_metric", "Choose one of the metrics that can be compared.", "%s shows no metric %s", r.Shown.Page, r.q.Metric)
	}
	r.metric = r.Shown.Metrics[m]
	return r.tables()
}

// tables reads which tables there are, and keeps the levels that have some.
func (r *reading) tables() error {
	r.has = map[string]bool{}
	err := r.rows(`SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = $1`, []any{r.Dataset}, func(v []sql.NullString) error {
		r.has[v[0].String], r.has[v[0].String+"."+v[1].String] = true, true
		return nil
	})
	if err != nil {
		return err
	}
	for _, l := range r.Shown.Levels {
		if r.table(l) != "" || r.metric.People && slices.ContainsFunc(l.Periods, func(p string) bool { return r.has[p] }) {
			r.levels = append(r.levels, l)
		}
	}
	if len(r.levels) == 0 {
		return refuse("no_data", "Sync a table of the source that has it.", "No table that was synced has %s", r.metric.Title)
	}
	return nil
}

// table returns the table of a level that has the metric.
func (r *reading) table(l adtally.ShownLevel) string {
	if len(r.metric.Types) > 0 {
		if r.has[l.Actions] {
			return l.Actions
		}
		return ""
	}
	if r.has[l.Table+"."+r.metric.Column] {
		return l.Table
	}
	return ""
}

// ours returns the level that our figure is from.
func (r *reading) ours() adtally.ShownLevel {
	wanted := []string{r.q.Level, r.Shown.Usual}
	if r.metric.People && r.q.Campaign == "" {
		wanted = []string{r.q.Level, r.Shown.Levels[0].Name}
	}
	for _, name := range wanted {
		if i := slices.IndexFunc(r.levels, func(l adtally.ShownLevel) bool { return l.Name == name && (r.q.Campaign == "" || l.Campaign != "") }); i >= 0 {
			return r.levels[i]
		}
	}
	return r.levels[len(r.levels)-1]
}

func parseNumber(v sql.NullString) *big.Rat {
	if !v.Valid {
		return nil
	}
	n, ok := new(big.Rat).SetString(v.String)
	if !ok {
		return nil
	}
	return n
}
