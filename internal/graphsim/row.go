package graphsim

import (
	"maps"
	"slices"
	"strconv"

	"adtally/internal/graphsim/advertiser"
)

// metricNames are the fields that a row stores as numbers.
var metricNames = map[string]advertiser.Metric{
	"impressions": advertiser.Impressions, "reach": advertiser.Reach, "clicks": advertiser.Clicks,
	"unique_clicks": advertiser.UniqueClicks, "inline_link_clicks": advertiser.InlineLinkClicks,
	"unique_inline_link_clicks": advertiser.UniqueInlineLinkClicks, "inline_post_engagement": advertiser.InlinePostEngagement,
	"full_view_impressions": advertiser.FullViewImpressions, "full_view_reach": advertiser.FullViewReach,
	"spend": advertiser.Spend,
}

// ratios are the derived metrics: above ÷ below × times.
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
	"unique_link_clicks_ctr":            {advertiser.UniqueInlineLinkClicks, advertiser.Reach, 100},
	"cost_per_unique_click":             {advertiser.Spend, advertiser.UniqueClicks, 1e-6},
	"cost_per_inline_link_click":        {advertiser.Spend, advertiser.InlineLinkClicks, 1e-6},
	"cost_per_unique_inline_link_click": {advertiser.Spend, advertiser.UniqueInlineLinkClicks, 1e-6},
	"cost_per_inline_post_engagement":   {advertiser.Spend, advertiser.InlinePostEngagement, 1e-6},
}

// column writes one value of a line; false if the line has none, so that the key is absent.
type column struct {
	key []byte // "name":
	put func(b []byte, l line) ([]byte, bool)
}

// columns returns the report's values in the order of their keys: fields, days, breakdowns.
func (r *report) columns() (all []column) {
	names := slices.Clone(r.fields)
	if !slices.Contains(names, "account_id") && (r.scope.kind.level == advertiser.LevelAccount) {
		names = append(names, "account_id") // returned even if it was not requested
	}
	for _, name := range []string{"date_start", "date_stop"} {
		names = append(slices.DeleteFunc(names, func(n string) bool { return n == name }), name)
	}
	for _, name := range append(names, r.breakdowns...) {
		if slices.Contains(r.wrong.fields, name) {
			continue
		}
		put := r.put(name)
		if value, isWrong := r.wrong.values[name]; isWrong {
			put = func(b []byte, _ line) ([]byte, bool) { return appendString(b, value), true }
		}
		all = append(all, column{key: append(appendString(nil, name), ':'), put: r.wrong.tell(put)})
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
	_, isRatio := ratios[name]
	switch m, isMetric := metricNames[name]; {
	case r.withheld(name):
		return func(b []byte, _ line) ([]byte, bool) { return b, false }
	case isMetric:
		return func(b []byte, l line) ([]byte, bool) { return appendMetric(b, l, m, name) }
	case r.isZero(name):
		return func(b []byte, _ line) ([]byte, bool) { return append(b, `"0"`...), true }
	case isRatio:
		return func(b []byte, l line) ([]byte, bool) { return appendRatio(b, l, name) }
	case isAsset(name):
		return r.asset
	}
	switch name {
	case "date_start":
		return func(b []byte, l line) ([]byte, bool) { return appendDate(b, l.from), true }
	case "date_stop":
		return func(b []byte, l line) ([]byte, bool) { return appendDate(b, l.to), true }
	case "actions", "action_values":
		return func(b []byte, l line) ([]byte, bool) { return r.appendActions(b, l.held(name)) }
	}
	return r.list(name)
}

// list returns a column of actions.
func (r *report) list(name string) func([]byte, line) ([]byte, bool) {
	if q, isDerived := derivedLists[name]; isDerived {
		return func(b []byte, l line) ([]byte, bool) { return r.appendActions(b, q.of(l)) }
	}
	if of, isResult := resultFields[name]; isResult {
		return r.results(of)
	}
	if slices.Contains(listFields, name) {
		return func(b []byte, l line) ([]byte, bool) { return r.appendActions(b, l.held(name)) }
	}
	return r.text(name)
}

// asset writes a breakdown's value that is an object; its links are signed.
func (r *report) asset(b []byte, l line) ([]byte, bool) {
	if l.Asset == nil {
		return b, false
	}
	value := maps.Clone(l.Asset)
	for _, name := range []string{"url", "thumbnail_url"} {
		if link, isText := value[name].(string); isText {
			value[name] = r.signature(link, r.moment)
		}
	}
	return appendValue(b, value), true
}

// text returns a column that is not a number: an ID, a name, or a field that the account
// stores under the same name. A field that it does not store is absent.
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
	case "optimization_goal":
		of = r.ofAdSet(name)
	}
	return func(b []byte, l line) ([]byte, bool) {
		text := of(l)
		return appendString(b, text), text != ""
	}
}

// ofCampaign returns a value that a row takes from its campaign.
func (r *report) ofCampaign(name string) func(line) string {
	return r.ofObject(advertiser.Campaign, name, func(l line) string { return l.CampaignID })
}

func (r *report) ofAdSet(name string) func(line) string {
	return r.ofObject(advertiser.AdSet, name, func(l line) string { return l.AdSetID })
}

func (r *report) ofObject(k advertiser.Kind, name string, id func(line) string) func(line) string {
	list := r.account.list(k, r.moment)
	return func(l line) string {
		o, _ := list.find(id(l))
		text, _ := o.Fields[name].(string)
		return text
	}
}

func appendDate(b []byte, d advertiser.Date) []byte {
	b = append(b, '"')
	b = timeOf(d).AppendFormat(b, "2006-01-02")
	return append(b, '"')
}

// appendMetric writes a number like Graph, in quotes. Rows of a real account may keep it
// as it was printed.
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

// appendMillionths formats a fixed-point number without trailing zeros.
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

// appendRatio computes a derived metric with six decimal places, rounded half up. It is
// absent if it would divide by zero.
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

// appendActions writes an actions list with the requested windows. Actions with a count of
// zero are left out.
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
		for _, k := range a.Keys {
			b = append(appendString(append(b, ','), k.Name), ':')
			b = appendString(b, k.Value)
		}
		b = append(b, '}')
	}
	return append(b, ']'), len(list) > 0
}
