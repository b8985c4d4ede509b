package analytics

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Engine answers questions by some definitions and settings. It is safe for concurrent use.
type Engine struct {
	defs     *Definitions
	settings Settings
}

// New returns an engine.
func New(d *Definitions, s Settings) *Engine { return &Engine{defs: d, settings: s} }

// Queryer is a connection or transaction of the warehouse that can read.
type Queryer interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// Ask answers a question from the warehouse. All statements see the same state of it if db is
// a transaction. The error is a *Refusal if the question cannot be answered.
func (e *Engine) Ask(ctx context.Context, db Queryer, q Query) (*Answer, error) {
	if err := q.valid(); err != nil {
		return nil, err
	}
	began := time.Now()
	a := &asking{Engine: e, db: db, out: &Answer{}}
	if err := a.answer(ctx, q); err != nil {
		return nil, err
	}
	a.out.Took = time.Since(began)
	return a.out, nil
}

// Possible refuses a question that cannot be answered whatever the data is.
func (e *Engine) Possible(q Query) error {
	if err := q.valid(); err != nil {
		return err
	}
	if q.Top != nil {
		q.Metrics = append(slices.Clone(q.Metrics), q.Top.By)
	}
	_, err := newPlan(e.defs, e.settings, q)
	return err
}

// asking is one question being answered.
type asking struct {
	*Engine
	db  Queryer
	out *Answer
}

func (a *asking) answer(ctx context.Context, q Query) error {
	now, before, err := a.periods(ctx, q)
	if err != nil {
		return err
	}
	p := now.plan
	for _, name := range q.Metrics {
		m := a.defs.Metrics[name]
		a.out.Columns = append(a.out.Columns, Column{Metric: name, Title: p.title(m), Unit: m.Unit, Decimals: m.Decimals, Better: m.Better})
	}
	a.out.Rows = now.rounded()
	if now.total != nil {
		a.out.Total = p.figures(now.total)
	}
	if before != nil {
		a.compare(now, before)
	}
	if err := a.name(ctx, p); err != nil {
		return err
	}
	return a.notes(ctx, p)
}

// period is the answer for the question's days or the compared ones, before it is rounded.
type period struct {
	plan  *plan
	rows  []exactRow
	total []figure // nil if not asked for
}

func (p *period) rounded() (all []Row) {
	for _, r := range p.rows {
		all = append(all, r.row(p.plan))
	}
	return all
}

// periods answers the question for its days and for the compared ones, by one statement if
// everything that it asks for can be added up from its cells. before is nil if no comparison
// is asked for.
func (a *asking) periods(ctx context.Context, q Query) (now, before *period, err error) {
	p, err := newPlan(a.defs, a.settings, q)
	if err != nil {
		return nil, nil, err
	}
	now, before, err = a.added(ctx, p)
	if err != nil || now != nil {
		return now, before, err
	}
	if q.Top != nil {
		if err := a.rank(ctx, p); err != nil {
			return nil, nil, err
		}
	}
	if now, err = a.period(ctx, p); err != nil || q.Compare == NoCompare {
		return now, nil, err
	}
	before, err = a.period(ctx, p.before())
	return now, before, err
}

// period answers the question for a plan's days, by statements of their own for the rows and
// the total.
func (a *asking) period(ctx context.Context, p *plan) (*period, error) {
	rows, err := a.rows(ctx, p)
	if err != nil {
		return nil, err
	}
	if r := firstRefusal(rows); r != nil {
		return nil, r
	}
	rest, err := a.remainders(ctx, p, rows)
	if err != nil {
		return nil, err
	}
	rows = append(rows, rest...)
	slices.SortStableFunc(rows, func(x, y exactRow) int { return compareCells(x.cell, y.cell) })
	out := &period{plan: p, rows: rows}
	if p.q.Totals {
		out.total, err = a.total(ctx, p.q)
	}
	return out, err
}

// exactRow is a row of the answer before it is rounded.
type exactRow struct {
	cell
	figures []figure
}

// rows runs the statement of a plan and computes the figures.
func (a *asking) rows(ctx context.Context, p *plan) ([]exactRow, error) {
	if err := a.pacingAllowed(ctx, p); err != nil {
		return nil, err
	}
	statement := p.statement()
	cells, err := a.run(ctx, statement)
	if err != nil {
		return nil, err
	}
	all, times := make([]cell, 0, len(cells)), map[string]time.Time{}
	for _, row := range cells {
		all = append(all, p.settled(p.sumsOf(&reader{row: row, times: times}), p))
	}
	paybacks, err := a.paybacks(ctx, p)
	if err != nil {
		return nil, err
	}
	a.noteAsOf(all)
	return p.exact(all, paybacks), nil
}

