package difference

import (
	"context"
	"database/sql"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally"
)

// reading is one question being answered.
type reading struct {
	Source
	ctx         context.Context //nolint:containedctx // it lives as long as one question
	db          Queryer
	q           Question
	metric      adtally.ShownMetric
	currency    string
	accountZone string
	zone        string
	has         map[string]bool // tables, and columns as table.column
	levels      []adtally.ShownLevel
	untried     []Untried
	notes       []string
}

func (r *reading) rows(query string, args []any, use func([]sql.NullString) error) error {
	found, err := r.db.QueryContext(r.ctx, query, args...)
	if err != nil {
		return fmt.Errorf("read the figures: %w", err)
	}
	defer found.Close()
	names, err := found.Columns()
	if err != nil {
		return err
	}
	values, into := make([]sql.NullString, len(names)), make([]any, len(names))
	for i := range values {
		into[i] = &values[i]
	}
	for found.Next() {
		if err := found.Scan(into...); err != nil {
			return err
		}
		if err := use(values); err != nil {
			return err
		}
	}
	return found.Err()
}

// read counts in all ways.
func (r *reading) read(f Figure) (*Case, error) {
	c := &Case{Figure: f, From: r.q.From, To: r.q.To, Counts: Counts{}, Campaign: r.q.Campaign, Statuses: r.Shown.Statuses, Worth: r.metric.Worth, Ours: Way{Level: r.ours().Name}}
	if r.metric.Money {
		c.Currency = r.currency
	}
	if len(r.metric.Types) > 0 {
		c.Ours.Window = r.Shown.Windows[0].Title
		for _, w := range r.Shown.Windows {
			c.Windows = append(c.Windows, w.Title)
		}
	}
	for _, l := range r.levels {
		c.Levels = append(c.Levels, Named{l.Name, l.Title, r.has[l.Objects.Table]})
		if err := r.level(c, l); err != nil {
			return nil, err
		}
	}
	for _, step := range []func(*Case) error{r.names, r.converted, r.rezoned, r.open} {
		if err := step(c); err != nil {
			return nil, err
		}
	}
	for w := range c.Counts {
		if w.Type != "" && !slices.Contains(c.Types, w.Type) {
			c.Types = append(c.Types, w.Type)
		}
	}
	slices.Sort(c.Types)
	r.missing(c)
	return c, nil
}

// level counts a level's rows by the account's own days.
func (r *reading) level(c *Case, l adtally.ShownLevel) error {
	switch {
	case r.metric.People:
		return r.people(c, l)
	case len(r.metric.Types) > 0:
		return r.actions(c, l, "")
	}
	return r.column(c, Way{Level: l.Name}, l, r.facts(l.Table, l), "f.v")
}

// facts selects a level's rows with the columns day, object, campaign, currency and v.
func (r *reading) facts(table string, l adtally.ShownLevel) string {
	return "SELECT " + r.ids(l) + ", " + quote(r.metric.Column) + " AS v " + r.from(table)
}

func (r *reading) ids(l adtally.ShownLevel) string {
	c := r.Shown.Columns
	object, campaign := "''", "''"
	if l.Object != "" {
		object, campaign = quote(l.Object), quote(l.Campaign)
	}
	return quote(c.Date) + " AS day, " + object + " AS object, " + campaign + " AS campaign, " + quote(c.Currency) + " AS currency"
}

// from is the FROM part with the days of the question and some around them.
func (r *reading) from(table string) string {
	c := r.Shown.Columns
	return "FROM " + quote(r.Dataset) + "." + quote(table) + " WHERE " + quote(c.Account) + " = $1 AND " + quote(c.Date) + " BETWEEN CAST($2 AS DATE) - 2 AND CAST($3 AS DATE) + 2"
}

func (r *reading) args() []any { return []any{r.q.Account, r.q.From.String(), r.q.To.String()} }

