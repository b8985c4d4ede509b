package advertiser

import (
	"strconv"
	"time"
)

// view is the account at one time.
type view struct {
	*synthetic
	now time.Time
	// Spend of the current day in minor units, by the ID of the campaign or ad set. It is
	// subtracted from the daily budget.
	spentToday map[string]int64
}

func (s *synthetic) viewAt(kind Kind, now time.Time) *view {
	v := &view{synthetic: s, now: now, spentToday: map[string]int64{}}
	level := map[Kind]Level{Campaign: LevelCampaign, AdSet: LevelAdSet}[kind]
	if level == "" {
		return v
	}
	today := civilDay(now, s.zone)
	for r := range s.Rows(Query{Level: level, From: today, To: today}, now) {
		id := r.CampaignID
		if level == LevelAdSet {
			id = r.AdSetID
		}
		v.spentToday[id] = r.Values[Spend] / s.profile.millionths()
	}
	return v
}

// object returns the i-th object of a kind. It returns false if the object does not exist yet.
func (v *view) object(kind Kind, i int) (Object, bool) {
	switch kind {
	case Campaign:
		return v.made(&v.campaigns[i].node, v.campaignFields, i)
	case AdSet:
		return v.made(&v.sets[i].node, v.adSetFields, i)
	case Ad:
		return v.made(&v.ads[i].node, v.adFields, i)
	case Creative:
		return v.made(&v.creatives[i].node, v.creativeFields, i)
	case CustomConversion:
		return v.customConversion(i)
	case Image:
		return v.image(i)
	case Video:
		return v.video(i)
	case Thumbnail:
		return v.thumbnail(i)
	}
	return Object{}, false
}

func (v *view) made(n *node, fields func(int) map[string]any, i int) (Object, bool) {
	if n.created.After(v.now) {
		return Object{}, false
	}
	f := fields(i)
	f["id"], f["name"], f["account_id"] = n.id, n.nameAt(v.now), v.digits
	return Object{ID: n.id, Fields: f}, true
}

// times fills in the times, statuses and issues of a campaign, ad set or ad.
func (v *view) times(f map[string]any, n *node, st status) {
	f["created_time"], f["updated_time"] = v.print(n.created), v.print(v.updated(n, v.now))
	f["status"], f["configured_status"], f["effective_status"] = st.configured, st.configured, st.effective
	if st.effective == "WITH_ISSUES" {
		f["issues_info"] = []any{map[string]any{
			"level": "AD", "error_code": int64(1885316), "error_summary": "Ad is not running",
			"error_message": "The page this ad belongs to is unpublished.", "error_type": "HARD_ERROR",
		}}
	}
}

func (v *view) campaignFields(i int) map[string]any {
	c := &v.campaigns[i]
	f := map[string]any{
		"objective": c.objective.name, "buying_type": "AUCTION", "primary_attribution": "DEFAULT",
		"special_ad_categories": []any{}, "special_ad_category": "NONE", "budget_rebalance_flag": false,
		"is_skadnetwork_attribution": false, "is_adset_budget_sharing_enabled": false,
		"can_use_spend_cap": true, "source_campaign_id": "0", "pacing_type": []any{"standard"},
		"start_time": v.print(firstMoment(c.start, v.zone)),
	}
	v.times(f, &c.node, v.campaignStatus(i, v.now))
	if i%2 == 0 {
		f["bid_strategy"] = "LOWEST_COST_WITHOUT_CAP"
	}
	v.budget(f, &c.node, c.spendPerDay, c.budgetOf(i))
	if i%7 == 3 {
		f["spend_cap"] = strconv.FormatInt(v.rounded(c.spendPerDay*365), 10)
	}
	if i%11 == 5 {
		f["special_ad_categories"], f["special_ad_category"] = []any{"EMPLOYMENT"}, "EMPLOYMENT"
		f["special_ad_category_country"] = []any{v.profile.country}
	}
	if c.budgetOf(i) == lifetimeBudget {
		f["stop_time"] = v.print(v.runsOut())
	}
	return f
}

// budgetKind is the period of an object's budget.
type budgetKind int

const (
	noBudget budgetKind = iota // the parent or the children have the budget
	dailyBudget
	lifetimeBudget
)

func (c *campaign) budgetOf(i int) budgetKind {
	switch {
	case i%2 != 0:
		return noBudget
	case i%6 == 4:
		return lifetimeBudget
	}
	return dailyBudget
}

func (set *adSet) budgetOf(i int) budgetKind {
	switch {
	case set.budgetAtCampaign:
		return noBudget
	case i%5 == 2:
		return lifetimeBudget
	}
	return dailyBudget
}

// budget sets the budget and budget_remaining. An object whose parent or children have the
// budget has no budget of its own, and its budget_remaining is "0", as in recorded responses
// of Meta.
func (v *view) budget(f map[string]any, n *node, perDay int64, kind budgetKind) {
	switch kind {
	case noBudget:
		f["budget_remaining"] = "0"
	case lifetimeBudget:
		whole := v.rounded(perDay * lifetimeDays)
		gone := perDay * int64(min(lifetimeDays, max(0, civilDay(v.now, v.zone)-n.start)))
		f["lifetime_budget"] = strconv.FormatInt(whole, 10)
		f["budget_remaining"] = strconv.FormatInt(max(0, whole-gone), 10)
	case dailyBudget:
		daily := v.daily(perDay, n.budgetAt(v.now))
		f["daily_budget"] = strconv.FormatInt(daily, 10)
		f["budget_remaining"] = strconv.FormatInt(max(0, daily-v.spentToday[n.id]), 10)
	}
}

// daily returns a daily budget: percent of 1.5 times the usual spend per day, rounded.
func (s *synthetic) daily(perDay, percent int64) int64 { return s.rounded(perDay * 3 * percent / 200) }

const lifetimeDays = 400

// runsOut returns the planned end of objects with a lifetime budget. An object may end
// earlier because of its fate.
func (v *view) runsOut() time.Time {
	return firstMoment(v.today+lifetimeDays, v.zone).Add(23 * time.Hour)
}

// rounded rounds a budget up to whole hundreds of minor units, because people set such budgets.
func (s *synthetic) rounded(minor int64) int64 { return (minor/100 + 1) * 100 }

func (v *view) customConversion(i int) (Object, bool) {
	kinds := []string{"CONTACT", "SUBSCRIBE", "OTHER", "COMPLETE_REGISTRATION"}
	names := []string{"contact_form_submit", "newsletter ✉️ signup", "قائمة الانتظار", "demo \"booked\""}
	created := v.synthetic.created.Add(time.Duration(i) * 24 * time.Hour)
	id := v.idOf(customConversionIDs, i)
	return Object{ID: id, Fields: map[string]any{
		"id": id, "account_id": v.digits, "name": names[i], "custom_event_type": kinds[i],
		"rule":                     `{"and":[{"event":{"eq":"PageView"}},{"or":[{"URL":{"i_contains":"/thanks"}}]}]}`,
		"default_conversion_value": int64(0), "event_source_type": "pixel", "retention_days": int64(0),
		"pixel":         map[string]any{"id": v.pixel},
		"data_sources":  []any{map[string]any{"id": v.pixel, "source_type": "PIXEL", "name": v.profile.name}},
		"creation_time": v.print(created), "first_fired_time": v.print(created.Add(time.Hour)),
		"last_fired_time": v.print(later(created.Add(time.Hour), v.now.Add(-time.Duration(1+i)*time.Hour).Truncate(time.Hour))),
		"description":     "Counts " + names[i],
		"is_archived":     i == 3, "is_unavailable": false,
	}}, !created.After(v.now)
}
