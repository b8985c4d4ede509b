package engine

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// reconcileStream is the stream name in the loads of table.Reconciliation.
const reconcileStream = "_reconciliation"

// compared is one figure of a day: ours and the platform's total.
type compared struct {
	stream, metric string
	day            adtally.Day
	ours, theirs   sql.Null[string]
	asked          time.Time // when the later of the two sides was requested
	tolerance      *big.Rat  // nil if none
	moving         bool      // the day had not ended, so both sides still grow
}

func (c compared) drift() *big.Rat { return new(big.Rat).Sub(number(c.ours), number(c.theirs)) }

// state says whether the sides agree. A missing side counts as zero.
func (c compared) state() string {
	apart := c.drift()
	if apart.Sign() == 0 || c.tolerance != nil && apart.Abs(apart).Cmp(c.tolerance) < 0 {
		return "ok"
	}
	return "drift"
}

// asDrift converts the comparison for reports.
func (c compared) asDrift(account string) adtally.Drift {
	return adtally.Drift{Account: account, Table: c.stream, Day: c.day, Metric: c.metric, Ours: plain(c.ours), Theirs: plain(c.theirs), Difference: decimal(c.drift())}
}

// plain formats a figure; empty if there is none.
func plain(text sql.Null[string]) string {
	if !text.Valid {
		return ""
	}
	return decimal(number(text))
}

// decimal formats a figure with two decimal places, more if it has more, or none if it is
// an integer.
func decimal(n *big.Rat) string {
	whole, fraction, _ := strings.Cut(n.FloatString(6), ".")
	if fraction = strings.TrimRight(fraction, "0"); fraction == "" {
		return whole
	}
	return whole + "." + fraction + strings.Repeat("0", max(0, 2-len(fraction)))
}

func number(text sql.Null[string]) *big.Rat {
	n, ok := new(big.Rat).SetString(text.V)
	if !ok {
		return new(big.Rat)
	}
	return n
}

// reconcile compares the days that a step read with the platform's totals, reads days that
// differ again, and writes the results to the warehouse.
func (e *Engine) reconcile(ctx context.Context, w work, done *adtally.Done) error {
	if !e.reconciles() {
		return nil
	}
	found, err := e.compare(ctx, w.Account)
	if err != nil || len(found) == 0 {
		return err
	}
	again := e.differing(w.Account, found)
	for _, sl := range again {
		o, err := e.slice(ctx, w, sl, nil)
		if err != nil {
			return err
		}
		done.Outcomes = append(done.Outcomes, o)
	}
	if len(again) > 0 {
		if found, err = e.compare(ctx, w.Account); err != nil {
			return err
		}
	}
	for _, c := range found {
		d := c.asDrift(w.Account.ID)
		if c.state() != "ok" && !c.moving {
			done.Drifts = append(done.Drifts, d)
		} else {
			done.Agreed = append(done.Agreed, d)
		}
	}
	return e.write(ctx, w.Step, found)
}

// compare sums the days of every stream with a total that were read on both sides since
// the last comparison. It also works after an interrupted run.
func (e *Engine) compare(ctx context.Context, a adtally.Account) (found []compared, err error) {
	loads, err := e.Writer.Loads(ctx, e.Source.Dataset, a.ID)
	if err != nil {
		return nil, fmt.Errorf("read the warehouse's loads: %w", err)
	}
	db, done, err := e.Writer.Query(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the warehouse to compare sums: %w", err)
	}
	defer done()
	for _, s := range e.Reader.Streams() {
		if s.Total == nil {
			continue
		}
		list, err := e.compareStream(ctx, db, a, s, loads)
		if err != nil {
			return nil, fmt.Errorf("compare %s with %s: %w", s.Name, s.Total.Table, err)
		}
		found = append(found, list...)
	}
	return found, nil
}

