package advertiser

import (
	"fmt"
	"slices"
)

// metricColumns returns Meta's names of the metrics, indexed by Metric.
func metricColumns() [Metrics]string {
	return [Metrics]string{
		Impressions: "impressions", Reach: "reach", Clicks: "clicks", UniqueClicks: "unique_clicks",
		InlineLinkClicks: "inline_link_clicks", UniqueInlineLinkClicks: "unique_inline_link_clicks",
		InlinePostEngagement: "inline_post_engagement", FullViewImpressions: "full_view_impressions",
		FullViewReach: "full_view_reach", Spend: "spend",
	}
}

// keyColumns returns the columns that are stored in fields of Row or belong to the account.
func keyColumns() []string {
	return []string{
		"date_start", "date_stop", "account_id", "campaign_id", "campaign_name", "adset_id", "adset_name",
		"ad_id", "ad_name", "attribution_setting",
	}
}

// readInsights reads the rows of one file.
func (f *folder) readInsights(name string, level Level, breakdowns []string) (*grain, error) {
	t := f.files[name]
	g := &grain{columns: t.textColumns(), lacks: t.lacks(), lackAttribution: !t.has("attribution_setting")}
	needed := append([]string{"date_start"}, idColumns(level)...)
	if err := t.needs(needed...); err != nil {
		return nil, err
	}
	lines := map[cellKey]int{}
	err := t.each(func(l line) error {
		r, err := f.insightsRow(l, level, g.columns)
		if err != nil {
			return err
		}
		for _, b := range breakdowns {
			if l.text(b) == "" {
				return l.wrong(b, "a value in each row")
			}
		}
		key := g.key(&r, level, breakdowns)
		if first, twice := lines[key]; twice {
			return l.wrong("date_start", fmt.Sprintf("one row of an object and a day; line %d is of both too", first))
		}
		lines[key] = l.number
		g.rows = append(g.rows, r)
		return nil
	})
	g.sort()
	return g, err
}

// idColumns returns the columns that identify the object of a row at a level.
func idColumns(level Level) []string {
	switch level {
	case LevelCampaign:
		return []string{"campaign_id"}
	case LevelAdSet:
		return []string{"adset_id"}
	case LevelAd:
		return []string{"ad_id"}
	}
	return nil
}

// lacks returns the metrics that have no column.
func (t *table) lacks() (metrics []Metric) {
	for m, column := range metricColumns() {
		if !t.has(column) {
			metrics = append(metrics, Metric(m))
		}
	}
	return metrics
}

func (t *table) textColumns() []string {
	metrics, keys := metricColumns(), keyColumns()
	var columns []string
	for _, c := range t.columns {
		if c != "" && !slices.Contains(keys, c) && !slices.Contains(metrics[:], c) {
			columns = append(columns, c)
		}
	}
	return columns
}

// objectOf returns the ID of the row's object; "" for the account.
func objectOf(r *Row, level Level) string {
	switch level {
	case LevelCampaign:
		return r.CampaignID
	case LevelAdSet:
		return r.AdSetID
	case LevelAd:
		return r.AdID
	}
	return ""
}
