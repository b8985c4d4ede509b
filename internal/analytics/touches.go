package analytics

import "context"

// Touches returns the ways of coming that have some IDs, by ID.
func (e *Engine) Touches(ctx context.Context, db Queryer, ids []string) (map[string]Touch, error) {
	all := map[string]Touch{}
	if len(ids) == 0 {
		return all, nil
	}
	a := &asking{Engine: e, db: db, out: &Answer{}}
	w := &writer{plan: &plan{defs: e.defs, settings: e.settings}}
	rows, err := a.run(ctx, Statement{SQL: "SELECT touch_id, utm_source, utm_medium, utm_campaign, raw_campaign_id FROM " + Dataset + ".campaign_match WHERE touch_id IN (" + w.list(ids) + ")", Values: w.args})
	for _, r := range rows {
		all[r[0].value] = Touch{Source: r[1].value, Medium: r[2].value, Campaign: r[3].value, CampaignID: r[4].value}
	}
	return all, err
}

// CampaignNames returns the current names of those of some campaigns that exist, by their numbers.
func (e *Engine) CampaignNames(ctx context.Context, db Queryer, ids []string) (map[string]string, error) {
	all := map[string]string{}
	if len(ids) == 0 {
		return all, nil
	}
	a := &asking{Engine: e, db: db, out: &Answer{}}
	w := &writer{plan: &plan{defs: e.defs, settings: e.settings}}
	rows, err := a.run(ctx, Statement{SQL: "SELECT campaign_id, MIN(campaign_name) FROM " + Dataset + ".campaigns WHERE current AND campaign_id IN (" + w.list(ids) + ") GROUP BY 1", Values: w.args})
	for _, r := range rows {
		all[r[0].value] = r[1].value
	}
	return all, err
}
