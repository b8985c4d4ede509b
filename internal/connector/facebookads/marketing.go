package facebookads

import (
	"slices"
	"time"

	"adtally"
)

// conversionDays is for how many days after a click Meta may still count a conversion with
// the default attribution window (docs/meta-api.md#attribution).
const conversionDays = 7

// viewsOfOneDay is the day from which Meta counts views of one day only
// (docs/meta-api.md#attribution).
var viewsOfOneDay = civil(2026, time.January, 12)

// marketing maps Meta's tables to the dataset that all sources share. Purchases are those of
// the ad sets' own attribution windows, as Ads Manager shows them.
func marketing() adtally.Marketing {
	figures := func(more map[string]string) map[string]string {
		all := map[string]string{"date": "date", "account_id": "account_id", "campaign_id": "campaign_id", "campaign_name": "campaign_name", "currency": "currency",
			"spend": "spend", "impressions": "impressions", "clicks": "clicks", "link_clicks": "inline_link_clicks", "platform_conversions": "purchases_default", "platform_value": "purchases_default_value"}
		for k, v := range more {
			all[k] = v
		}
		return all
	}
	byCampaign, byAd := figures(map[string]string{"reach": "reach"}), figures(map[string]string{"ad_set_id": "adset_id", "ad_id": "ad_id"})
	return adtally.Marketing{
		Channel:   "facebook",
		Campaigns: slices.Concat(choices("basic_campaign", byCampaign), choices("basic_ad", figures(nil))),
		Ads:       choices("basic_ad", byAd),
		Names: map[string]adtally.MarketingTable{
			"account":  {Table: "ad_accounts", Columns: map[string]string{"id": "account_id", "name": "name", "currency": "currency", "time_zone": "timezone_name"}},
			"campaign": {Table: "campaigns", Former: "campaigns_history", Columns: map[string]string{"id": "id", "account_id": "account_id", "name": "name"}},
			"ad_set":   {Table: "ad_sets", Columns: map[string]string{"id": "id", "parent": "campaign_id", "name": "name"}},
			"ad":       {Table: "ads", Columns: map[string]string{"id": "id", "parent": "adset_id", "name": "name", "creative": "creative_id"}},
			"creative": {Table: "ad_creatives", Columns: map[string]string{"id": "id", "image": "image_url", "thumbnail": "thumbnail_url"}}},
		Shown:        shown(),
		ReachByMonth: adtally.MarketingTable{Table: "reach_campaign_month", Columns: map[string]string{"campaign_id": "campaign_id", "day": "date", "reach": "reach"}},
		Notes: []adtally.MarketingNote{
			{Code: "still_counting", Days: conversionDays, Message: "Conversions from the last 7 days are still coming in."},
			{Code: "regime", Day: viewsOfOneDay, Message: "From 12 Jan 2026 Meta counts view-through conversions for 1 day only."}},
	}
}

// choices are the views and the table of a report, the best first. Datasets of earlier versions
// lack the view of purchases until they are synced.
func choices(report string, columns map[string]string) (all []adtally.MarketingTable) {
	for _, suffix := range []string{"_purchases", "_conversions", ""} {
		all = append(all, adtally.MarketingTable{Table: report + suffix, Loads: report, Columns: columns})
	}
	return all
}
