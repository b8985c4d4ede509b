package facebookads

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
)

// names returns all picked breakdowns, sorted.
func (d reportDraft) names() []string {
	return ordered(slices.Concat(d.Breakdowns, d.ActionBreakdowns))
}

// contains reports whether the names are a part of this combination.
func (c combination) contains(names []string) bool {
	for _, n := range names {
		if joins := c.joinable && slices.Contains(joinables, n); !joins && !slices.Contains(c.names, n) {
			return false
		}
	}
	return true
}

// servedWith reports whether Meta serves the names together, perhaps with others.
func servedWith(names ...string) bool {
	return slices.ContainsFunc(combinations, func(c combination) bool { return c.contains(names) })
}

// refusesTogether says why Meta does not serve a breakdown together with the others that
// are picked; "" = it does.
func (d reportDraft) refusesTogether(name string) string {
	others := slices.DeleteFunc(d.names(), func(n string) bool { return n == name })
	if servedWith(append(slices.Clone(others), name)...) {
		return ""
	}
	apart := slices.DeleteFunc(slices.Clone(others), func(n string) bool { return servedWith(n, name) })
	if len(apart) == 0 {
		apart = others
	}
	if len(apart) == 0 {
		return whyOf(checkCombination([]string{name}, nil))
	}
	return fmt.Sprintf("Meta does not give %s together with %s, so they need separate reports.", name, andList(apart))
}

// andList joins names for people.
func andList(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// combinationProblem says why the picked breakdowns cannot be read together.
func (d reportDraft) combinationProblem() (field, message string) {
	for _, b := range d.Breakdowns {
		if isOnlyActionBreakdown(b) {
			return "breakdowns", b + " is a breakdown of actions, not of rows."
		}
	}
	for _, b := range d.ActionBreakdowns {
		if !isActionBreakdown(b) {
			return "action_breakdowns", b + " is a breakdown of rows, not of actions."
		}
	}
	field = "breakdowns"
	if len(d.Breakdowns) == 0 {
		field = "action_breakdowns"
	}
	err := checkCombination(d.Breakdowns, d.ActionBreakdowns)
	if err == nil || codeOf(err) != "combination" || !servedWith(d.names()...) {
		return field, whyOf(err)
	}
	if more := d.missing(); len(more) > 0 {
		return field, fmt.Sprintf("Meta gives %s only together with %s: pick that too.", andList(d.names()), andList(more))
	}
	return field, whyOf(err)
}

// missing returns the fewest breakdowns that complete the picked ones, of rows if possible.
func (d reportDraft) missing() (fewest []string) {
	for _, c := range combinations {
		if !c.contains(d.names()) {
			continue
		}
		more := slices.DeleteFunc(slices.Clone(c.names), func(n string) bool { return slices.Contains(d.names(), n) })
		if fewest == nil || awkward(more) < awkward(fewest) {
			fewest = more
		}
	}
	return fewest
}

// awkward says how much it takes to add breakdowns: one of actions needs actions too.
func awkward(names []string) (n int) {
	for _, name := range names {
		if n += 2; isOnlyActionBreakdown(name) {
			n++
		}
	}
	return n
}

func (d reportDraft) rowBreakdowns() (list []adtally.ReportOption) {
	names := slices.Concat(rowBreakdowns, d.Breakdowns)
	for _, n := range inOrder(names) {
		list = append(list, decided(breakdownOption(n, slices.Contains(d.Breakdowns, n)), d.refusesRows(n)))
	}
	return list
}

// refusesRows says why the rows cannot be split by a breakdown; "" = they can.
func (d reportDraft) refusesRows(name string) string {
	switch r, isRefused := refusedBreakdowns[name]; {
	case isRefused:
		return r.why + "; " + strings.ToLower(r.instead[:1]) + r.instead[1:]
	case isOnlyActionBreakdown(name):
		return name + " is a breakdown of actions, not of rows."
	case slices.Contains(d.ActionBreakdowns, name):
		return name + " is picked as a breakdown of actions already."
	case d.known && needsObject(name) && d.level.graph == "account":
		return fmt.Sprintf("Meta does not give %s for a whole account.", name)
	case isHourly(name) && d.Increment != "" && d.Increment != "1":
		return "Hours of several days would be added up; pick a row per day."
	}
	for _, f := range d.Fields {
		if err := checkField(bareField(f), []string{name}); err != nil {
			return whyOf(err)
		}
	}
	return d.refusesTogether(name)
}

func (d reportDraft) splitActions() (list []adtally.ReportOption) {
	always := breakdownOption(alwaysSplit, true)
	always.Description = "Always read: there is a row for each action type."
	list = append(list, decided(always, ""))
	names := slices.Concat(actionBreakdowns, joinables, d.ActionBreakdowns)
	for _, n := range inOrder(names) {
		if n != alwaysSplit {
			list = append(list, decided(breakdownOption(n, slices.Contains(d.ActionBreakdowns, n)), d.refusesActions(n)))
		}
	}
	return list
}

// refusesActions says why the actions cannot be split by a breakdown; "" = they can.
func (d reportDraft) refusesActions(name string) string {
	switch {
	case !isActionBreakdown(name):
		return name + " is a breakdown of rows, not of actions."
	case slices.Contains(d.Breakdowns, name):
		return name + " is picked as a breakdown of rows already."
	case slices.ContainsFunc(d.Breakdowns, isPlainOnly):
		return "Meta does not give actions together with media_* breakdowns."
	}
	return d.refusesTogether(name)
}
