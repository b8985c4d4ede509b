package graphsim

import (
	"iter"
	"slices"

	"adtally/internal/graphsim/advertiser"
)

// line is one row of a report: an object's figures over a period.
type line struct {
	*advertiser.Row
	days
	// daily means that the row is a single day as the account states it, not a sum.
	daily bool
}

// lines yields the report's rows by period, then in the account's order. A line is valid
// until the next one.
func (r *report) lines() iter.Seq[line] {
	q := r.wanted()
	shown := r.filter()
	if finest := r.conditions.finest(); depth(finest) > depth(q.Level) {
		q.Level = finest // the conditions are about objects below the rows
	}
	return func(yield func(line) bool) {
		if r.increment == 1 && len(r.ranges) == 1 && q.Level == r.level {
			q.From, q.To = r.ranges[0].from, r.ranges[0].to
			r.daily(q, shown, yield)
			return
		}
		for _, period := range r.periods() {
			q.From, q.To = period.from, period.to
			for _, row := range r.summed(q, shown) {
				if !yield(line{Row: row, days: period}) {
					return
				}
			}
		}
	}
}

// daily yields the account's rows. At account level, a report with attribution_setting has
// a row for every day, with zeros.
func (r *report) daily(q advertiser.Query, shown func(*advertiser.Row) bool, yield func(line) bool) {
	next := q.From
	zeros := r.level == advertiser.LevelAccount && len(r.breakdowns) == 0 && slices.Contains(r.fields, "attribution_setting")
	fill := func(to advertiser.Date) bool {
		for ; zeros && next < to; next++ {
			if !yield(line{Row: zeroRow(next), days: days{next, next}, daily: true}) {
				return false
			}
		}
		next = to + 1
		return true
	}
	for row := range r.account.Rows(q, r.moment) {
		if !shown(row) {
			continue
		}
		if !fill(row.Day) || !yield(line{Row: row, days: days{row.Day, row.Day}, daily: true}) {
			return
		}
	}
	fill(min(q.To, dateOf(r.moment.In(r.account.Location()))) + 1)
}

func zeroRow(day advertiser.Date) *advertiser.Row {
	return &advertiser.Row{Day: day, Has: 1<<advertiser.Metrics - 1, Attribution: "multiple"}
}

// summed adds up the days of a period, in the order in which objects first occur. People
// cannot be added: their number is between the largest day and the sum.
func (r *report) summed(q advertiser.Query, shown func(*advertiser.Row) bool) []*advertiser.Row {
	sums := map[string]*total{}
	var order []*advertiser.Row
	for row := range r.account.Rows(q, r.moment) {
		if !shown(row) {
			continue
		}
		row = r.lifted(row)
		key := row.CampaignID + "/" + row.AdSetID + "/" + row.AdID
		for _, b := range r.breakdowns {
			key += "/" + row.Text[b]
		}
		t := sums[key]
		if t == nil {
			t = newTotal(row, r.breakdowns)
			sums[key] = t
			order = append(order, &t.row)
		}
		t.add(row)
	}
	for _, t := range sums {
		t.settle()
	}
	return order
}

// lifted returns a row without the fields of objects below the report's level.
func (r *report) lifted(row *advertiser.Row) *advertiser.Row {
	if idAt(row, below[r.level]) == "" {
		return row
	}
	up := *row
	for _, level := range levels[depth(r.level)+1:] {
		switch level {
		case advertiser.LevelCampaign:
			up.CampaignID, up.CampaignName = "", ""
		case advertiser.LevelAdSet:
			up.AdSetID, up.AdSetName = "", ""
		case advertiser.LevelAd:
			up.AdID, up.AdName = "", ""
		}
	}
	return &up
}

