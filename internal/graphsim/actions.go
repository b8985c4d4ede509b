package graphsim

import (
	"math/big"
	"slices"

	"adtally/internal/graphsim/advertiser"
)

// listFields are the fields, other than actions and action_values, that an account stores
// as lists of actions.
var listFields = []string{
	"conversions", "conversion_values", "unique_conversions", "unique_actions", "outbound_clicks", "unique_outbound_clicks",
	"video_play_actions", "video_continuous_2_sec_watched_actions", "unique_video_continuous_2_sec_watched_actions",
	"video_p25_watched_actions", "video_p50_watched_actions", "video_p75_watched_actions", "video_p95_watched_actions", "video_p100_watched_actions",
	"video_thruplay_watched_actions", "video_15_sec_watched_actions", "video_30_sec_watched_actions", "video_time_watched_actions",
}

// quotient is a list computed from another: each element of above is divided by the
// element of the same type in below, or by a metric. If types is empty, all types are
// included.
type quotient struct {
	above, below string // field names
	types        []string
	times        int64
	rounded      bool
}

// derivedLists are the fields that are computed from others. For costs, above is the money
// and below is what was bought.
var derivedLists = map[string]quotient{
	"cost_per_action_type":                 {above: "spend", below: "actions"},
	"cost_per_unique_action_type":          {above: "spend", below: "unique_actions"},
	"cost_per_conversion":                  {above: "spend", below: "conversions"},
	"cost_per_unique_conversion":           {above: "spend", below: "unique_conversions"},
	"cost_per_outbound_click":              {above: "spend", below: "outbound_clicks"},
	"cost_per_unique_outbound_click":       {above: "spend", below: "unique_outbound_clicks"},
	"cost_per_thruplay":                    {above: "spend", below: "video_thruplay_watched_actions"},
	"cost_per_15_sec_video_view":           {above: "spend", below: "video_15_sec_watched_actions"},
	"cost_per_2_sec_continuous_video_view": {above: "spend", below: "video_continuous_2_sec_watched_actions"},
	"purchase_roas":                        {above: "action_values", below: "spend", types: []string{"omni_purchase"}},
	"website_purchase_roas":                {above: "action_values", below: "spend", types: []string{"offsite_conversion.fb_pixel_purchase"}},
	"website_ctr":                          {above: "actions", below: "impressions", types: []string{"link_click"}, times: 100},
	"outbound_clicks_ctr":                  {above: "outbound_clicks", below: "impressions", times: 100},
	"unique_outbound_clicks_ctr":           {above: "unique_outbound_clicks", below: "reach", times: 100},
	"video_avg_time_watched_actions":       {above: "video_time_watched_actions", below: "video_play_actions", rounded: true},
}

// held returns a list of the row by its field.
func (l line) held(field string) []advertiser.Action {
	switch field {
	case "actions":
		return l.Actions
	case "action_values":
		return l.ActionValues
	}
	return l.Lists[field]
}

// figure returns a metric of the row in whole units; nil if it is absent or 0.
func (l line) figure(field string) *big.Rat {
	m := metricNames[field]
	if l.Has>>m&1 == 0 || l.Values[m] == 0 {
		return nil
	}
	if m == advertiser.Spend {
		return big.NewRat(l.Values[m], 1e6)
	}
	return big.NewRat(l.Values[m], 1)
}

func isMetric(field string) bool {
	_, is := metricNames[field]
	return is
}

// of computes the list for a row. Elements that would be divided by 0 are absent.
func (q quotient) of(l line) (list []advertiser.Action) {
	elements := q.above
	if isMetric(q.above) {
		elements = q.below
	}
	for _, a := range l.held(elements) {
		if q.types != nil && !slices.Contains(q.types, a.Type) {
			continue
		}
		above, below := q.part(l, q.above, a), q.part(l, q.below, a)
		if above == nil || below == nil || below.Sign() == 0 {
			continue
		}
		list = append(list, advertiser.Action{Type: a.Type, Keys: a.Keys, Value: q.text(above.Quo(above, below))})
	}
	return list
}

// part returns one side of the division for an element of the list.
func (q quotient) part(l line, field string, a advertiser.Action) *big.Rat {
	if isMetric(field) {
		return l.figure(field)
	}
	for _, held := range l.held(field) {
		if held.Type == a.Type && slices.Equal(held.Keys, a.Keys) {
			if n, isNumber := new(big.Rat).SetString(held.Value); isNumber {
				return n
			}
		}
	}
	return nil
}

func (q quotient) text(n *big.Rat) string {
	n.Mul(n, big.NewRat(max(1, q.times), 1))
	if q.rounded {
		return n.FloatString(0)
	}
	return decimal(n)
}

// wanted returns the query that the account must answer for the report's fields.
func (r *report) wanted() advertiser.Query {
	q := advertiser.Query{Level: r.level, Breakdowns: r.breakdowns, ActionBreakdowns: r.divided}
	need := func(field string) {
		switch {
		case field == "actions" || field == "action_values":
			q.WantActions = true
		case slices.Contains(listFields, field) && !slices.Contains(q.Lists, field):
			q.Lists = append(q.Lists, field)
		}
	}
	for _, field := range r.fields {
		need(field)
		need(derivedLists[field].above)
		need(derivedLists[field].below)
		if _, isResult := resultFields[field]; isResult {
			q.WantActions = true
		}
	}
	return q
}
