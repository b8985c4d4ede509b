package facebookads

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed breakdowns.txt
var breakdownsText string

// Meta's own lists: by what rows may be cut, and by what actions. Some names stand
// in both.
var rowBreakdowns, actionBreakdowns = listedAs("rows"), listedAs("actions")

func listedAs(kind string) (names []string) {
	for line := range strings.Lines(breakdownsText) {
		if rest, isKind := strings.CutPrefix(line, kind+": "); isKind {
			names = append(names, strings.Fields(rest)...)
		}
	}
	return names
}

// refusedBreakdowns stand in Meta's lists, and Meta does not serve them.
var refusedBreakdowns = map[string]struct{ why, instead string }{
	"dma": {"Meta serves no breakdown by dma since 22 June 2026", "Use comscore_market, which has taken its place."}, // META_API.md §1.2
}

// isPlainOnly says whether a breakdown is given without actions only: Meta refuses
// these beside action_type (META_API.md §2.5).
func isPlainOnly(b string) bool { return strings.HasPrefix(b, "media_") }

func cutsActions(b string) bool {
	return strings.HasPrefix(b, "action_") || slices.Contains(actionBreakdowns, b)
}

func cutsActionsOnly(b string) bool { return cutsActions(b) && !slices.Contains(rowBreakdowns, b) }

// lone are the breakdowns of Meta's lists that no combination names: nothing is
// known of what they go together with, so each is asked for alone, and Meta decides.
func lone(known []combination) (list []combination) {
	for _, n := range slices.Concat(rowBreakdowns, actionBreakdowns) {
		isKnown := slices.ContainsFunc(known, func(c combination) bool { return slices.Contains(c.names, n) })
		_, isRefused := refusedBreakdowns[n]
		if !isKnown && !isRefused && n != "action_type" && !slices.Contains(joinables, n) {
			list = append(list, combination{[]string{n}, false})
		}
	}
	return list
}
