package facebookads

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed breakdowns.txt
var breakdownsText string

// Meta's own lists of row breakdowns and action breakdowns. Some names are in both.
var rowBreakdowns, actionBreakdowns = listedAs("rows"), listedAs("actions")

func listedAs(kind string) (names []string) {
	for line := range strings.Lines(breakdownsText) {
		if rest, isKind := strings.CutPrefix(line, kind+": "); isKind {
			names = append(names, strings.Fields(rest)...)
		}
	}
	return names
}

// refusedBreakdowns are in Meta's lists, but Meta no longer serves them.
var refusedBreakdowns = map[string]struct{ why, instead string }{
	"dma": {"Meta has not served the breakdown dma since 22 June 2026", "Use comscore_market, which replaces it."}, // docs/meta-api.md#retention
}

// isPlainOnly reports whether Meta refuses a breakdown together with action_type
// (docs/meta-api.md#insights).
func isPlainOnly(b string) bool { return strings.HasPrefix(b, "media_") }

func isActionBreakdown(b string) bool {
	return strings.HasPrefix(b, "action_") || slices.Contains(actionBreakdowns, b)
}

func isOnlyActionBreakdown(b string) bool {
	return isActionBreakdown(b) && !slices.Contains(rowBreakdowns, b)
}

// singleCombinations returns the listed breakdowns that no known combination contains.
// Each is requested alone; Meta decides whether to serve it.
func singleCombinations(known []combination) (list []combination) {
	for _, n := range slices.Concat(rowBreakdowns, actionBreakdowns) {
		isKnown := slices.ContainsFunc(known, func(c combination) bool { return slices.Contains(c.names, n) })
		_, isRefused := refusedBreakdowns[n]
		if !isKnown && !isRefused && n != "action_type" && !slices.Contains(joinables, n) {
			list = append(list, combination{[]string{n}, false})
		}
	}
	return list
}
