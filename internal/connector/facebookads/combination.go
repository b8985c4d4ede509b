package facebookads

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"adtally"
)

//go:embed combinations.txt
var combinationsText string

// combination is a set of breakdowns that Meta serves together. Names that begin with
// action_ split actions, the others split rows.
type combination struct {
	names    []string
	joinable bool
}

// joinables may be added to every combination that is marked with a star.
var joinables = []string{"action_destination", "action_target_id"}

var combinations = func() (list []combination) {
	for line := range strings.Lines(combinationsText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names := slices.DeleteFunc(strings.Fields(line), func(n string) bool { return n == "*" || n == "seen" })
		slices.Sort(names)
		list = append(list, combination{names, strings.Contains(line, "*")})
	}
	list = append(list, combination{nil, true}) // the joinables alone
	return append(list, singleCombinations(list)...)
}()

// allows reports whether the sorted names are this combination.
func (c combination) allows(names []string) bool {
	if c.joinable {
		names = slices.DeleteFunc(slices.Clone(names), func(n string) bool { return slices.Contains(joinables, n) })
	}
	return slices.Equal(names, c.names)
}

// checkCombination rejects combinations that Meta would reject and suggests valid
// ones. action_type is always present: Meta adds it.
func checkCombination(breakdowns, actionBreakdowns []string) error {
	for _, n := range slices.Concat(breakdowns, actionBreakdowns) {
		if r, isRefused := refusedBreakdowns[n]; isRefused {
			return reportFault("unknown_breakdown", r.why, r.instead)
		}
		if slices.Contains(breakdowns, n) && slices.Contains(actionBreakdowns, n) {
			return reportFault("combination", n+" cannot cut rows and actions at once", "Name it once.")
		}
	}
	names := slices.DeleteFunc(slices.Concat(breakdowns, actionBreakdowns), func(n string) bool { return n == "action_type" })
	slices.Sort(names)
	names = slices.Compact(names)
	if slices.ContainsFunc(combinations, func(c combination) bool { return c.allows(names) }) {
		return nil
	}
	for _, n := range names {
		if !slices.ContainsFunc(combinations, func(c combination) bool { return slices.Contains(c.names, n) }) && !slices.Contains(joinables, n) {
			return reportFault("unknown_breakdown", fmt.Sprintf("Meta serves no breakdown named %q", n), strings.TrimSpace(adtally.DidYouMean(n, breakdownNames())+" There are "+strings.Join(breakdownNames(), ", ")+"."))
		}
	}
	return reportFault("combination", "Meta does not give "+strings.Join(names, ", ")+" together", alternatives(names))
}

func breakdownNames() (names []string) {
	for _, c := range combinations {
		names = append(names, c.names...)
	}
	names = slices.Concat(names, joinables)
	slices.Sort(names)
	return slices.Compact(names)
}

// maxAlternatives is the number of suggestions in a hint.
const maxAlternatives = 6

// alternatives lists the allowed combinations that differ least from the requested
// one.
func alternatives(asked []string) string {
	near := slices.Clone(combinations)
	near = slices.DeleteFunc(near, func(c combination) bool { return distance(c, asked) >= len(asked)+len(c.names) })
	slices.SortStableFunc(near, func(a, b combination) int { return distance(a, asked) - distance(b, asked) })
	var list []string
	for _, c := range near[:min(len(near), maxAlternatives)] {
		list = append(list, strings.Join(c.names, "+"))
	}
	return "Allowed are: " + strings.Join(list, ", ") + ". Two reports can hold what one cannot."
}

// distance returns the number of names to add or remove.
func distance(c combination, asked []string) (n int) {
	for _, name := range asked {
		if !slices.Contains(c.names, name) {
			n++
		}
	}
	for _, name := range c.names {
		if !slices.Contains(asked, name) {
			n++
		}
	}
	return n
}

func reportFault(code, message, hint string) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint}
}