// column adds up rows by part of the days and object.
func (r *reading) column(c *Case, w Way, l adtally.ShownLevel, facts, value string) error {
	return r.rows(r.summed(l, facts, value, "'', ''"), r.args(), func(v []sql.NullString) error { return count(c, w, v) })
}

// summed is a statement with the columns part, campaign, status and sum, and two more to
// group by.
func (r *reading) summed(l adtally.ShownLevel, facts, value, more string) string {
	status, join := "''", ""
	if o := l.Objects; r.has[o.Table] {
		status, join = "COALESCE(o."+quote(o.Columns["status"])+", '')", " LEFT JOIN "+quote(r.Dataset)+"."+quote(o.Table)+" o ON o."+quote(o.Columns["id"])+" = f.object"
	}
	return `SELECT CASE WHEN f.day < CAST($2 AS DATE) THEN 0 WHEN f.day = CAST($2 AS DATE) THEN 1 WHEN f.day > CAST($3 AS DATE) THEN 4 WHEN f.day = CAST($3 AS DATE) THEN 3 ELSE 2 END AS part,
  COALESCE(f.campaign, ''), ` + status + `, CAST(SUM(` + value + `) AS VARCHAR), ` + more + `
FROM (` + facts + `) f` + join + `
WHERE f.day BETWEEN CAST($2 AS DATE) - 1 AND CAST($3 AS DATE) + 1
GROUP BY 1, 2, 3, 5, 6`
}

func count(c *Case, w Way, v []sql.NullString) error {
	part, err := strconv.Atoi(v[0].String)
	if err != nil {
		return err
	}
	if n := parseNumber(v[3]); n != nil {
		c.Counts.Add(w, Object{v[1].String, v[2].String}, Part(part), n)
	}
	return nil
}