// levels are the levels of a report, the coarsest first. below maps each to the next.
var (
	levels = []advertiser.Level{advertiser.LevelAccount, advertiser.LevelCampaign, advertiser.LevelAdSet, advertiser.LevelAd}
	below  = map[advertiser.Level]advertiser.Level{
		advertiser.LevelAccount: advertiser.LevelCampaign, advertiser.LevelCampaign: advertiser.LevelAdSet, advertiser.LevelAdSet: advertiser.LevelAd,
	}
)

func depth(level advertiser.Level) int { return slices.Index(levels, level) }

// filter returns a function that reports whether a row is shown: it must be in scope and
// match the conditions. If the report lists objects below its own and no condition is
// about status, archived and deleted objects are left out.
func (r *report) filter() func(*advertiser.Row) bool {
	checks := []func(*advertiser.Row) bool{r.inScope}
	if r.wrong.closed {
		return func(*advertiser.Row) bool { return false }
	}
	if r.wrong.lost != nil {
		checks = append(checks, func(row *advertiser.Row) bool { return !r.loses(row) })
	}
	for _, c := range r.conditions {
		owner, name, _ := c.owner()
		if metric, isMetric := metricNames[name]; isMetric {
			checks = append(checks, func(row *advertiser.Row) bool { return c.holds(metricText(row, metric)) })
			continue
		}
		if c.allowsAll(owner) {
			continue
		}
		if name == "id" { // objects deleted long ago may not be listed any more
			checks = append(checks, func(row *advertiser.Row) bool { return c.holds(idAt(row, owner.level)) })
			continue
		}
		checks = append(checks, r.objects(owner, conditions{{field: name, operator: c.operator, values: c.values}}))
	}
	if unlisted := r.unlisted(); len(unlisted) > 0 {
		checks = append(checks, r.objects(levelKind(r.level), conditions{{field: "effective_status", operator: "NOT_IN", values: unlisted}}))
	}
	return func(row *advertiser.Row) bool {
		for _, check := range checks {
			if !check(row) {
				return false
			}
		}
		return true
	}
}

// allowsAll reports whether the condition names every status.
func (c condition) allowsAll(owner kind) bool {
	return c.speaksOfStatus() && c.operator == "IN" && c.allows(statuses(owner))
}

// unlisted returns the statuses whose rows a list omits.
func (r *report) unlisted() []string {
	if r.level == r.scope.kind.level {
		return nil
	}
	var list []string
	if !r.conditions.speakOfStatus() {
		list = []string{"ARCHIVED", "DELETED"}
	}
	list = slices.DeleteFunc(list, func(s string) bool { return slices.Contains(r.wrong.shown, s) })
	return append(list, r.wrong.hidden...)
}

func (c condition) allows(all []string) bool {
	return !slices.ContainsFunc(all, func(s string) bool { return !slices.Contains(c.values, s) })
}

func levelKind(level advertiser.Level) kind {
	for _, k := range objectKinds {
		if k.level == level {
			return k
		}
	}
	return accountKind
}

func (r *report) inScope(row *advertiser.Row) bool {
	return r.scope.kind.level == advertiser.LevelAccount || idAt(row, r.scope.kind.level) == r.scope.object.ID
}

// objects returns a check of a row's object. If the object is not listed, the row passes
// no condition except the default one on status, a NOT_IN.
func (r *report) objects(k kind, all conditions) func(*advertiser.Row) bool {
	refused := map[string]bool{}
	list := r.account.list(k.object, r.moment)
	for _, o := range list.objects {
		if !all.match(k, o) {
			refused[o.ID] = true
		}
	}
	negative := all[0].operator == "NOT_IN"
	return func(row *advertiser.Row) bool {
		id := idAt(row, k.level)
		if _, isListed := list.index[id]; !isListed {
			return negative
		}
		return !refused[id]
	}
}

func idAt(row *advertiser.Row, level advertiser.Level) string {
	switch level {
	case advertiser.LevelCampaign:
		return row.CampaignID
	case advertiser.LevelAdSet:
		return row.AdSetID
	case advertiser.LevelAd:
		return row.AdID
	}
	return ""
}
