package facebookads

// level is the grain of a report: account, campaign, ad set or ad.
type level struct {
	graph, name string
	ids         []field // from the top down; the last is the level's own
	days        int     // days per request
}

var (
	campaignKey = []field{id("campaign_id", "The campaign."), words("campaign_name", "Its name when Meta was asked.")}
	adSetKey    = []field{id("adset_id", "The ad set."), words("adset_name", "Its name when Meta was asked.")}
	adKey       = []field{id("ad_id", "The ad."), words("ad_name", "Its name when Meta was asked.")}
)

// A month of ads fits into one report job. Coarser levels have fewer rows per day, so
// more days fit.
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

// insightsPageSize is the page size of insights. Other clients use the same size on
// this endpoint and are not told to request less.
const insightsPageSize = 500

// basic declares basic_<level>: one row per day and object.
func basic(l level) *stream {
	list := metrics
	if l.graph != "account" {
		list = concat(list, results)
	}
	if l.graph == "ad" {
		list = concat(list, rankings)
	}
	return shape{
		name: "basic_" + l.name, level: l, metrics: list, setting: true, actions: true,
		text: "Daily spend and performance, one row per day and " + l.label() + " with delivery.",
		days: l.days, limit: insightsPageSize, always: l.graph == "account", totals: l.graph != "account", months: retentionMonths,
	}.stream()
}

func (l level) label() string {
	if l.name == "ad_set" {
		return "ad set"
	}
	return l.name
}

var metrics = []field{
	counter("impressions", "Times that ads were on screen."),
	unique("reach", "Accounts that saw ads at least once that day. Never sum it."),
	ratio("frequency", "Impressions per account reached."),
	counter("clicks", "Clicks of all kinds."),
	unique("unique_clicks", "Accounts that clicked at least once that day. Never sum it."),
	counter("inline_link_clicks", "Clicks on links in the ads, counted with a one-day window."),
	unique("unique_inline_link_clicks", "Accounts that clicked a link at least once that day. Never sum it."),
	counter("inline_post_engagement", "Engagements with the ads' posts."),
	counter("full_view_impressions", "Impressions in which the whole ad was on screen."),
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

// results are the fields behind "Results" in Ads Manager. Meta does not document the
// shape of an element, so they are stored as JSON (docs/meta-api.md#insights).
var results = []field{
	document("results", "Results of what the ad sets are optimised for, as Meta gives them."),
	document("cost_per_result", "Spend per result, as Meta computed it."),
}

var rankings = []field{
	words("quality_ranking", "Perceived quality against ads competing for the same audience; UNKNOWN if there was too little delivery."),
	words("engagement_rate_ranking", "Expected engagement rate against competing ads."),
	words("conversion_rate_ranking", "Expected conversion rate against competing ads."),
}
