package analytics

import (
	"fmt"
	"math/big"
	"slices"
	"time"
)

// cell is one row of the warehouse's result: the leaves of one bucket and members.
type cell struct {
	bucket  string
	members []string
	values  map[string]leafValue // by leaf ID
	asOf    time.Time
}

// leafValue is what the warehouse says of a leaf in a cell.
type leafValue struct {
	value     *big.Rat // nil = empty
	money     bool
	currency  string   // of the money; empty if there is none
	mixed     []string // not nil = several currencies
	missing   string   // day and currency without a rate
	converted bool
}

// reader takes the columns of a row one after another.
type reader struct {
	row []nullText
	at  int
}

func (r *reader) next() nullText {
	r.at++
	return r.row[r.at-1]
}

// nullText is a column: text or NULL.
type nullText struct {
	value string
	valid bool
}

// cellOf reads a row of the statement, in the order in which statement and read wrote it.
func (p *plan) cellOf(row []nullText) cell {
	r := &reader{row: row}
	c := cell{bucket: r.next().value, values: map[string]leafValue{}}
	for range p.q.By {
		c.members = append(c.members, r.next().value)
	}
	w := &writer{plan: p}
	for _, f := range p.facts {
		order := make([]string, 0, len(f.leaves))
		rows := map[string]bool{}
		for _, l := range f.leaves {
			v := leafValue{money: l.metric.Unit == "money", converted: w.converts(f)}
			raw, n, counted := r.next(), r.next(), r.next()
			rows[l.id] = n.valid && n.value != "0"
			v.value = l.metric.finish(raw, counted)
			if v.money && w.converts(f) {
				if miss, where := r.next(), r.next(); miss.valid && miss.value != "0" {
					v.missing = where.value
				}
			}
			c.values[l.id] = v
			order = append(order, l.id)
		}
		currencies, currency := nullText{}, nullText{}
		if f.hasMoney() {
			currencies, currency = r.next(), r.next()
		}
		covered := false
		if w.coverageOf(f).dataset != "" {
			n, asOf := r.next(), r.next()
			covered = n.valid && n.value != "0"
			c.note(asOf)
		}
		for _, id := range order {
			c.values[id] = p.settle(c.values[id], rows[id], covered, currencies, currency)
		}
	}
	return c
}

// finish turns an aggregate into the metric's value. A sum of no values is empty.
func (m *Metric) finish(raw, counted nullText) *big.Rat {
	v := parseNumber(raw.value, raw.valid)
	if m.Agg == "average" && v != nil {
		n := parseNumber(counted.value, counted.valid)
		if n == nil || n.Sign() == 0 {
			return nil
		}
		return new(big.Rat).Quo(v, n)
	}
	return v
}

// settle decides what a cell without rows is: 0 if it was read, else empty.
func (p *plan) settle(v leafValue, rows, covered bool, currencies, currency nullText) leafValue {
	if !rows {
		v.value = nil
		if covered {
			v.value = new(big.Rat)
		}
	}
	if !v.money {
		return v
	}
	if v.converted {
		v.currency = p.q.Currency
		return v
	}
	if rows || currency.valid {
		v.currency = currency.value
	}
	if n := parseNumber(currencies.value, currencies.valid); n != nil && n.Cmp(big.NewRat(1, 1)) > 0 {
		v.mixed = []string{currency.value}
	}
	return v
}

func (c *cell) note(asOf nullText) {
	if !asOf.valid {
		return
	}
	for _, layout := range []string{"2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999-07:00"} {
		if t, err := time.Parse(layout, asOf.value); err == nil && (c.asOf.IsZero() || t.Before(c.asOf)) {
			c.asOf = t
		}
	}
}

// figure is an exact figure of a metric in a cell.
type figure struct {
	value    *big.Rat
	currency string
	refused  *Refusal
}

// figure computes a metric from the leaves of a cell.
func (p *plan) figure(m *Metric, c cell) figure {
	var used []leafValue
	value := p.compute(m, m.Native, c, &used)
	if r := refusalOf(m, used); r != nil {
		return figure{refused: r}
	}
	f := figure{value: value}
	if m.Unit == "money" {
		for _, v := range used {
			if v.money && v.currency != "" {
				f.currency = v.currency
			}
		}
		if f.currency == "" {
			f.currency = p.q.Currency
		}
	}
	return f
}

// compute returns the metric's value and notes the leaves that it used.
func (p *plan) compute(m *Metric, native bool, c cell, used *[]leafValue) *big.Rat {
	switch {
	case m.calc != nil:
		return m.calc.value(func(part string) *big.Rat {
			of := p.defs.Metrics[part]
			return p.compute(of, native || of.Native, c, used)
		})
	case m.Special == "days_passed":
		first, _ := monthOf(p.asOf())
		return big.NewRat(int64(p.asOf()-first+1), 1)
	case m.Special == "days_of_month":
		first, last := monthOf(p.asOf())
		return big.NewRat(int64(last-first+1), 1)
	}
	v := c.values[leafID(m.Name, native)]
	*used = append(*used, v)
	return v.value
}

// refusalOf refuses money of several currencies, and money without an exchange rate.
func refusalOf(m *Metric, used []leafValue) *Refusal {
	var currencies []string
	for _, v := range used {
		switch {
		case v.missing != "":
			return &Refusal{Code: "fx_missing", Message: fmt.Sprintf("%s: there is no exchange rate for %s", m.Title, v.missing),
				Hint: "Upload rates that cover this day, or ask in the original currency."}
		case v.mixed != nil:
			return mixed(m)
		case v.money && v.currency != "" && !slices.Contains(currencies, v.currency):
			currencies = append(currencies, v.currency)
		}
	}
	if len(currencies) > 1 {
		return mixed(m)
	}
	return nil
}

func mixed(m *Metric) *Refusal {
	return &Refusal{Code: "mixed_currency", Message: fmt.Sprintf("%s is in several currencies", m.Title), Hint: "Convert at daily rates, or choose accounts with one currency."}
}