func (e *Engine) compareStream(ctx context.Context, db *sql.DB, a adtally.Account, s connector.Stream, loads []adtally.Checkpoint) (found []compared, err error) {
	zone, err := a.Location()
	if err != nil {
		return nil, err
	}
	checked, err := e.checked(ctx, db, a, s.Name)
	if err != nil {
		return nil, err
	}
	ours, theirs := askedByDay(loads, s.Name), askedByDay(loads, s.Total.Table)
	due := map[adtally.Day]time.Time{}
	for day, asked := range ours {
		both, isRead := theirs[day]
		if at := later(asked, both); isRead && at.After(checked[day]) {
			due[day] = at
		}
	}
	if len(due) == 0 {
		return nil, nil
	}
	for _, metric := range s.Total.Columns {
		sums, err := e.sums(ctx, db, a, s, metric, spanOf(due))
		if err != nil {
			return nil, err
		}
		for _, day := range slices.Sorted(maps.Keys(due)) {
			c := sums[day] // zero if there are no rows on either side: nothing equals nothing
			c.stream, c.metric, c.day, c.asked, c.moving = s.Name, metric, day, due[day], due[day].Before((day + 1).Start(zone))
			if s.Total.Tolerance != nil {
				c.tolerance = s.Total.Tolerance(a, metric)
			}
			found = append(found, c)
		}
	}
	return found, nil
}

// askedByDay returns when each day of a table was last requested.
func askedByDay(loads []adtally.Checkpoint, name string) map[adtally.Day]time.Time {
	asked := map[adtally.Day]time.Time{}
	for _, c := range loads {
		for day := c.Window.From; c.Table == name && day < c.Window.To; day++ {
			asked[day] = later(asked[day], c.Asked)
		}
	}
	return asked
}

func spanOf(days map[adtally.Day]time.Time) adtally.Window {
	sorted := slices.Sorted(maps.Keys(days))
	return adtally.WindowOf(sorted[0], sorted[len(sorted)-1])
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// differing returns the slices to read again: the days that differ, on both sides, with
// consecutive days in one slice.
func (e *Engine) differing(a adtally.Account, found []compared) (again []adtally.Slice) {
	days := map[string][]adtally.Day{}
	for _, c := range found {
		if c.state() == "ok" {
			continue
		}
		for _, s := range e.Reader.Streams() {
			if s.Name == c.stream && s.Total != nil && slices.Contains(s.Total.Columns, c.metric) { // columns that were compared earlier may no longer be requested
				days[s.Name] = append(days[s.Name], c.day)
				days[s.Total.Table] = append(days[s.Total.Table], c.day)
			}
		}
	}
	for _, s := range e.Reader.Streams() {
		for _, w := range inRows(days[s.Name]) {
			again = append(again, adtally.Slice{Stream: s.Name, Account: a.ID, Window: w})
		}
	}
	return again
}

// inRows joins consecutive days.
func inRows(days []adtally.Day) (out []adtally.Window) {
	days = slices.Compact(slices.Sorted(slices.Values(days)))
	for _, d := range days {
		if n := len(out) - 1; n >= 0 && out[n].To == d {
			out[n].To++
			continue
		}
		out = append(out, adtally.WindowOf(d, d))
	}
	return out
}

// write loads the results of the comparison into the warehouse.
func (e *Engine) write(ctx context.Context, step adtally.Step, found []compared) error {
	b := table.NewBuilder(&table.Reconciliation)
	for _, c := range found {
		if err := set(b, step, c); err != nil {
			return err
		}
	}
	sl := adtally.Slice{Stream: reconcileStream, Account: step.Account.ID}
	_, err := e.Writer.Commit(ctx, destination.Load{ID: e.NewID(), Dataset: e.Source.Dataset, Slice: sl,
		Tables: []*table.Schema{&table.Reconciliation}, Asked: e.Now, Now: e.Now}, one(b.Batch()))
	if err != nil {
		return fmt.Errorf("write the reconciliation: %w", err)
	}
	return nil
}

func set(b *table.Builder, step adtally.Step, c compared) error {
	values := map[string]string{
		table.AccountColumn: step.Account.ID, table.DayColumn: c.day.String(), "table_name": c.stream, "metric": c.metric,
		"ours": c.ours.V, "theirs": c.theirs.V, "drift": strings.TrimPrefix(c.drift().FloatString(6), "-0.000000"),
		"state": c.state(), "checked_at": c.asked.UTC().Format(time.RFC3339Nano), "run": step.Run,
	}
	for column, value := range values {
		if value == "" {
			continue
		}
		if err := b.Set(table.Reconciliation.Index(column), []byte(value)); err != nil {
			return fmt.Errorf("%s: %w", column, err)
		}
	}
	b.EndRow()
	return nil
}
