package graphsim

import (
	"math/big"

	"adtally/internal/graphsim/advertiser"
)

// resultFields are the columns that depend on a campaign's objective. Meta does not
// document their elements (docs/meta-api.md#insights); the format is what API users
// reported in 2026: an indicator, and values if there are any.
var resultFields = map[string]func(l line, n *big.Rat) *big.Rat{
	"results": whole, "objective_results": whole,
	"cost_per_result": costOf, "cost_per_objective_result": costOf,
	"result_rate": rateOf, "objective_result_rate": rateOf,
}

func whole(_ line, n *big.Rat) *big.Rat { return n }

func costOf(l line, n *big.Rat) *big.Rat { return divided(l.figure("spend"), n, 1) }

func rateOf(l line, n *big.Rat) *big.Rat { return divided(n, l.figure("impressions"), 100) }

func divided(above, below *big.Rat, times int64) *big.Rat {
	if above == nil || below == nil || below.Sign() == 0 {
		return nil
	}
	q := new(big.Rat).Quo(above, below)
	return q.Mul(q, big.NewRat(times, 1))
}

// indicators are the results of each objective.
var indicators = map[string]string{
	"OUTCOME_SALES": "offsite_conversion.fb_pixel_purchase", "OUTCOME_LEADS": "offsite_conversion.fb_pixel_lead",
	"OUTCOME_TRAFFIC": "link_click", "OUTCOME_ENGAGEMENT": "post_engagement", "OUTCOME_AWARENESS": "reach",
}

// results writes a result column. Rows above campaign level have no objective.
func (r *report) results(of func(line, *big.Rat) *big.Rat) func([]byte, line) ([]byte, bool) {
	objective := r.ofCampaign("objective")
	return func(b []byte, l line) ([]byte, bool) {
		name, isKnown := indicators[objective(l)]
		if !isKnown {
			return b, false
		}
		indicator, n := "actions:"+name, l.counted(name)
		if name == "reach" {
			indicator, n = name, l.figure(name)
		}
		b = appendString(append(b, `[{"indicator":`...), indicator)
		if n != nil {
			n = of(l, n)
		}
		if n != nil {
			b = appendString(append(b, `,"values":[{"value":`...), decimal(n))
			b = append(b, `,"attribution_windows":["default"]}]`...)
		}
		return append(b, "}]"...), true
	}
}

// counted returns how often an action was counted; nil: never.
func (l line) counted(kind string) *big.Rat {
	sum := new(big.Rat)
	for _, a := range l.Actions {
		if n, isNumber := new(big.Rat).SetString(a.Value); isNumber && a.Type == kind && !isWhole(a) {
			sum.Add(sum, n)
		}
	}
	if sum.Sign() == 0 {
		return nil
	}
	return sum
}

// isWhole reports whether an element repeats what the other elements of its type count.
func isWhole(a advertiser.Action) bool {
	for _, k := range a.Keys {
		if k.Value == "total" {
			return true
		}
	}
	return false
}
