package facebookads

import (
	_ "embed"

	"adtally"
)

// documentText is the connector's own documentation.
//
//go:embed doc.md
var documentText string

// synced says what is copied, for people who decide whether to connect.
var synced = []adtally.SpecText{
	{Title: "Spend and results by day", Text: "Spend, impressions, clicks, reach and conversions for each day of every ad account, campaign, ad set and ad, up to 37 months back."},
	{Title: "Campaigns, ad sets, ads and creatives", Text: "As they are now and as they were, including archived and deleted ones: names, status, budgets, targeting, links and UTM tags."},
	{Title: "Conversions by attribution window", Text: "Each action type for 1, 7 and 28 days after a click, 1 day after a view, and the ad set's own setting."},
	{Title: "Breakdowns and custom reports", Text: "By age, gender, country, platform, device, hour, product or asset, if you select these tables or define your own report."},
	{Title: "Pictures", Text: "Images and covers of videos as files, if you ask for them."},
	{Title: "Checked every day", Text: "Adtally compares its sums with Meta's own totals of the account, and reads the last 28 days again because Meta restates them."},
}

// permissions are what a token needs.
var permissions = []adtally.PermissionInfo{
	{Name: loginScope, Why: "Reads ad accounts, campaigns and their figures. Adtally never changes anything at Meta."},
}
