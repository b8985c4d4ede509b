package analytics_test

import (
	"cmp"
	"maps"
	"math/big"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// fact is one row of a fact table, with everything that it can be grouped by.
type fact struct {
	day      adtally.Day
	dims     map[string]string
	currency string
	values   map[string]*big.Rat // by leaf; missing = NULL
	ids      map[string]string   // by leaf that counts distinct IDs
}

// slow answers questions row by row, in a way that is obviously right.
type slow struct {
	facts    map[string][]fact
	lacks    map[string][]string // dimensions that a fact lacks
	covered  func(fact string, day adtally.Day, scope func(dims map[string]string) bool) bool
	rates    map[string]*big.Rat // day from to
	calendar map[adtally.Day]analytics.CalendarDay
}

// leaves are the metrics that are sums or counts, with their facts.
var leaves = map[string]string{"spend": "spend", "impressions": "spend", "clicks": "spend", "link_clicks": "spend", "platform_conversions": "spend", "platform_value": "spend",
	"new_customers": "customers", "orders": "orders", "active_customers": "orders", "revenue": "orders", "refunds": "refunds", "refunds_paid": "refunds_paid"}

var isMoney = map[string]bool{"spend": true, "platform_value": true, "revenue": true, "refunds": true, "refunds_paid": true}

// calculated are the others: what is divided, or subtracted, and the number of decimals.
var calculated = map[string]struct {
	above, minus, below string
	times               int64
	decimals            int
}{
	"cac": {"spend", "", "new_customers", 1, 2}, "ctr": {"clicks", "", "impressions", 1, 6}, "cpc": {"spend", "", "clicks", 1, 2}, "link_ctr": {"link_clicks", "", "impressions", 1, 6}, "cost_per_link_click": {"spend", "", "link_clicks", 1, 2}, "cpm": {"spend", "", "impressions", 1000, 2},
	"roas_platform": {"platform_value", "", "spend", 1, 4}, "net_revenue": {"revenue", "refunds", "", 1, 2}, "mer": {"revenue", "refunds", "spend", 1, 4}, "aov": {"revenue", "", "orders", 1, 2},
	"over_claim": {"platform_conversions", "", "orders", 1, 4}, "refund_rate": {"refunds", "", "revenue", 1, 6}, "orders_per_customer": {"orders", "", "active_customers", 1, 4},
	"cost_per_claimed": {"spend", "", "platform_conversions", 1, 2}, "over_claim_value": {"platform_value", "", "revenue", 1, 4},
}

func partsOf(metric string) []string {
	c, ok := calculated[metric]
	if !ok {
		return []string{metric}
	}
	return slices.DeleteFunc([]string{c.above, c.minus, c.below}, func(s string) bool { return s == "" })
}

// amount is an exact figure with its refusal.
type amount struct {
	value    *big.Rat
	refused  string
	currency string
}

// leaf computes a sum or count over the rows that fit.
func (s *slow) leaf(name string, q analytics.Question, bucket string, fits func(map[string]string) bool) amount {
	var sum *big.Rat
	rows, currencies, ids := 0, map[string]bool{}, map[string]bool{}
	of := leaves[name]
	for _, f := range s.facts[of] {
		if f.day < q.From || f.day > q.To || s.bucket(q, f.day) != bucket || !fits(f.dims) {
			continue
		}
		rows++
		currencies[f.currency] = true
		if id := f.ids[name]; id != "" {
			ids[id] = true
		}
		v := f.values[name]
		if v == nil {
			continue
		}
		if isMoney[name] && q.Currency != "" && f.currency != q.Currency && v.Sign() != 0 {
			rate := s.rates[f.day.String()+f.currency+q.Currency]
			if rate == nil {
				return amount{refused: "fx_missing"}
			}
			v = new(big.Rat).Mul(v, rate)
		}
		if sum == nil {
			sum = new(big.Rat)
		}
		sum.Add(sum, v)
	}
	if rows == 0 {
		if s.read(of, q, bucket, fits) {
			sum = new(big.Rat)
		}
		return amount{value: sum}
	}
	if len(ids) > 0 || counts[name] {
		return amount{value: big.NewRat(int64(len(ids)), 1)}
	}
	out := amount{value: sum}
	if isMoney[name] {
		out.currency = cmp.Or(q.Currency, slices.Sorted(maps.Keys(currencies))[0])
		if q.Currency == "" && len(currencies) > 1 {
			return amount{refused: "mixed_currency"}
		}
	}
	return out
}

var counts = map[string]bool{"new_customers": true, "orders": true, "active_customers": true}

// read reports whether some day of a bucket was read of something that fits.
func (s *slow) read(of string, q analytics.Question, bucket string, fits func(map[string]string) bool) bool {
	for d := q.From; d <= q.To; d++ {
		if s.bucket(q, d) == bucket && s.covered(of, d, fits) {
			return true
		}
	}
	return false
}

func (s *slow) bucket(q analytics.Question, d adtally.Day) string {
	c := s.calendar[d]
	switch q.Grain {
	case analytics.ByDay:
		return d.String()
	case analytics.ByISOWeek:
		return c.ISOWeek
	case analytics.ByMonth:
		return c.Month
	case analytics.ByQuarter:
		return c.Quarter
	case analytics.ByFiscalMonth:
		return c.FiscalMonth
	case analytics.ByFiscalQtr:
		return c.FiscalQuarter
	}
	return ""
}

// metric computes any metric.
func (s *slow) metric(name string, q analytics.Question, bucket string, fits func(map[string]string) bool) amount {
	c, ok := calculated[name]
	if !ok {
		return s.leaf(name, q, bucket, fits)
	}
	parts := map[string]*big.Rat{}
	currencies := map[string]bool{}
	for _, part := range partsOf(name) {
		a := s.leaf(part, q, bucket, fits)
		if a.refused != "" {
			return a
		}
		if a.currency != "" {
			currencies[a.currency] = true
		}
		parts[part] = a.value
	}
	if len(currencies) > 1 {
		return amount{refused: "mixed_currency"}
	}
	for _, part := range partsOf(name) {
		if parts[part] == nil {
			return amount{}
		}
	}
	value := new(big.Rat).Mul(parts[c.above], big.NewRat(c.times, 1))
	if c.minus != "" {
		value.Sub(value, parts[c.minus])
	}
	if c.below != "" {
		if parts[c.below].Sign() == 0 {
			return amount{}
		}
		value.Quo(value, parts[c.below])
	}
	return amount{value: value}
}

func decimals(name string) int {
	if c, ok := calculated[name]; ok {
		return c.decimals
	}
	if isMoney[name] {
		return 2
	}
	return 0
}

func (a amount) json(decimals int) any {
	switch {
	case a.refused != "":
		return map[string]any{"refused": a.refused}
	case a.value == nil:
		return nil
	}
	text := a.value.FloatString(decimals)
	if strings.Trim(text, "-0.") == "" {
		text = strings.TrimPrefix(text, "-")
	}
	return text
}

// fitsAll reports whether a row passes the filters and the lock.
func fitsAll(q analytics.Question, dims map[string]string) bool {
	for _, of := range []map[string][]string{q.Filters, q.Forced} {
		for dim, values := range of {
			if !slices.Contains(values, dims[dim]) {
				return false
			}
		}
	}
	return true
}

// answer answers a question in JSON form.
func (s *slow) answer(q analytics.Question) any {
	if refused := s.lacking(q); refused != "" {
		return map[string]any{"refused": refused}
	}
	if q.Group == "" && q.Grain == "" {
		return s.scalar(q)
	}
	return s.table(q)
}

// lacking refuses a question about dimensions that a metric lacks; empty = it can be answered.
func (s *slow) lacking(q analytics.Question) string {
	dims := slices.Concat(slices.Collect(maps.Keys(q.Filters)), slices.Collect(maps.Keys(q.Forced)))
	if q.Group != "" {
		dims = append(dims, q.Group)
	}
	asked := q.Metrics
	if q.Top != nil {
		asked = append(slices.Clone(asked), q.Top.By)
	}
	for _, m := range asked {
		for _, part := range partsOf(m) {
			for _, dim := range dims {
				if slices.Contains(s.lacks[leaves[part]], dim) {
					return "dimension_missing"
				}
			}
		}
		if m == "mer" && slices.Contains([]string{"channel", "account", "campaign"}, q.Group) {
			return "dimension_missing"
		}
	}
	return ""
}

func (s *slow) scalar(q analytics.Question) any {
	fits := func(d map[string]string) bool { return fitsAll(q, d) }
	out := map[string]any{}
	for _, m := range q.Metrics {
		a := s.metric(m, q, "", fits)
		if a.refused != "" {
			return a.json(0)
		}
		out[m] = a.json(decimals(m))
	}
	if len(q.Metrics) == 1 {
		return out[q.Metrics[0]]
	}
	return out
}

// members are all members of the group in the range, in order.
func (s *slow) members(q analytics.Question, metrics []string) []string {
	seen := map[string]bool{}
	for _, m := range metrics {
		for _, part := range partsOf(m) {
			for _, f := range s.facts[leaves[part]] {
				if f.day >= q.From && f.day <= q.To && fitsAll(q, f.dims) {
					seen[f.dims[q.Group]] = true
				}
			}
		}
	}
	return slices.SortedFunc(maps.Keys(seen), func(a, b string) int { return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(a, b)) })
}

