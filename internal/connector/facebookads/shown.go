package facebookads

import (
	"slices"

	"adtally"
)

// shown says where the tables have the figures of Ads Manager.
func shown() adtally.ShownFigures {
	return adtally.ShownFigures{
		Page: "Ads Manager", Usual: "campaign",
		Levels: []adtally.ShownLevel{shownLevel("account", "the account", ""), shownLevel("campaign", "campaigns", "campaign_id"),
			shownLevel("ad_set", "ad sets", "adset_id"), shownLevel("ad", "ads", "ad_id")},
		Metrics: shownMetrics(),
		Windows: []adtally.ShownWindow{{Windows: []string{defaultWindow}, Title: "the ad sets' own attribution settings"}, {Windows: []string{"7d_click"}, Title: "7 days after a click"},
			{Windows: []string{"1d_click"}, Title: "1 day after a click"}, {Windows: []string{"28d_click"}, Title: "28 days after a click"}, {Windows: []string{"1d_view"}, Title: "1 day after a view"},
			{Windows: []string{"7d_click", "1d_view"}, Title: "7 days after a click or 1 day after a view"}, {Windows: []string{"1d_click", "1d_view"}, Title: "1 day after a click or a view"}},
		Statuses: []adtally.ShownStatus{{Text: "only for active %s", In: []string{"ACTIVE"}}, {Text: "without deleted %s", NotIn: []string{"DELETED"}},
			{Text: "without archived and deleted %s", NotIn: []string{"ARCHIVED", "DELETED"}}},
		Columns: adtally.ShownColumns{Date: "date", Through: "date_stop", Account: "account_id", Currency: "currency", Hour: "hourly_stats_aggregated_by_advertiser_time_zone",
			Type: "action_type", Window: "attribution_window", Count: "value", Worth: "action_value", Asked: "_asked_at"},
	}
}

// shownLevel are the tables of a level. The whole account has no object.
func shownLevel(name, title, object string) adtally.ShownLevel {
	l := adtally.ShownLevel{Name: name, Title: title, Object: object, Table: "basic_" + name, Actions: "basic_" + name + "_actions", Hourly: "basic_" + name + "_hourly"}
	for _, period := range []string{"day", "7d", "28d", "month"} {
		l.Periods = append(l.Periods, "reach_"+name+"_"+period)
	}
	if object != "" {
		l.Campaign = "campaign_id"
		l.Objects = adtally.MarketingTable{Table: name + "s", Columns: map[string]string{"id": "id", "name": "name", "status": "effective_status"}}
	}
	return l
}

func shownMetrics() []adtally.ShownMetric {
	all := []adtally.ShownMetric{
		{Name: "spend", Title: "Amount spent", Metric: "spend", Column: "spend", Money: true},
		{Name: "impressions", Title: "Impressions", Metric: "impressions", Column: "impressions"},
		{Name: "clicks", Title: "Clicks (all)", Metric: "clicks", Column: "clicks"},
		{Name: "link_clicks", Title: "Link clicks", Metric: "link_clicks", Column: "inline_link_clicks"},
		{Name: "reach", Title: "Reach", Metric: "reach", Column: "reach", People: true},
	}
	titles := map[string]string{"purchases": "Purchases", "leads": "Leads", "adds_to_cart": "Adds to cart", "checkouts": "Checkouts initiated", "registrations": "Registrations completed", "landing_page_views": "Landing page views"}
	for _, m := range conversionMetrics {
		if title := titles[m.name]; title != "" {
			all = append(all, adtally.ShownMetric{Name: m.name, Title: title, Types: m.types})
		}
	}
	i := slices.IndexFunc(all, func(m adtally.ShownMetric) bool { return m.Name == "purchases" })
	all[i].Metric = "platform_conversions"
	worth := adtally.ShownMetric{Name: "purchase_value", Title: "Purchases conversion value", Metric: "platform_value", Types: all[i].Types, Money: true, Worth: true}
	return slices.Insert(all, i+1, worth)
}