// actions adds up actions by type and window, and once more as Adtally does: of each row's
// types only the first of the metric's list. A target converts them.
func (r *reading) actions(c *Case, l adtally.ShownLevel, target string) error {
	cols := r.Shown.Columns
	value := cols.Count
	if r.metric.Worth {
		value = cols.Worth
	}
	var order strings.Builder
	types := make([]string, len(r.metric.Types))
	for i, t := range r.metric.Types {
		types[i] = literal(t)
		fmt.Fprintf(&order, " WHEN %s THEN %d", types[i], i)
	}
	rows := "SELECT " + r.ids(l) + ", " + quote(cols.Type) + " AS kind, " + quote(cols.Window) + " AS span, " + quote(value) + " AS v " + r.from(l.Actions) + " AND " + quote(cols.Type) + " IN (" + strings.Join(types, ", ") + ")"
	ranked := "SELECT *, row_number() OVER (PARTITION BY day, object, span ORDER BY CASE kind" + order.String() + " END) AS place FROM (" + rows + ") t"
	facts := "SELECT day, object, campaign, currency, kind, span, v FROM (" + rows + ") a UNION ALL SELECT day, object, campaign, currency, '', span, v FROM (" + ranked + ") b WHERE place = 1"
	v, args := "f.v", r.args()
	if target != "" {
		facts, v = convert(facts, "kind, span"), "f.v"
		args = append(args, target)
	}
	return r.rows(r.summed(l, facts, v, "f.kind, f.span"), args, func(v []sql.NullString) error {
		for _, w := range r.Shown.Windows {
			if slices.Contains(w.Windows, v[5].String) {
				if err := count(c, Way{Level: l.Name, Type: v[4].String, Window: w.Title, Currency: target}, v); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// convert multiplies amounts by the rate of their day to the currency $4.
func convert(facts, more string) string {
	if more != "" {
		more = ", n." + strings.ReplaceAll(more, ", ", ", n.")
	}
	return "SELECT n.day, n.object, n.campaign, n.currency" + more + ", CAST(n.v AS DECIMAL(28,6)) * x.rate AS v FROM (" + facts + ") n JOIN adtally.fx_daily x ON x.day = n.day AND x.from_currency = n.currency AND x.to_currency = $4"
}

// people reads people by exact period, and adds up those of days.
func (r *reading) people(c *Case, l adtally.ShownLevel) error {
	cols, w := r.Shown.Columns, Way{Level: l.Name}
	if r.table(l) != "" {
		if err := r.column(c, Way{Level: l.Name, Added: true}, l, r.facts(l.Table, l), "f.v"); err != nil {
			return err
		}
	}
	for i, name := range append(slices.Clone(l.Periods), l.Table) {
		if !r.has[name+"."+r.metric.Column] {
			continue
		}
		through := cols.Through
		if i == len(l.Periods) || !r.has[name+"."+through] {
			through = cols.Date
		}
		object := "''"
		if l.Campaign != "" {
			object = quote(l.Campaign)
		}
		query := "SELECT " + object + ", CAST(" + quote(cols.Date) + " - CAST($2 AS DATE) AS VARCHAR), CAST(" + quote(through) + " - CAST($3 AS DATE) AS VARCHAR), CAST(SUM(" + quote(r.metric.Column) + ") AS VARCHAR) " +
			r.from(name) + " AND " + quote(cols.Date) + " - CAST($2 AS DATE) BETWEEN -1 AND 1 AND " + quote(through) + " - CAST($3 AS DATE) BETWEEN -1 AND 1 GROUP BY 1, 2, 3"
		if err := r.rows(query, r.args(), func(v []sql.NullString) error { return hold(c, w, v) }); err != nil {
			return err
		}
	}
	return nil
}

func hold(c *Case, w Way, v []sql.NullString) error {
	from, errFrom := strconv.Atoi(v[1].String)
	to, errTo := strconv.Atoi(v[2].String)
	if errFrom != nil || errTo != nil {
		return fmt.Errorf("the period %s to %s is no number of days", v[1].String, v[2].String)
	}
	if n := parseNumber(v[3]); n != nil {
		c.Counts.Hold(w, Object{Campaign: v[0].String}, Shift{from, to}, n)
	}
	return nil
}

// names reads the names of the campaigns that were counted.
func (r *reading) names(c *Case) error {
	c.Campaigns = map[string]string{}
	for w, n := range c.Counts {
		if w == c.Ours || w.Level == r.Shown.Usual {
			n.each(Shift{}, c.From == c.To, func(o Object, _ *big.Rat) { c.Campaigns[o.Campaign] = "" })
		}
	}
	delete(c.Campaigns, "")
	for _, l := range r.levels {
		o := l.Objects
		if l.Object == l.Campaign && r.has[o.Table] {
			return r.rows("SELECT "+quote(o.Columns["id"])+", "+quote(o.Columns["name"])+" FROM "+quote(r.Dataset)+"."+quote(o.Table)+" WHERE "+quote(r.Shown.Columns.Account)+" = $1", []any{r.q.Account}, func(v []sql.NullString) error {
				if _, counted := c.Campaigns[v[0].String]; counted {
					c.Campaigns[v[0].String] = v[1].String
				}
				return nil
			})
		}
	}
	return nil
}

// converted counts money in other currencies at the rates of the days. If a rate of a currency
// is missing, that currency is not tried.
func (r *reading) converted(c *Case) error {
	if c.Currency == "" {
		return nil
	}
	var targets []string
	err := r.rows(`SELECT to_currency FROM adtally.fx_daily WHERE from_currency = $1 AND day BETWEEN CAST($2 AS DATE) AND CAST($3 AS DATE) GROUP BY 1 HAVING COUNT(DISTINCT day) = CAST($3 AS DATE) - CAST($2 AS DATE) + 1 ORDER BY 1`,
		[]any{c.Currency, r.q.From.String(), r.q.To.String()}, func(v []sql.NullString) error {
			targets = append(targets, v[0].String)
			return nil
		})
	for _, target := range targets {
		for _, l := range r.levels {
			if err == nil {
				err = r.convertedLevel(c, l, target)
			}
		}
	}
	c.Currencies = targets
	return err
}

func (r *reading) convertedLevel(c *Case, l adtally.ShownLevel, target string) error {
	if len(r.metric.Types) > 0 {
		return r.actions(c, l, target)
	}
	w := Way{Level: l.Name, Currency: target}
	return r.rows(r.summed(l, convert(r.facts(l.Table, l), ""), "f.v", "'', ''"), append(r.args(), target), func(v []sql.NullString) error { return count(c, w, v) })
}

// rezoned counts by days that end in the reporting zone, from rows by hour.
func (r *reading) rezoned(c *Case) error {
	if r.metric.People || len(r.metric.Types) > 0 || r.accountZone == r.zone || r.accountZone == "" || r.zone == "" {
		return nil
	}
	for _, l := range r.levels {
		if !r.has[l.Hourly+"."+r.metric.Column] {
			continue
		}
		c.Zone = r.zone
		hour := "CAST(substr(" + quote(r.Shown.Columns.Hour) + ", 1, 2) AS INTEGER)"
		facts := "SELECT CAST((CAST(day AS TIMESTAMP) + hour * INTERVAL '1 hour') AT TIME ZONE $4 AT TIME ZONE $5 AS DATE) AS day, object, campaign, currency, v FROM (SELECT " + r.ids(l) + ", " + hour + " AS hour, " + quote(r.metric.Column) + " AS v " + r.from(l.Hourly) + ") h"
		w := Way{Level: l.Name, Zone: true}
		if err := r.rows(r.summed(l, facts, "f.v", "'', ''"), append(r.args(), r.accountZone, r.zone), func(v []sql.NullString) error { return count(c, w, v) }); err != nil {
			return err
		}
	}
	return nil
}

// open reads whether the last day was over when it was read.
func (r *reading) open(c *Case) error {
	l, cols := r.ours(), r.Shown.Columns
	zone, err := time.LoadLocation(r.accountZone)
	if err != nil || !r.has[l.Table+"."+cols.Asked] {
		return nil //nolint:nilerr // without a zone nothing is said about the end of the day
	}
	return r.rows("SELECT CAST(MAX(epoch_us("+quote(cols.Asked)+")) AS VARCHAR) FROM "+quote(r.Dataset)+"."+quote(l.Table)+" WHERE "+quote(cols.Account)+" = $1 AND "+quote(cols.Date)+" = CAST($2 AS DATE)", []any{r.q.Account, r.q.To.String()}, func(v []sql.NullString) error {
		us, err := strconv.ParseInt(v[0].String, 10, 64)
		if at := time.UnixMicro(us); err == nil && at.Before((r.q.To + 1).Start(zone)) {
			c.OpenDay = true
			r.notes = append(r.notes, fmt.Sprintf("%s was not over when Adtally read it at %s: its figures may have grown since.", r.q.To, at.In(zone).Format("15:04")))
		}
		return nil
	})
}

// missing says what could not be tried.
func (r *reading) missing(c *Case) {
	add := func(text, format string, a ...any) {
		r.untried = append(r.untried, Untried{text, fmt.Sprintf(format, a...)})
	}
	for _, l := range r.Shown.Levels {
		if !slices.ContainsFunc(c.Levels, func(n Named) bool { return n.Name == l.Name }) {
			add("Figures of "+l.Title, "No table of this level that has the metric was synced.")
		}
	}
	if c.Currency != "" && len(c.Currencies) == 0 {
		add("Other currencies", "There are no exchange rates from %s for all of these days. Upload them under Data.", c.Currency)
	}
	if r.accountZone != r.zone && c.Zone == "" && !r.metric.People {
		add("Days that end in "+r.zone, "That needs figures by hour: add the table %s to the source.", r.ours().Hourly)
	}
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
