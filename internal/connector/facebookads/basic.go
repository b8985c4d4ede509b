package facebookads

import "adtally/internal/table"

// level is the grain of a report, by Meta's word and by ours.
type level struct {
	graph, word string
	ids         []field // from the top down; the last is the level's own
	days        int     // days per question
}

var (
	campaignKey = []field{id("campaign_id", "The campaign."), words("campaign_name", "Its name when Meta was asked.")}
	adSetKey    = []field{id("adset_id", "The ad set."), words("adset_name", "Its name when Meta was asked.")}
	adKey       = []field{id("ad_id", "The ad."), words("ad_name", "Its name when Meta was asked.")}
)

// A month of ads is one report job; the coarser a level, the fewer rows a day
// has, and the more days fit in one.
var levels = []level{
	{"account", "account", nil, 366},
	{"campaign", "campaign", campaignKey, 92},
	{"adset", "ad_set", concat(campaignKey, adSetKey), 31},
	{"ad", "ad", concat(campaignKey, adSetKey, adKey), 31},
}

func concat(lists ...[]field) (out []field) {
	for _, l := range lists {
		out = append(out, l...)
	}
	return out
}

// resultRows is the page size of insights: what other readers are known to use
// on the same endpoint without being told to ask for less (PEERS.md §2.1).
const resultRows = 500

// basic declares basic_<level>: one row per day and object.
func basic(l level) *stream {
	fields := []field{
		id(table.AccountColumn, "The ad account."),
		col(table.DayColumn, table.Date, table.Days, table.None, "The day, in the account's time zone.").as("date_start"),
	}
	fields = append(fields, l.ids...)
	// An account-level request that names attribution_setting is answered with
	// a row for every day, delivery or not (META_API.md SIM-13).
	if l.graph != "account" {
		fields = append(fields, words("attribution_setting", "The attribution setting behind the row's default conversions; \"multiple\" when the objects below differ."))
	}
	fields = append(fields, currencyField)
	fields = append(fields, metrics...)
	if l.graph == "ad" {
		fields = append(fields, rankings...)
	}
	fields = append(fields, rawField)
	s := &stream{
		name: "basic_" + l.word, edge: "insights", level: l.graph, daily: true, days: l.days, limit: resultRows,
		always: l.graph == "account", totals: l.graph != "account", fields: fields,
		table: &table.Schema{Name: "basic_" + l.word, Mode: table.Replace, Key: l.key(), Columns: columns(fields),
			Description: "Daily spend and performance, one row per day and " + l.spoken() + " with delivery."},
		actions: actionTable(l),
	}
	if l.graph != "account" {
		s.filter = l.graph
	}
	return s
}

func (l level) key() []string {
	key := []string{table.AccountColumn, table.DayColumn}
	if len(l.ids) > 0 {
		key = append(key, l.ids[len(l.ids)-2].column.Name)
	}
	return key
}

func (l level) spoken() string {
	if l.word == "ad_set" {
		return "ad set"
	}
	return l.word
}

var metrics = []field{
	tally("impressions", "Times that ads were on screen."),
	unique("reach", "Accounts that saw ads at least once that day. Never sum it."),
	ratio("frequency", "Impressions per account reached."),
	tally("clicks", "Clicks of all kinds."),
	unique("unique_clicks", "Accounts that clicked at least once that day. Never sum it."),
	tally("inline_link_clicks", "Clicks on links in the ads, counted with a one-day window."),
	unique("unique_inline_link_clicks", "Accounts that clicked a link at least once that day. Never sum it."),
	tally("inline_post_engagement", "Engagements with the ads' posts."),
	tally("full_view_impressions", "Impressions of which the whole ad was on screen."),
	unique("full_view_reach", "Accounts that had a whole ad on screen. Never sum it."),
	spent("spend", "Amount spent."),
	ratio("ctr", "Clicks per hundred impressions, as Meta computed it."),
	ratio("inline_link_click_ctr", "Link clicks per hundred impressions, as Meta computed it."),
	cost("cpc", "Spend per click, as Meta computed it."),
	cost("cpm", "Spend per thousand impressions, as Meta computed it."),
	cost("cpp", "Spend per thousand accounts reached, as Meta computed it."),
	cost("cost_per_inline_link_click", "Spend per link click, as Meta computed it."),
	cost("cost_per_unique_click", "Spend per account that clicked, as Meta computed it."),
	cost("cost_per_unique_inline_link_click", "Spend per account that clicked a link, as Meta computed it."),
}

var rankings = []field{
	words("quality_ranking", "Perceived quality against ads competing for the same audience; UNKNOWN where delivery was too small."),
	words("engagement_rate_ranking", "Expected engagement rate against competing ads."),
	words("conversion_rate_ranking", "Expected conversion rate against competing ads."),
}

// actionTable declares basic_<level>_actions: the long table, filled by the
// same read.
func actionTable(l level) *table.Schema {
	fields := []field{
		id(table.AccountColumn, "The ad account."),
		col(table.DayColumn, table.Date, table.Days, table.None, "The day, in the account's time zone."),
	}
	for _, f := range l.ids {
		if f.column.Unit == table.ID {
			fields = append(fields, f)
		}
	}
	if l.graph != "account" {
		fields = append(fields, words("attribution_setting", "The attribution setting behind the window \"default\"."))
	}
	fields = append(fields,
		words("action_type", "What was done. Types overlap (purchase is in omni_purchase): take one, never sum over them."),
		words("attribution_window", "\"default\" is what the ad set's own setting counts; others are e.g. 7d_click. Windows overlap: take one, never sum over them."),
		col("value", exact, table.Count, table.Sum, "How often. Summable over days and objects for one action type and window; NULL where Meta named only money."),
		col("action_value", exact, table.Money, table.Sum, "What it was worth. Summable like value; NULL where Meta named none."),
		currencyField, rawField)
	return &table.Schema{
		Name: "basic_" + l.word + "_actions", Mode: table.Replace, Columns: columns(fields),
		Key:         append(l.key(), "action_type", "attribution_window"),
		Description: "Conversions and other actions, one row per day, " + l.spoken() + ", action type and attribution window.",
	}
}
