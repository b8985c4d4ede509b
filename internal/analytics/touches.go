package analytics

import (
	"context"
	"maps"
	"slices"
)

// AskByTouch answers a question that groups by touch: how customers and orders came. People are not
// offered this dimension, because its members are fingerprints.
func (e *Engine) AskByTouch(ctx context.Context, db Queryer, q Query) (*Answer, error) {
	d := *e.defs
	d.Models = maps.Clone(d.Models)
	for name, m := range d.Models {
		shown := *m
		shown.Columns = slices.Clone(m.Columns)
		for i, c := range shown.Columns {
			shown.Columns[i].Dimension = c.Dimension || c.Entity == byTouch
		}
		d.Models[name] = &shown
	}
	q.By = []string{byTouch}
	return New(&d, e.settings).Ask(ctx, db, q)
}

// byTouch is the entity whose members are the IDs of touches.
const byTouch = "touch"

// Touches returns the ways of coming that have some IDs, by ID.
func (e *Engine) Touches(ctx context.Context, db Queryer, ids []string) (map[string]Touch, error) {
	all := map[string]Touch{}
	if len(ids) == 0 {
		return all, nil
	}
	a := &asking{Engine: e, db: db, out: &Answer{}}
	w := &writer{plan: &plan{defs: e.defs, settings: e.settings}}
	list := w.list(ids)
	rows, err := a.run(ctx, Statement{SQL: "SELECT touch_id, utm_source, utm_medium, utm_campaign, raw_campaign_id FROM " + Dataset + ".campaign_match WHERE touch_id IN (" + list + ")", Values: w.args})
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
	list := w.list(ids)
	rows, err := a.run(ctx, Statement{SQL: "SELECT campaign_id, MIN(campaign_name) FROM " + Dataset + ".campaigns WHERE current AND campaign_id IN (" + list + ") GROUP BY 1", Values: w.args})
	for _, r := range rows {
		all[r[0].value] = r[1].value
	}
	return all, err
}
