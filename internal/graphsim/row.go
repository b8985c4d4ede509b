package graphsim

import (
	"math/big"
	"slices"
	"strconv"

	"adtally/internal/graphsim/advertiser"
)

// metricNames are the fields that a row holds as numbers.
var metricNames = map[string]advertiser.Metric{
	"impressions": advertiser.Impressions, "reach": advertiser.Reach, "clicks": advertiser.Clicks,
	"unique_clicks": advertiser.UniqueClicks, "inline_link_clicks": advertiser.InlineLinkClicks,
	"unique_inline_link_clicks": advertiser.UniqueInlineLinkClicks, "inline_post_engagement": advertiser.InlinePostEngagement,
	"full_view_impressions": advertiser.FullViewImpressions, "full_view_reach": advertiser.FullViewReach,
	"spend": advertiser.Spend,
}

// ratios are the derived metrics (SIM-11): above ÷ below × times.
var ratios = map[string]struct {
	above, below advertiser.Metric
	times        float64
}{
	"ctr":                               {advertiser.Clicks, advertiser.Impressions, 100},
	"cpc":                               {advertiser.Spend, advertiser.Clicks, 1e-6},
	"cpm":                               {advertiser.Spend, advertiser.Impressions, 1e-3},
	"cpp":                               {advertiser.Spend, advertiser.Reach, 1e-3},
	"frequency":                         {advertiser.Impressions, advertiser.Reach, 1},
	"inline_link_click_ctr":             {advertiser.InlineLinkClicks, advertiser.Impressions, 100},
	"unique_ctr":                        {advertiser.UniqueClicks, advertiser.Reach, 100},
	"unique_inline_link_click_ctr":      {advertiser.UniqueInlineLinkClicks, advertiser.Reach, 100},
	"cost_per_unique_click":             {advertiser.Spend, advertiser.UniqueClicks, 1e-6},
	"cost_per_inline_link_click":        {advertiser.Spend, advertiser.InlineLinkClicks, 1e-6},
	"cost_per_unique_inline_link_click": {advertiser.Spend, advertiser.UniqueInlineLinkClicks, 1e-6},
	"cost_per_inline_post_engagement":   {advertiser.Spend, advertiser.InlinePostEngagement, 1e-6},
}

// column writes one value of a line; false = the line has none, and no key.
type column struct {
	key []byte // "name":
	put func(b []byte, l line) ([]byte, bool)
}

// columns are the report's values in the order of its keys (SIM-3): fields,
// the days, the breakdowns.
func (r *report) columns() (all []column) {
	names := slices.Clone(r.fields)
	if !slices.Contains(names, "account_id") && (r.scope.kind.level == advertiser.LevelAccount) {
		names = append(names, "account_id") // returned even when not asked for
	}
	for _, name := range []string{"date_start", "date_stop"} {
		names = append(slices.DeleteFunc(names, func(n string) bool { return n == name }), name)
	}
	for _, name := range append(names, r.breakdowns...) {
		all = append(all, column{key: append(appendString(nil, name), ':'), put: r.put(name)})
	}
	return all
}

func appendLine(b []byte, columns []column, l line) []byte {
	b = append(b, '{')
	first := len(b)
	for _, c := range columns {
		before := len(b)
		if before > first {
			b = append(b, ',')
		}
		b = append(b, c.key...)
		var has bool
		if b, has = c.put(b, l); !has {
			b = b[:before]
		}
	}
	return append(b, '}')
}

func (r *report) put(name string) func([]byte, line) ([]byte, bool) {
	if m, isMetric := metricNames[name]; isMetric {
		return func(b []byte, l line) ([]byte, bool) { return appendMetric(b, l, m, name) }
	}
	if _, isRatio := ratios[name]; isRatio {
		return func(b []byte, l line) ([]byte, bool) { return appendRatio(b, l, name) }
	}
	switch name {
	case "date_start":
		return func(b []byte, l line) ([]byte, bool) { return appendDate(b, l.from), true }
	case "date_stop":
		return func(b []byte, l line) ([]byte, bool) { return appendDate(b, l.to), true }
	case "actions":
		return func(b []byte, l line) ([]byte, bool) { return r.appendActions(b, l.Actions) }
	case "action_values":
		return func(b []byte, l line) ([]byte, bool) { return r.appendActions(b, l.ActionValues) }
	case "cost_per_action_type":
		return appendCosts
	case "purchase_roas":
		return appendReturn
	}
	return r.text(name)
}

// text is a value that is not a number: an id, a name, or what the account
// holds under that very name. A field that it does not hold is absent.
func (r *report) text(name string) func([]byte, line) ([]byte, bool) {
	own := r.account.Node(r.moment).Fields
	of := func(l line) string { return l.Text[name] }
	switch name {
	case "account_id":
		of = func(line) string { return r.account.id }
	case "account_name", "account_currency":
		fixed, _ := own[name[len("account_"):]].(string)
		of = func(line) string { return fixed }
	case "campaign_id":
		of = func(l line) string { return l.CampaignID }
	case "adset_id":
		of = func(l line) string { return l.AdSetID }
	case "ad_id":
		of = func(l line) string { return l.AdID }
	case "campaign_name":
		of = func(l line) string { return l.CampaignName }
	case "adset_name":
		of = func(l line) string { return l.AdSetName }
	case "ad_name":
		of = func(l line) string { return l.AdName }
	case "attribution_setting":
		of = func(l line) string { return l.Attribution }
	case "objective", "buying_type":
		of = r.ofCampaign(name)
	}
	return func(b []byte, l line) ([]byte, bool) {
		text := of(l)
		return appendString(b, text), text != ""
	}
}

