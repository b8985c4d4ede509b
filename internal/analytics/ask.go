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
	db     Queryer
	out    *Answer
	totals []figure // of the answer, before they are rounded
}

func (a *asking) answer(ctx context.Context, q Query) error {
	p, err := a.plan(ctx, q)
	if err != nil {
		return err
	}
	for _, name := range q.Metrics {
		m := a.defs.Metrics[name]
		a.out.Columns = append(a.out.Columns, Column{Metric: name, Title: p.title(m), Unit: m.Unit, Decimals: m.Decimals, Better: m.Better})
	}
	rows, err := a.rows(ctx, p)
	if err != nil {
		return err
	}
	if r := firstRefusal(rows); r != nil {
		return r
	}
	for _, r := range rows {
		a.out.Rows = append(a.out.Rows, r.row(p))
	}
	if q.Totals {
		total, err := a.total(ctx, q)
		if err != nil {
			return err
		}
		a.totals, a.out.Total = total, p.figures(total)
	}
	if q.Compare != NoCompare {
		if err := a.compare(ctx, p, rows); err != nil {
			return err
		}
	}
	if err := a.name(ctx, p); err != nil {
		return err
	}
	return a.notes(ctx, p)
}

// plan resolves a question, and ranks its members first if it asks for the top ones.
func (a *asking) plan(ctx context.Context, q Query) (*plan, error) {
	if q.Top != nil {
		return a.topPlan(ctx, q)
	}
	return newPlan(a.defs, a.settings, q)
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
	all := make([]exactRow, 0, len(cells))
	for _, row := range cells {
		all = append(all, exactRow{cell: p.cellOf(row)})
	}
	slices.SortFunc(all, func(x, y exactRow) int { return compareCells(x.cell, y.cell) })
	paybacks, err := a.paybacks(ctx, p)
	if err != nil {
		return nil, err
	}
	for i := range all {
		for _, name := range p.q.Metrics {
			m := p.defs.Metrics[name]
			if m.Special == "payback" {
				all[i].figures = append(all[i].figures, paybacks.figure(p, m, all[i].cell))
				continue
			}
			all[i].figures = append(all[i].figures, p.figure(m, all[i].cell))
		}
		if t := all[i].asOf; !t.IsZero() && (a.out.AsOf.IsZero() || t.Before(a.out.AsOf)) {
			a.out.AsOf = t
		}
	}
	return all, nil
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
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
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
	case unmatched:
		return 2
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
