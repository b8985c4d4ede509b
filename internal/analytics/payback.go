package analytics

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"adtally"
)

// periodDays is the length of a payback period.
const periodDays = 30

// payback is what the customers of one cell bought, by periods after they came.
type payback struct {
	earned   map[int]*big.Rat // net revenue by period, from 0
	newest   adtally.Day      // when the last of them came
	currency []string
	missing  string
}

type paybacks struct {
	cells   map[string]*payback
	through adtally.Day // until when orders were read
}

func cellKey(c cell) string { return fmt.Sprint(c.bucket, c.members) }

// paybacks reads what the customers bought who came in each cell.
func (a *asking) paybacks(ctx context.Context, p *plan) (*paybacks, error) {
	if !slices.ContainsFunc(p.q.Metrics, func(name string) bool { return p.defs.Metrics[name].Special == "payback" }) {
		return nil, nil
	}
	end, err := a.run(ctx, Statement{SQL: "SELECT CAST(MAX(through_date) AS VARCHAR) FROM adtally.coverage WHERE dataset = 'orders'"})
	if err != nil {
		return nil, err
	}
	out := &paybacks{cells: map[string]*payback{}}
	if end[0][0].valid {
		if out.through, err = adtally.ParseDay(end[0][0].value); err != nil {
			return nil, err
		}
	}
	if p.q.LockTo != 0 {
		out.through = min(out.through, p.q.LockTo)
	}
	rows, err := a.run(ctx, p.paybackStatement())
	if err != nil {
		return nil, err
	}
	return out, out.read(p, rows)
}

func (out *paybacks) read(p *plan, rows [][]nullText) error {
	for _, row := range rows {
		r := &reader{row: row}
		c := cell{bucket: r.next().value}
		for range p.q.By {
			c.members = append(c.members, r.next().value)
		}
		of := out.cells[cellKey(c)]
		if of == nil {
			of = &payback{earned: map[int]*big.Rat{}}
			out.cells[cellKey(c)] = of
		}
		period, currency := r.next(), r.next()
		newest, err := adtally.ParseDay(r.next().value)
		if err != nil {
			return err
		}
		of.newest = max(of.newest, newest)
		amount, missing := r.next(), r.next()
		if !period.valid {
			continue // a customer without orders
		}
		if missing.valid {
			of.missing = missing.value
		}
		if !slices.Contains(of.currency, currency.value) {
			of.currency = append(of.currency, currency.value)
		}
		n := parseNumber(period.value, true)
		if earned := parseNumber(amount.value, amount.valid); earned != nil {
			of.add(int(n.Num().Int64()), earned)
		}
	}
	return nil
}

func (b *payback) add(period int, amount *big.Rat) {
	if b.earned[period] == nil {
		b.earned[period] = new(big.Rat)
	}
	b.earned[period].Add(b.earned[period], amount)
}

// paybackStatement reads the net revenue of all orders of the customers who came in the
// range, by cell and period.
func (p *plan) paybackStatement() Statement {
	w := &writer{plan: p}
	r := w.rowsOf(p.defs.Models["customers"])
	join, day, _ := r.onDays(OfCell, "")
	keys := make([]string, 0, len(p.q.By))
	for i := range p.q.By {
		keys = append(keys, fmt.Sprintf(", %s AS k%d", r.key(i), i))
	}
	for _, f := range w.filters() {
		r.where = append(r.where, r.filter(f))
	}
	r.lockDays("")
	w.cte("came", "SELECT DISTINCT q.bucket AS bucket"+strings.Join(keys, "")+", m.customer_id, "+day+" AS came\n  "+r.from()+join+r.whereText())
	o := w.rowsOf(p.defs.Models["orders"])
	ordered, _ := o.day("")
	if w.q.Shared && !o.lock() { // otherwise all orders count: what customers buy later may come another way
		o.where = append(o.where, "FALSE")
	}
	o.lockDays("")
	o.where = append(o.where, "m.customer_id IN (SELECT customer_id FROM came)") // before days are computed, which is slow
	w.cte("bought", "SELECT m.customer_id, "+ordered+" AS day, m.currency, m.amount - COALESCE((SELECT SUM(r.amount) FROM adtally.refunds r WHERE r.order_id = m.order_id), 0) AS net\n  "+o.from()+o.whereText())
	rate, missing, join := "net", "NULL", ""
	currency := "b.currency"
	if p.q.Currency != "" {
		target := w.arg(p.q.Currency)
		x := "CASE WHEN b.currency = " + target + " THEN 1.0 ELSE x.rate END"
		rate, currency = "CASE WHEN net = 0 THEN 0 ELSE CAST(net AS DECIMAL(28,6)) * "+exactRate(x)+" END", target
		missing = "MIN(CASE WHEN net <> 0 AND " + x + " IS NULL THEN CAST(b.day AS VARCHAR) || ' ' || b.currency END)"
		join = "\nLEFT JOIN adtally.fx_daily x ON x.day = b.day AND x.from_currency = b.currency AND x.to_currency = " + target
	}
	columns := append(append([]string{"c.bucket AS bucket"}, w.keyNames("c.")...),
		fmt.Sprintf("CAST((b.day - c.came) // %d AS VARCHAR) AS period", periodDays), currency+" AS currency")
	grouped := len(columns)
	columns = append(columns, "CAST(MAX(c.came) AS VARCHAR)", "CAST(SUM("+rate+") AS VARCHAR)", missing)
	return Statement{SQL: "WITH " + strings.Join(w.ctes, ",\n") + "\nSELECT " + strings.Join(columns, ", ") +
		"\nFROM came c LEFT JOIN bought b ON b.customer_id = c.customer_id AND b.day >= c.came" + join + groupBy(grouped), Values: w.args}
}

// figure returns the number of periods after which the margin of what a cell's customers
// bought reaches its spend; empty if it did not, and they are too young to say so.
func (all *paybacks) figure(p *plan, m *Metric, c cell) figure {
	spend := c.values[leafID("spend", false)]
	of := all.cells[cellKey(c)]
	used := []leafValue{spend}
	if of != nil {
		used = append(used, leafValue{missing: of.missing})
		for _, currency := range of.currency {
			used = append(used, leafValue{money: true, currency: currency})
		}
	}
	if r := refusalOf(m, used); r != nil {
		return figure{refused: r}
	}
	margin, ok := new(big.Rat).SetString(p.settings.GrossMargin)
	if spend.value == nil || of == nil || !ok {
		return figure{}
	}
	earned := new(big.Rat)
	for k := 1; ; k++ {
		if amount := of.earned[k-1]; amount != nil {
			earned.Add(earned, new(big.Rat).Mul(amount, margin))
		}
		switch {
		case earned.Cmp(spend.value) >= 0:
			return figure{value: big.NewRat(int64(k), 1)}
		case of.newest+adtally.Day(periodDays*k)-1 > all.through:
			return figure{}
		}
	}
}