// ofCampaign is a value that a row takes from its campaign.
func (r *report) ofCampaign(name string) func(line) string {
	list := r.account.list(advertiser.Campaign, r.moment)
	return func(l line) string {
		o, _ := list.find(l.CampaignID)
		text, _ := o.Fields[name].(string)
		return text
	}
}

func appendDate(b []byte, d advertiser.Date) []byte {
	b = append(b, '"')
	b = timeOf(d).AppendFormat(b, "2006-01-02")
	return append(b, '"')
}

// appendMetric writes a number as Graph does, in quotes. A real account's row
// may hold it as it was printed.
func appendMetric(b []byte, l line, m advertiser.Metric, name string) ([]byte, bool) {
	if l.Verbatim {
		if text, isHeld := l.Text[name]; isHeld {
			return appendString(b, text), true
		}
	}
	if l.Has>>m&1 == 0 {
		return b, false
	}
	b = append(b, '"')
	if m == advertiser.Spend {
		b = appendMillionths(b, l.Values[m])
	} else {
		b = strconv.AppendInt(b, l.Values[m], 10)
	}
	return append(b, '"'), true
}

func metricText(row *advertiser.Row, m advertiser.Metric) string {
	if m == advertiser.Spend {
		return string(appendMillionths(nil, row.Values[m]))
	}
	return strconv.FormatInt(row.Values[m], 10)
}

// appendMillionths prints a fixed-point number without zeros at its end.
func appendMillionths(b []byte, n int64) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	b = strconv.AppendInt(b, n/1e6, 10)
	rest := n % 1e6
	if rest == 0 {
		return b
	}
	b = append(b, '.')
	for place := int64(1e5); rest > 0; place /= 10 {
		b = append(b, '0'+byte(rest/place))
		rest %= place
	}
	return b
}

// appendRatio computes a derived metric: absent where it would divide by zero
// (SIM-12), six places, rounded half up.
func appendRatio(b []byte, l line, name string) ([]byte, bool) {
	if text, isHeld := l.Text[name]; isHeld {
		return appendString(b, text), true
	}
	f := ratios[name]
	if l.Verbatim || l.Has>>f.above&1 == 0 || l.Has>>f.below&1 == 0 || l.Values[f.below] == 0 {
		return b, false
	}
	quotient := float64(l.Values[f.above]) / float64(l.Values[f.below]) * f.times
	b = append(b, '"')
	b = appendMillionths(b, int64(quotient*1e6+0.5))
	return append(b, '"'), true
}

// appendActions writes an actions list with the windows asked for; one that
// counted nothing is left out.
func (r *report) appendActions(b []byte, list []advertiser.Action) ([]byte, bool) {
	b = append(b, '[')
	for i, a := range list {
		b = append(separated(b, i), `{"action_type":`...)
		b = append(appendString(b, a.Type), `,"value":`...)
		b = appendString(b, a.Value)
		for _, name := range r.windows {
			for _, w := range a.Windows {
				if w.Window == name {
					b = append(appendString(append(b, ','), name), ':')
					b = appendString(b, w.Value)
				}
			}
		}
		b = append(b, '}')
	}
	return append(b, ']'), len(list) > 0
}

// appendCosts writes what each kind of action cost.
func appendCosts(b []byte, l line) ([]byte, bool) {
	spend := big.NewRat(l.Values[advertiser.Spend], 1e6)
	b = append(b, '[')
	start := len(b)
	for _, a := range l.Actions {
		n, isNumber := new(big.Rat).SetString(a.Value)
		if !isNumber || n.Sign() == 0 {
			continue
		}
		if len(b) > start {
			b = append(b, ',')
		}
		b = append(appendString(append(b, `{"action_type":`...), a.Type), `,"value":`...)
		b = append(appendString(b, decimal(new(big.Rat).Quo(spend, n))), '}')
	}
	return append(b, ']'), len(b) > start
}

// appendReturn writes what all purchases brought for each unit spent.
func appendReturn(b []byte, l line) ([]byte, bool) {
	for _, a := range l.ActionValues {
		worth, isNumber := new(big.Rat).SetString(a.Value)
		if a.Type != "omni_purchase" || !isNumber || l.Values[advertiser.Spend] == 0 {
			continue
		}
		b = append(b, `[{"action_type":"omni_purchase","value":`...)
		b = appendString(b, decimal(worth.Quo(worth, big.NewRat(l.Values[advertiser.Spend], 1e6))))
		return append(b, "}]"...), true
	}
	return b, false
}