func place(member string) int {
	return slices.Index([]string{"(others)", "(unmatched)"}, member)
}

func (s *slow) table(q analytics.Question) any {
	groups, refused := s.groups(q)
	if refused != "" {
		return map[string]any{"refused": refused}
	}
	return s.tableOf(q, groups)
}

func (s *slow) buckets(q analytics.Question) (all []string) {
	for d := q.From; d <= q.To; d++ {
		if b := s.bucket(q, d); !slices.Contains(all, b) {
			all = append(all, b)
		}
	}
	return all
}

func (s *slow) tableOf(q analytics.Question, groups []group) any {
	buckets, rows := s.buckets(q), []any{}
	for _, b := range buckets {
		for _, g := range groups {
			row := []any{}
			if q.Grain != "" {
				row = append(row, b)
			}
			fits := func(d map[string]string) bool { return fitsAll(q, d) }
			if q.Group != "" {
				row = append(row, g.name)
				fits = func(d map[string]string) bool { return fitsAll(q, d) && g.has(d[q.Group]) }
			}
			for _, m := range q.Metrics {
				a := s.metric(m, q, b, fits)
				if a.refused != "" {
					return a.json(0)
				}
				row = append(row, a.json(decimals(m)))
			}
			rows = append(rows, row)
		}
	}
	if !q.Totals {
		return rows
	}
	total, whole := []any{}, q
	whole.Grain = ""
	for _, m := range q.Metrics {
		total = append(total, s.metric(m, whole, "", func(d map[string]string) bool { return fitsAll(q, d) }).json(decimals(m)))
	}
	return map[string]any{"rows": rows, "total": total}
}

// inZone returns the day of an instant.
func inZone(text, zone string) adtally.Day {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0
	}
	where, err := time.LoadLocation(zone)
	if err != nil {
		panic(err)
	}
	return adtally.DayOf(at, where)
}