// noteAsOf notes when the oldest data of cells was requested.
func (a *asking) noteAsOf(cells []cell) {
	for _, c := range cells {
		a.out.AsOf = earliest(a.out.AsOf, c.asOf)
	}
}

// exact computes the figures of cells, in the order of the answer.
func (p *plan) exact(cells []cell, paybacks *paybacks) []exactRow {
	slices.SortFunc(cells, compareCells)
	all := make([]exactRow, len(cells))
	for i, c := range cells {
		all[i].cell = c
		for _, name := range p.q.Metrics {
			m := p.defs.Metrics[name]
			if m.Special == "payback" {
				all[i].figures = append(all[i].figures, paybacks.figure(p, m, c))
				continue
			}
			all[i].figures = append(all[i].figures, p.figure(m, c))
		}
	}
	return all
}

// run executes a statement and returns its rows as text.
func (a *asking) run(ctx context.Context, s Statement) (out [][]nullText, err error) {
	a.out.SQL = append(a.out.SQL, s)
	rows, err := a.db.QueryContext(ctx, s.SQL, s.Values...)
	if err != nil {
		return nil, warehouseError(err)
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return nil, warehouseError(err)
	}
	values, into := make([]sql.NullString, len(columns)), make([]any, len(columns))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, warehouseError(err)
		}
		row := make([]nullText, len(columns))
		for i, v := range values {
			row[i] = nullText{v.String, v.Valid}
		}
		out = append(out, row)
	}
	if err := rows.Err(); err != nil {
		return nil, warehouseError(err)
	}
	return out, nil
}

// warehouseError refuses a question about columns that do not exist, which own definitions
// may name.
func warehouseError(err error) error {
	if strings.Contains(err.Error(), "Binder Error") {
		first, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "Binder Error: "), "\n")
		return &Refusal{Code: "unknown_column", Message: first, Hint: "Correct the definition of the metric or model."}
	}
	return fmt.Errorf("ask the warehouse: %w", err)
}

// compareCells orders cells by time, then by member; "(others)" and "(unmatched)" are last.
func compareCells(x, y cell) int {
	if c := cmp.Compare(x.bucket, y.bucket); c != 0 {
		return c
	}
	for i := range x.members {
		if c := cmp.Or(cmp.Compare(rank(x.members[i]), rank(y.members[i])), cmp.Compare(x.members[i], y.members[i])); c != 0 {
			return c
		}
	}
	return 0
}

func rank(member string) int {
	switch member {
	case others:
		return 1
	case NotInAds:
		return 2
	case unmatched:
		return 3
	}
	return 0
}

func firstRefusal(rows []exactRow) *Refusal {
	for _, r := range rows {
		for _, f := range r.figures {
			if f.refused != nil {
				return f.refused
			}
		}
	}
	return nil
}

// figures rounds the figures of a row.
func (p *plan) figures(all []figure) []Figure {
	out := make([]Figure, len(all))
	for i, f := range all {
		m := p.defs.Metrics[p.q.Metrics[i]]
		out[i] = Figure{Currency: f.currency, Refused: f.refused}
		if f.value == nil {
			continue
		}
		out[i].Value = round(f.value, m.Decimals)
		if m.Special == "zones" {
			out[i].Value = fmt.Sprint(f.value.Sign() > 0)
		}
	}
	return out
}

func (r exactRow) row(p *plan) Row {
	return Row{Bucket: r.bucket, Members: r.members, Figures: p.figures(r.figures)}
}

// total computes the figures of the whole range without groups, anew: distinct counts and
// ratios do not add up. A figure that cannot be computed is refused by itself.
func (a *asking) total(ctx context.Context, q Query) ([]figure, error) {
	q.By, q.Grain, q.Top = nil, Whole, nil
	all := make([]figure, len(q.Metrics))
	possible := q
	possible.Metrics = nil
	for i, name := range q.Metrics {
		one := q
		one.Metrics = []string{name}
		_, err := newPlan(a.defs, a.settings, one)
		r, refused := errors.AsType[*Refusal](err)
		switch {
		case refused:
			all[i].refused = r
		case err != nil:
			return nil, err
		default:
			possible.Metrics = append(possible.Metrics, name)
		}
	}
	if len(possible.Metrics) == 0 {
		return all, nil
	}
	p, err := newPlan(a.defs, a.settings, possible)
	if err != nil {
		return nil, err
	}
	rows, err := a.rows(ctx, p)
	if err != nil {
		return nil, err
	}
	next := 0
	for i := range all {
		if all[i].refused == nil && len(rows) > 0 { // the calendar may not have the days
			all[i] = rows[0].figures[next]
			next++
		}
	}
	return all, nil
}
