package analytics

import (
	"fmt"
	"slices"
	"time"

	"adtally"
)

// leaf is one aggregate of one model. Figures are computed from leaves.
type leaf struct {
	metric *Metric
	native bool   // never converted
	id     string // unique in the plan
}

// factKey says which leaves share a fact: one aggregating subquery over one model.
type factKey struct {
	model, time string
	scope       Scope
	direct      bool // not summed by day and currency first
	native      bool
	with, zero  string
}

// fact is a subquery with its leaves.
type fact struct {
	factKey
	name   string
	leaves []*leaf
}

// plan is a query with the leaves and facts that answer it.
type plan struct {
	defs     *Definitions
	settings Settings
	q        Query
	keep     []string          // members of the first dimension that are not "(others)"; nil = all
	spans    []span            // periods that one statement reads; nil = the query's days
	wholes   map[string]string // leaves about the whole question that are read by cell, and the leaf that is read
	facts    []*fact
	leaves   map[string]*leaf
}

// newPlan resolves the query's metrics to facts, or refuses.
func newPlan(d *Definitions, s Settings, q Query) (*plan, error) {
	p := &plan{defs: d, settings: s, q: q, leaves: map[string]*leaf{}}
	for _, name := range q.Metrics {
		m := d.Metrics[name]
		if m == nil {
			return nil, &Refusal{Code: "unknown_metric", Message: fmt.Sprintf("There is no metric %s", name), Hint: near(name, d.order)}
		}
		if err := p.whole(m); err != nil {
			return nil, err
		}
		if err := p.need(m, m.Native); err != nil {
			return nil, err
		}
	}
	for _, f := range p.facts {
		for _, allowed := range []func(*fact) error{p.reachable, p.lockable, p.feeAllowed} {
			if err := allowed(f); err != nil {
				return nil, err
			}
		}
	}
	return p, nil
}

// whole refuses a metric that says nothing about the query's dimensions.
func (p *plan) whole(m *Metric) error {
	for _, by := range p.q.By {
		if slices.Contains(m.OnlyWhole, by) {
			return &Refusal{Code: "dimension_missing", Message: fmt.Sprintf("%s is a figure of everything together and cannot be split by %s", m.Title, by), Hint: "Use attributed_roas instead."}
		}
	}
	return nil
}

// need adds the leaves of a metric.
func (p *plan) need(m *Metric, native bool) (err error) {
	switch {
	case m.calc != nil:
		m.calc.names(func(part string) {
			if err == nil {
				err = p.need(p.defs.Metrics[part], native || p.defs.Metrics[part].Native)
			}
		})
		return err
	case m.Special == "zones":
		p.add(p.zonesLeaf(m), native)
		return nil
	case m.Model == "":
		for _, used := range m.Uses {
			if err := p.need(p.defs.Metrics[used], native); err != nil {
				return err
			}
		}
		return nil
	}
	if m.None {
		held, err := p.held(m)
		if err != nil {
			return err
		}
		m = held
	}
	p.add(m, native)
	return nil
}

// zonesLeaf counts the accounts with rows whose zone is another than the query's.
func (p *plan) zonesLeaf(m *Metric) *Metric {
	of := *p.defs.Metrics[m.Uses[0]]
	of.Name, of.Unit, of.Special, of.Agg = m.Name, "count", "zones", "max"
	return &of
}

func (p *plan) add(m *Metric, native bool) {
	id := leafID(m.Name, native)
	if p.leaves[id] != nil {
		return
	}
	model := p.modelFor(m)
	direct := m.Agg != "sum" && m.Agg != "count" && m.Agg != "average" && !p.countsKey(m, model)
	key := factKey{model: model, time: m.Time, scope: m.Scope, direct: direct, native: native, with: m.With, zero: m.ZeroOf}
	l := &leaf{metric: m, native: native, id: id}
	p.leaves[id] = l
	i := slices.IndexFunc(p.facts, func(f *fact) bool { return f.factKey == key })
	if i < 0 {
		p.facts = append(p.facts, &fact{factKey: key, name: fmt.Sprintf("f%d", len(p.facts))})
		i = len(p.facts) - 1
	}
	p.facts[i].leaves = append(p.facts[i].leaves, l)
}

func leafID(metric string, native bool) string {
	if native {
		return metric + " native"
	}
	return metric
}

// countsKey reports whether a metric counts the rows of a model by their key. The key of a
// built-in model is in one row only, so that counts of it add up; those of an own model may be
// in several.
func (p *plan) countsKey(m *Metric, model string) bool {
	of := p.defs.Models[model]
	return m.Agg == "count_distinct" && !of.Own && len(of.Key) == 1 && m.Expr == of.Key[0]
}

// modelFor returns the metric's model, or the finer one if the query has a dimension that
// only that one has. A figure of the whole question is not grouped: it is read from the finer
// one only below a filter that needs it, because that one may lack rows.
func (p *plan) modelFor(m *Metric) string {
	model := p.defs.Models[m.Model]
	finer := p.defs.Models[model.Finer]
	if finer == nil || m.None {
		return m.Model
	}
	for _, dim := range p.dimensionsOf(m.Scope) {
		if _, ok := p.defs.find(model, dim); ok {
			continue
		}
		if _, ok := p.defs.find(finer, dim); ok {
			return finer.Name
		}
	}
	return m.Model
}

// dimensions are those of the query's groups, filters and lock.
func (p *plan) dimensions() []string {
	all := slices.Clone(p.q.By)
	for _, f := range p.filters() {
		all = append(all, f.Dimension)
	}
	return all
}

