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
	row   []nullText
	at    int
	times map[string]time.Time // those that were read before; the rows of an answer share few
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

// sums is a row of the statement: what the facts have in one bucket and members, before it is
// decided what an empty cell is.
type sums struct {
	bucket  string
	members []string
	facts   []factSums // in the order of the plan's facts
}

// factSums is what a fact has in a cell.
type factSums struct {
	there    bool // the cell has rows of the model, maybe of no leaf
	leaves   []leafSums
	several  bool     // currencies
	currency nullText // the first of them
	read     read
	all      read // of everything that the question is about, if the statement reads it
}

// read says what was read of something.
type read struct {
	covered bool // some day was read
	asOf    time.Time
}

func (r read) and(other read) read {
	return read{r.covered || other.covered, earliest(r.asOf, other.asOf)}
}

func (r *reader) read() read { return read{r.next().some(), r.time(r.next())} }

// leafSums is what the warehouse says of a leaf in a cell.
type leafSums struct {
	raw, counted nullText
	rows         bool
	missing      string // day and currency without a rate
}

// sumsOf reads a row, in the order in which statement and read wrote it.
func (p *plan) sumsOf(r *reader) sums {
	s := sums{bucket: r.next().value, facts: make([]factSums, len(p.facts))}
	for range p.q.By {
		s.members = append(s.members, r.next().value)
	}
	w := &writer{plan: p}
	for i, f := range p.facts {
		s.facts[i] = w.factSums(f, r)
	}
	for _, c := range p.coverages() {
		of, all := r.read(), read{}
		if w.readsAll(c) {
			all = r.read()
		}
		for i, f := range p.facts {
			if p.coverageOf(f) == c {
				s.facts[i].read, s.facts[i].all = of, all
			}
		}
	}
	return s
}

// factSums reads the columns of a fact.
func (w *writer) factSums(f *fact, r *reader) factSums {
	out := factSums{there: r.next().some(), leaves: make([]leafSums, len(f.leaves))}
	for i, l := range f.leaves {
		of := leafSums{raw: r.next(), rows: out.there}
		if l.restricted() {
			of.rows = r.next().some()
		}
		if l.averages() {
			of.counted = r.next()
		}
		if l.metric.Unit == "money" && w.converts(f) {
			of.missing = r.next().value
		}
		out.leaves[i] = of
	}
	if f.hasMoney() {
		currencies, currency := r.next(), r.next()
		out.several, out.currency = currencies.some() && currencies.value != "1", currency
	}
	return out
}

// some reports whether a count is above zero.
func (t nullText) some() bool { return t.valid && t.value != "0" }

// settled decides what those leaves of a cell are that a plan needs.
func (p *plan) settled(s sums, by *plan) cell {
	c := cell{bucket: s.bucket, members: s.members, values: make(map[string]leafValue, len(by.leaves))}
	w := &writer{plan: p}
	for i, f := range p.facts {
		for j, l := range f.leaves {
			if by.leaves[l.id] == nil {
				continue
			}
			c.asOf = earliest(c.asOf, s.facts[i].read.asOf)
			of := s.facts[i].leaves[j]
			v := leafValue{money: l.metric.Unit == "money", converted: w.converts(f), value: l.metric.finish(of.raw, of.counted), missing: of.missing}
			c.values[l.id] = p.settle(v, of.rows, s.facts[i])
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
func (p *plan) settle(v leafValue, rows bool, f factSums) leafValue {
	if !rows {
		v.value = nil
		if f.read.covered {
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
	if rows || f.currency.valid {
		v.currency = f.currency.value
	}
	if f.several {
		v.mixed = []string{f.currency.value}
	}
	return v
}

// time reads a time; NULL is unknown.
func (r *reader) time(text nullText) time.Time {
	at, there := r.times[text.value]
	if there || !text.valid {
		return at
	}
	for _, layout := range []string{"2006-01-02 15:04:05.999999-07", "2006-01-02 15:04:05.999999-07:00"} {
		if t, err := time.Parse(layout, text.value); err == nil {
			at = t
		}
	}
	r.times[text.value] = at
	return at
}

// earliest returns the earlier of two times; zero is unknown.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
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
