package facebookads

import "slices"

// breakdown is a way to cut a report: basic_<level>_<word>. Its figures are for
// comparing parts, never for totals: Meta leaves out what it cannot place.
type breakdown struct {
	word    string // in the names of tables
	spoken  string
	parts   []field
	metrics []field
	rows    int // expected per object and day: sizes the questions
	months  int
	lowest  bool // not for the whole account
	setting bool
}

// Only combinations that Meta's page on breakdowns lists, or that were seen
// accepted, and none that asks for an opt-in (META_API.md §2.5, §1.2
// 2026-08-06). The expected rows are the numbers of values that were seen (§2.5);
// those of regions and products are a guess.
var breakdowns = slices.Concat([]breakdown{
	{word: "age_gender", spoken: "age and gender", rows: 14, setting: true, months: retentionMonths,
		parts: []field{cutBy("age", "Age group; \"Unknown\" where Meta does not know it."), cutBy("gender", "female, male or unknown.")}, metrics: concat(figures, people)},
	{word: "country", spoken: "country", rows: 10, setting: true, months: retentionMonths,
		parts: []field{cutBy("country", "Where the person is, two letters.")}, metrics: concat(figures, people)},
	{word: "region", spoken: "region", rows: 30, setting: true, months: retentionMonths,
		parts: []field{cutBy("region", "Where the person is, by Meta's name of the region.")}, metrics: concat(figures, people)},
	// impression_device asks for an opt-in; device_platform does not. Clicks of
	// people are absent with publisher_platform (META_API.md SIM-12).
	{word: "platform_device", spoken: "platform, position and device", rows: 20, setting: true, months: retentionMonths,
		parts: []field{cutBy("publisher_platform", "facebook, instagram, audience_network, messenger, threads or unknown."),
			cutBy("platform_position", "Where on the platform, such as feed."), cutBy("device_platform", "desktop, mobile_app, mobile_web or unknown.")},
		metrics: concat(figures, people[:2])},
	// Hours have no counts of people (META_API.md §2.5) and 13 months (§1.2).
	{word: "hourly", spoken: "hour", rows: 24, setting: true, months: uniqueMonths,
		parts:   []field{cutBy("hourly_stats_aggregated_by_advertiser_time_zone", "The hour in the account's time zone, such as 00:00:00 - 00:59:59.")},
		metrics: figures},
	{word: "product", spoken: "product", rows: 50, setting: true, months: retentionMonths,
		parts: []field{cutBy("product_id", "The product of the catalogue, its id and name as Meta gives them.")}, metrics: figures},
}, assets("image_asset", "video_asset", "body_asset", "title_asset", "description_asset", "link_url_asset", "call_to_action_asset", "ad_format_asset"))

// assets are the breakdowns by what an ad was put together from: six metrics
// only, and none of them for the whole account (META_API.md §2.5).
func assets(names ...string) (list []breakdown) {
	for _, name := range names {
		list = append(list, breakdown{word: name, spoken: "asset", rows: 5, months: retentionMonths, lowest: true,
			parts: assetParts(name), metrics: concat(figuresOf("impressions", "clicks", "spend"), people[:1])})
	}
	return list
}

func assetParts(name string) []field {
	key := id(name+"_id", "The asset; its content where Meta gave no id, "+noneGiven+" where it named none.").as(name).mine()
	key.how = asAsset
	beside := document(name, "The asset as Meta gave it, without links that expire.").mine()
	beside.how = asFilled
	return []field{key, beside}
}

// figures may be had for any cut, and summed, or divided from sums.
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

const fleetingText = " NULL for days that were more than 13 months past when Meta was asked."

// people are the counts of people and what is divided by them. Cut by a
// breakdown they go back 13 months only (META_API.md §1.2).
var people = []field{
	unique("reach", "Accounts that saw ads at least once that day. Never sum it."+fleetingText),
	ratio("frequency", "Impressions per account reached."+fleetingText),
	unique("unique_clicks", "Accounts that clicked at least once that day. Never sum it."+fleetingText),
	unique("unique_inline_link_clicks", "Accounts that clicked a link at least once that day. Never sum it."+fleetingText),
	cost("cpp", "Spend per thousand accounts reached, as Meta computed it."+fleetingText),
}

// cutRows is the page size where a report is cut: its rows are small and many;
// other readers ask for a thousand and more (META_API.md §4).
const cutRows = 1000

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
	name := "basic_" + l.word + "_" + b.word
	return shape{
		name: name, level: l, parts: b.parts, breakdowns: partNames(b.parts), metrics: b.metrics, setting: b.setting, actions: true,
		text: "Daily spend and performance by " + b.spoken + ", one row per day, " + l.spoken() + " and value. For comparing, never for totals.",
		days: questionDays(l, b.rows), limit: cutRows, months: b.months, optional: true, fleeting: true,
	}
}

// questionDays is how many days a question holds when every object has so many
// rows a day. A cut row is small, and a report job takes eight times the rows of
// an uncut one; one that Meta finds too large is cut again when it says so.
func questionDays(l level, rows int) int { return min(l.days, max(1, l.days*8/rows)) }

// partNames are the breakdowns' names, in an order that is always the same: the
// order is known to have changed answers (PAINS #32).
func partNames(parts []field) (names []string) {
	for _, p := range parts {
		if p.how != asFilled {
			names = append(names, p.graph())
		}
	}
	slices.Sort(names)
	return names
}

// peopleNames are all fields that count people, or are divided by such a count.
var peopleNames = []string{"reach", "frequency", "cpp", "unique_clicks", "unique_ctr", "unique_inline_link_clicks", "unique_inline_link_click_ctr",
	"unique_link_clicks_ctr", "unique_actions", "unique_conversions", "unique_outbound_clicks", "unique_outbound_clicks_ctr",
	"unique_video_continuous_2_sec_watched_actions", "unique_video_view_15_sec", "full_view_reach",
	"cost_per_unique_click", "cost_per_unique_inline_link_click", "cost_per_unique_action_type", "cost_per_unique_conversion", "cost_per_unique_outbound_click"}