// dimensionsOf are those of the query that concern a scope.
func (p *plan) dimensionsOf(s Scope) []string {
	if s == OfQuestion {
		return p.dimensions()[len(p.q.By):]
	}
	return p.dimensions()
}

func (p *plan) filters() []Filter { return slices.Concat(p.q.Filters, p.q.Lock) }

// reachable refuses a fact that lacks one of the query's dimensions. It is never ignored:
// that would show everybody's figures under a filter.
func (p *plan) reachable(f *fact) error {
	for _, dim := range p.dimensions() {
		if p.has(f, dim) {
			continue
		}
		if !p.known(dim) {
			return &Refusal{Code: "unknown_dimension", Message: fmt.Sprintf("There is no dimension %s", dim), Hint: near(dim, p.defs.dimensionNames())}
		}
		l := f.leaves[0].metric
		return &Refusal{Code: "dimension_missing", Message: fmt.Sprintf("%s has no %s", l.Title, dim), Hint: fmt.Sprintf("Remove %s from the question, or ask for other metrics.", dim)}
	}
	return nil
}

// has reports whether a fact can be grouped and filtered by a dimension. The rows that it is
// restricted to by campaign are filtered, not grouped.
func (p *plan) has(f *fact, dim string) bool {
	model := p.defs.Models[f.model]
	_, ok := p.defs.find(model, dim)
	if finer := p.defs.Models[model.Finer]; !ok && finer != nil && !slices.Contains(p.dimensionsOf(f.scope), dim) {
		_, ok = p.defs.find(finer, dim)
	}
	filtered := slices.ContainsFunc(p.filters(), func(flt Filter) bool { return flt.Dimension == dim })
	if with := p.defs.Models[f.with]; with != nil && filtered {
		_, also := p.defs.find(with, dim)
		ok = ok && also
	}
	return ok
}

func (p *plan) known(dim string) bool { return slices.Contains(p.defs.dimensionNames(), dim) }

// held returns the metric as it is held at the query's grain, or refuses: reach cannot be
// summed over days or campaigns.
func (p *plan) held(m *Metric) (*Metric, error) {
	for _, h := range m.Held {
		if !p.fixed(h.By) || !p.oneCell(h.Grain) {
			continue
		}
		of := *m
		if h.Model != "" {
			of.Model, of.Time = h.Model, ""
		}
		return &of, nil
	}
	return nil, &Refusal{Code: "grain_not_held", Message: fmt.Sprintf("%s cannot be added up", m.Title),
		Hint: "Ask for one day or one whole calendar month of single campaigns. For another grain, add a custom report to the source."}
}

// fixed reports whether every row of the answer is about one member of the dimensions.
func (p *plan) fixed(dims []string) bool {
	for _, dim := range dims {
		one := func(f Filter) bool { return f.Dimension == dim && len(f.In) == 1 }
		if p.keep != nil && len(p.q.By) > 0 && p.q.By[0] == dim {
			return false // "(others)" are several
		}
		if !slices.Contains(p.q.By, dim) && !slices.ContainsFunc(p.filters(), one) {
			return false
		}
	}
	return true
}

// oneCell reports whether every bucket of the query is exactly one day or calendar month.
func (p *plan) oneCell(g Grain) bool {
	q := p.q
	if g == ByDay {
		return q.Grain == ByDay || q.From == q.To
	}
	first, last := monthOf(q.From)
	return wholeMonths(q.From, q.To) && (q.Grain == ByMonth || q.Grain == Whole && first == q.From && last == q.To)
}

// window returns the days of a scope.
func (p *plan) window(s Scope) (from, to adtally.Day) {
	if s == MonthToDate || s == OfMonth {
		first, last := monthOf(p.asOf())
		if s == OfMonth {
			return first, last
		}
		return first, p.asOf()
	}
	return p.q.From, p.q.To
}

func (p *plan) asOf() adtally.Day {
	if p.q.AsOf != 0 {
		return p.q.AsOf
	}
	return p.q.To
}

// zone is where instants become days.
func (p *plan) zone() string {
	if p.q.Zone != "" {
		return p.q.Zone
	}
	return p.settings.Zone
}

// valid refuses a query that makes no sense.
func (q Query) valid() error {
	bad := func(hint, format string, a ...any) error {
		return &Refusal{Code: "bad_query", Message: fmt.Sprintf(format, a...), Hint: hint}
	}
	switch {
	case len(q.Metrics) == 0:
		return bad("Name at least one.", "The question names no metric")
	case q.From == 0 || q.To == 0 || q.To < q.From:
		return bad("Give from and to as YYYY-MM-DD; both days are included.", "The range %s to %s is not valid", q.From, q.To)
	case q.Grain != Whole && bucketColumns[q.Grain] == "":
		return bad("It can be day, iso_week, month, quarter, fiscal_month or fiscal_quarter.", "There is no grain %s", q.Grain)
	case q.Top != nil && (q.Top.N < 1 || len(q.By) == 0):
		return bad("Give n of at least 1, and group by a dimension.", "The ranking is not valid")
	case q.Fee != "" && !feeForm.MatchString(q.Fee):
		return bad("Write it like 0.15.", "The fee is not valid")
	case !slices.Contains([]Compare{NoCompare, PreviousPeriod, PreviousMonth, PreviousYear}, q.Compare):
		return bad("It can be previous_period, previous_month or previous_year.", "There is no comparison %s", q.Compare)
	}
	if q.Zone != "" {
		if _, err := time.LoadLocation(q.Zone); err != nil {
			return bad("Use an IANA name such as Europe/Berlin.", "There is no time zone %s", q.Zone)
		}
	}
	return nil
}
