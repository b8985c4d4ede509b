package advertiser

import "fmt"

func (v *view) adSetFields(i int) map[string]any {
	set := &v.sets[i]
	c := &v.campaigns[set.campaign]
	f := map[string]any{
		"campaign_id": c.id, "billing_event": c.objective.billing, "optimization_goal": c.objective.goal,
		"campaign_attribution": "DEFAULT", "attribution_spec": attributionSpec(set.attribution),
		"targeting": v.targeting(set), "destination_type": "WEBSITE", "is_dynamic_creative": i%5 == 3,
		"lifetime_imps": int64(0), "pacing_type": []any{"standard"}, "source_adset_id": "0",
		"use_new_app_click": false, "recurring_budget_semantics": true, "is_budget_schedule_enabled": false,
		"start_time": v.print(firstMoment(set.start, v.zone)),
	}
	v.times(f, &set.node, v.adSetStatus(i, v.now))
	v.budget(f, &set.node, set.spendPerDay, set.budgetOf(i))
	if set.budgetOf(i) == lifetimeBudget {
		f["end_time"] = v.print(v.runsOut())
	}
	if !set.budgetAtCampaign {
		f["bid_strategy"] = "LOWEST_COST_WITHOUT_CAP"
	}
	if i%6 == 1 {
		f["bid_strategy"], f["bid_amount"] = "COST_CAP", v.profile.cpm*2
	}
	v.promote(f, c)
	v.learning(f, set, i)
	return f
}

// promote sets promoted_object to a pixel's event or to a page, depending on the objective.
func (v *view) promote(f map[string]any, c *campaign) {
	switch c.objective.name {
	case "OUTCOME_SALES":
		f["promoted_object"] = map[string]any{"pixel_id": v.pixel, "custom_event_type": "PURCHASE"}
	case "OUTCOME_LEADS", "OUTCOME_ENGAGEMENT":
		f["promoted_object"] = map[string]any{"page_id": v.page}
	}
}

// learning sets learning_stage_info for every third ad set. The others never entered the
// learning phase, so Graph leaves the field out.
func (v *view) learning(f map[string]any, set *adSet, i int) {
	if i%3 != 0 {
		return
	}
	info := map[string]any{
		"status": pick(set.seed>>37, "LEARNING", "SUCCESS", "FAIL"), "conversions": int64(below(set.seed>>41, 50)),
		"last_sig_edit_ts": v.updated(&set.node, v.now).Unix(),
	}
	if set.attribution.view {
		info["attribution_windows"] = []any{"7d_click", "1d_view"}
	}
	f["learning_stage_info"] = info
}

func attributionSpec(a attribution) []any {
	spec := []any{map[string]any{"event_type": "CLICK_THROUGH", "window_days": int64(7)}}
	if a.view {
		spec = append(spec, map[string]any{"event_type": "VIEW_THROUGH", "window_days": int64(1)})
	}
	if a.engaged {
		spec = append(spec, map[string]any{"event_type": "ENGAGED_VIDEO_VIEW", "window_days": int64(1)})
	}
	return spec
}

func (v *view) targeting(set *adSet) map[string]any {
	countries := []any{v.profile.country}
	for _, c := range v.countryShares()[:set.countries] {
		if c.value != v.profile.country {
			countries = append(countries, c.value)
		}
	}
	t := map[string]any{
		"age_min": int64(18 + below(set.seed>>33, 3)*7), "age_max": int64(65),
		"geo_locations": map[string]any{
			"countries": countries, "location_types": []any{"home", "recent"},
		},
		"brand_safety_content_filter_levels": []any{"FACEBOOK_RELAXED", "AN_RELAXED"},
		"targeting_automation":               map[string]any{"advantage_audience": int64(set.gender & 1)},
	}
	if set.gender > 1 {
		t["genders"] = []any{int64(set.gender - 1)}
	}
	return t
}

func (v *view) adFields(i int) map[string]any {
	a := &v.ads[i]
	st := v.adStatus(i, v.now)
	f := map[string]any{
		"campaign_id": v.campaigns[a.campaign].id, "adset_id": v.sets[a.adSet].id,
		"creative":     map[string]any{"id": v.creatives[a.creative].id},
		"source_ad_id": "0", "bid_type": "ABSOLUTE_OCPM", "engagement_audience": false,
		"display_sequence":       int64(0),
		"preview_shareable_link": fmt.Sprintf("https://fb.me/%x", keyed(a.seed, 2)>>16),
		"tracking_specs":         v.trackingSpecs(),
	}
	v.times(f, &a.node, st)
	if a.objective.purchase+a.objective.lead > 0 {
		f["conversion_domain"] = "shop.example"
	}
	if st.effective == "DISAPPROVED" {
		f["ad_review_feedback"] = map[string]any{"global": map[string]any{
			"UNACCEPTABLE_BUSINESS_PRACTICES": "This ad doesn't follow our Advertising Standards.",
		}}
	}
	return f
}

func (v *view) trackingSpecs() []any {
	return []any{
		map[string]any{"action.type": []any{"offsite_conversion"}, "fb_pixel": []any{v.pixel}},
		map[string]any{"action.type": []any{"post_engagement"}, "page": []any{v.page}},
	}
}
