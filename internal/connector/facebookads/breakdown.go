package facebookads

import "slices"

// breakdown is a dimension by which a report is split: basic_<level>_<name>. Its
// figures are for comparing values, not for totals: Meta leaves out what it cannot
// attribute to a value.
type breakdown struct {
	name    string // in table names
	label   string
	parts   []field
	metrics []field
	rows    int // expected per object and day; sets the number of days per request
	months  int
	lowest  bool // not available for a whole account
	setting bool
}

// Only combinations that Meta's page on breakdowns lists or that were seen to work,
// without those that need an opt-in (docs/meta-api.md#insights). The expected row
// counts are numbers of values seen; those of regions and products are estimates.
var breakdowns = slices.Concat([]breakdown{
	{name: "age_gender", label: "age and gender", rows: 14, setting: true, months: retentionMonths,
		parts: []field{breakdownColumn("age", "Age group; \"Unknown\" if Meta does not know it."), breakdownColumn("gender", "female, male or unknown.")}, metrics: concat(figures, people)},
	{name: "country", label: "country", rows: 10, setting: true, months: retentionMonths,
		parts: []field{breakdownColumn("country", "Country of the person, as a two-letter code.")}, metrics: concat(figures, people)},
	{name: "region", label: "region", rows: 30, setting: true, months: retentionMonths,
		parts: []field{breakdownColumn("region", "Region of the person, by Meta's name.")}, metrics: concat(figures, people)},
	// impression_device needs an opt-in; device_platform does not. With
	// publisher_platform Meta returns no unique clicks (docs/meta-api.md#insights).
	{name: "platform_device", label: "platform, position and device", rows: 20, setting: true, months: retentionMonths,
		parts: []field{breakdownColumn("publisher_platform", "facebook, instagram, audience_network, messenger, threads or unknown."),
			breakdownColumn("platform_position", "Where on the platform, such as feed."), breakdownColumn("device_platform", "desktop, mobile_app, mobile_web or unknown.")},
		metrics: concat(figures, people[:2])},
	// Hourly figures have no unique counts and go back 13 months
	// (docs/meta-api.md#retention).
	{name: "hourly", label: "hour", rows: 24, setting: true, months: uniqueMonths,
		parts:   []field{breakdownColumn("hourly_stats_aggregated_by_advertiser_time_zone", "The hour in the account's time zone, such as 00:00:00 - 00:59:59.")},
		metrics: figures},
	{name: "product", label: "product", rows: 50, setting: true, months: retentionMonths,
		parts: []field{breakdownColumn("product_id", "The product of the catalogue, its id and name as Meta gives them.")}, metrics: figures},
}, assets("image_asset", "video_asset", "body_asset", "title_asset", "description_asset", "link_url_asset", "call_to_action_asset", "ad_format_asset"))

// assets are the breakdowns by the parts of an ad's creative. Meta returns six metrics
// only, and none at account level (docs/meta-api.md#insights).
func assets(names ...string) (list []breakdown) {
	for _, name := range names {
		list = append(list, breakdown{name: name, label: "asset", rows: 5, months: retentionMonths, lowest: true,
			parts: assetParts(name), metrics: concat(figuresOf("impressions", "clicks", "spend"), people[:1])})
	}
	return list
}

func assetParts(name string) []field {
	key := id(name+"_id", "The asset's id, or its content if it has none; "+noneGiven+" if the row names no asset.").as(name).mine()
	key.how = asAsset
	beside := document(name, "The asset as Meta sent it, without links that expire.").mine()
	beside.how = asFilled
	return []field{key, beside}
}

// figures are available for every breakdown. They are sums, or ratios of sums.
var figures = figuresOf("impressions", "clicks", "inline_link_clicks", "inline_post_engagement", "spend",
	"ctr", "inline_link_click_ctr", "cpc", "cpm", "cost_per_inline_link_click")

func figuresOf(names ...string) (list []field) {
	for _, m := range metrics {
		if slices.Contains(names, m.column.Name) {
			list = append(list, m)
		}
	}
	return list
}

const uniqueLimitText = " NULL for days that were more than 13 months ago when they were read."

// people are the unique counts and the ratios computed from them. With a breakdown
// they go back 13 months only (docs/meta-api.md#retention).
var people = []field{
	unique("reach", "Accounts that saw ads at least once that day. Never sum it."+uniqueLimitText),
	ratio("frequency", "Impressions per account reached."+uniqueLimitText),
	unique("unique_clicks", "Accounts that clicked at least once that day. Never sum it."+uniqueLimitText),
	unique("unique_inline_link_clicks", "Accounts that clicked a link at least once that day. Never sum it."+uniqueLimitText),
	cost("cpp", "Spend per thousand accounts reached, as Meta computed it."+uniqueLimitText),
}

// breakdownPageSize is the page size of reports with breakdowns: their rows are small
// and many. Other readers request a thousand and more.
const breakdownPageSize = 1000

func breakdownReports() (list []*stream) {
	for _, b := range breakdowns {
		for _, l := range levels {
			if !b.lowest || l.graph != "account" {
				list = append(list, b.report(l).stream())
			}
		}
	}
	return list
}

func (b breakdown) report(l level) shape {
	name := "basic_" + l.name + "_" + b.name
	return shape{
		name: name, level: l, parts: b.parts, breakdowns: partNames(b.parts), metrics: b.metrics, setting: b.setting, actions: true,
		text: "Daily spend and performance by " + b.label + ", one row per day, " + l.label() + " and value. Use it to compare values, never for totals.",
		days: requestDays(l, b.rows), limit: breakdownPageSize, months: b.months, optional: true, fleeting: true,
	}
}

// requestDays returns how many days one request covers when every object has the
// given number of rows per day. Rows with breakdowns are small, so a report job holds
// eight times as many of them; a job that Meta finds too large is split.
func requestDays(l level, rows int) int { return min(l.days, max(1, l.days*8/rows)) }

// partNames returns the names of the breakdowns in a fixed order: Meta has been seen
// to answer differently when the order changes.
func partNames(parts []field) (names []string) {
	for _, p := range parts {
		if p.how != asFilled {
			names = append(names, p.graph())
		}
	}
	slices.Sort(names)
	return names
}

// peopleNames lists all unique counts and the fields computed from them.
var peopleNames = []string{"reach", "frequency", "cpp", "unique_clicks", "unique_ctr", "unique_inline_link_clicks", "unique_inline_link_click_ctr",
	"unique_link_clicks_ctr", "unique_actions", "unique_conversions", "unique_outbound_clicks", "unique_outbound_clicks_ctr",
	"unique_video_continuous_2_sec_watched_actions", "unique_video_view_15_sec", "full_view_reach",
	"cost_per_unique_click", "cost_per_unique_inline_link_click", "cost_per_unique_action_type", "cost_per_unique_conversion", "cost_per_unique_outbound_click"}
