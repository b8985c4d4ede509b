package facebookads

import "adtally/internal/table"

// Statuses of objects (effective_status in Meta's specs). Every request names all of
// them, because Meta hides archived and deleted objects otherwise.
var (
	campaignStatuses = []string{"ACTIVE", "PAUSED", "DELETED", "ARCHIVED", "IN_PROCESS", "WITH_ISSUES"}
	adSetStatuses    = append([]string{"CAMPAIGN_PAUSED"}, campaignStatuses...)
	adStatuses       = append([]string{"ADSET_PAUSED", "DISAPPROVED", "PENDING_BILLING_INFO", "PENDING_REVIEW", "PREAPPROVED"}, adSetStatuses...)

	statuses = map[string][]string{"campaign": campaignStatuses, "adset": adSetStatuses, "ad": adStatuses}
)

// Page sizes. Creatives are large; for other objects Meta serves hundreds per page
// (docs/meta-api.md#paging). A page that is too large is halved.
const (
	objectPageSize   = 500
	creativePageSize = 200
)

// AccountTable is the table of ad accounts.
const AccountTable = "ad_accounts"

func entity(name, edge, filter string, limit int, text string, fields ...field) *stream {
	key := []string{"id"}
	return &stream{name: name, edge: edge, filter: filter, limit: limit, fields: fields,
		table: &table.Schema{Name: name, Mode: table.Upsert, Key: key, Columns: columns(fields), Description: text,
			History: true, References: references(columns(fields))}}
}

// withVolatile names the columns that change by themselves: signed links, and counters that
// grow with time. A change in these columns alone is not a new version of the object.
func (s *stream) withVolatile(volatile ...string) *stream {
	s.table.Volatile = volatile
	return s
}

func (s *stream) named() *stream {
	s.optional = true
	return s
}

func adAccounts() *stream {
	s := entity(AccountTable, "", "", 0, "Ad accounts, as they are now: one row each.",
		id("id", "The account's id in Graph: act_ and its number."),
		id(table.AccountColumn, "The account's number."),
		words("name", "Its name."),
		number("account_status", "1 active, 2 disabled, 3 unsettled, 7 pending risk review, 8 pending settlement, 9 in grace period, 100 pending closure, 101 closed."),
		number("disable_reason", "Meta's code for why it is disabled; 0 = not disabled."),
		words("currency", "ISO 4217 code of every amount of the account."),
		number("timezone_id", "Meta's number of the time zone."),
		words("timezone_name", "The zone in which the account counts its days."),
		col("timezone_offset_hours_utc", table.Decimal(6, 2), table.Ratio, table.None, "Hours from UTC when Meta was asked."),
		timestamp("created_time", "When it was created."),
		minor("amount_spent", "Amount spent since the account was created or the counter was reset."),
		minor("spend_cap", "The account's spending limit; 0 = none."),
		minor("balance", "The amount due."),
		minor("min_daily_budget", "The smallest daily budget that is allowed."),
		minor("min_campaign_group_spend_cap", "The smallest spending limit of a campaign that is allowed."),
		document("business", "The business portfolio that owns it; NULL where the token may not see it."),
		words("business_name", "Name of the business, for billing."),
		words("business_country_code", "Country of the business, for billing."),
		id("end_advertiser", "Page or app that advertises through the account."),
		number("is_personal", "1 if it is used privately."),
		flag("is_prepay_account", "Whether the account is prepaid."),
		rawField)
	return s.withVolatile("amount_spent", "balance", "timezone_offset_hours_utc")
}

func campaigns() *stream {
	return entity("campaigns", "campaigns", "campaign", objectPageSize, "Campaigns, as they are now, archived and deleted ones too.",
		id("id", "The campaign."), id(table.AccountColumn, "The ad account."),
		words("name", "Its name."),
		words("objective", "The campaign's objective."),
		words("status", "As set by its owner."), words("configured_status", "As set by its owner."),
		words("effective_status", "The resulting status, including that of the account."),
		words("buying_type", "AUCTION or RESERVED."),
		words("bid_strategy", "The bid strategy; NULL if the ad sets have their own."),
		minor("daily_budget", "Daily budget; NULL if the ad sets have their own."),
		minor("lifetime_budget", "Lifetime budget; NULL if the ad sets have their own."),
		minor("budget_remaining", "Remaining budget; 0 if the ad sets have their own."),
		minor("spend_cap", "Spending limit; NULL = none."),
		currencyField,
		document("special_ad_categories", "Special ad categories, such as HOUSING."),
		document("pacing_type", "How the budget is paced."),
		document("promoted_object", "What is promoted."),
		document("issues_info", "Issues that keep it from delivering."),
		words("primary_attribution", "Where conversions are attributed."),
		words("smart_promotion_type", "Kind of automation."),
		id("source_campaign_id", "The campaign it was copied from."),
		flag("budget_rebalance_flag", "Whether Meta moves budget between ad sets."),
		flag("is_skadnetwork_attribution", "Whether it is measured through SKAdNetwork."),
		timestamp("start_time", "When it starts."), timestamp("stop_time", "When it stops; NULL = no end."),
		timestamp("created_time", "When it was created."), timestamp("updated_time", "When it was last changed. Budget changes do not move it."),
		timestamp("last_budget_toggling_time", "When the budget last moved between campaign and ad sets."),
		rawField).withVolatile("budget_remaining")
}

func adSets() *stream {
	return entity("ad_sets", "adsets", "adset", objectPageSize, "Ad sets, as they are now, archived and deleted ones too.",
		id("id", "The ad set."), id(table.AccountColumn, "The ad account."), id("campaign_id", "The campaign it belongs to."),
		words("name", "Its name."),
		words("status", "As set by its owner."), words("configured_status", "As set by its owner."),
		words("effective_status", "The resulting status, including those of the campaign and the account."),
		words("billing_event", "The event that is billed."),
		words("optimization_goal", "The goal that delivery is optimised for."),
		words("bid_strategy", "The bid strategy."),
		minor("bid_amount", "The bid or the target cost."),
		minor("daily_budget", "Daily budget; NULL if the campaign has it."),
		minor("lifetime_budget", "Lifetime budget; NULL if the campaign has it."),
		minor("budget_remaining", "Remaining budget; 0 if the campaign has it."),
		currencyField,
		words("campaign_attribution", "Where conversions are attributed."),
		document("attribution_spec", "The attribution windows behind its default conversions."),
		words("destination_type", "Where a click leads."),
		document("targeting", "The audience."),
		document("promoted_object", "What is promoted."),
		document("learning_stage_info", "State of the learning phase; NULL if that does not apply."),
		document("pacing_type", "How the budget is paced."),
		document("issues_info", "Issues that keep it from delivering."),
		flag("is_dynamic_creative", "Whether Meta combines its creatives (dynamic creative)."),
		number("lifetime_imps", "Impressions bought for its lifetime; 0 = not bought by impressions."),
		id("source_adset_id", "The ad set it was copied from."),
		timestamp("start_time", "When it starts."), timestamp("end_time", "When it ends; NULL = no end."),
		timestamp("created_time", "When it was created."), timestamp("updated_time", "When it was last changed."),
		rawField).withVolatile("budget_remaining", "learning_stage_info")
}

func ads() *stream {
	creative := id("creative_id", "The creative it shows.").as("creative")
	creative.how = asNested
	return entity("ads", "ads", "ad", objectPageSize, "Ads, as they are now, archived and deleted ones too.",
		id("id", "The ad."), id(table.AccountColumn, "The ad account."),
		id("campaign_id", "The campaign it belongs to."), id("adset_id", "The ad set it belongs to."),
		words("name", "Its name."),
		words("status", "As set by its owner."), words("configured_status", "As set by its owner."),
		words("effective_status", "The resulting status, including those of the ad set, the campaign and the account."),
		creative,
		words("conversion_domain", "The domain where conversions happen."),
		document("tracking_specs", "What is tracked."),
		document("issues_info", "Issues that keep it from delivering."),
		id("source_ad_id", "The ad it was copied from."),
		id("last_updated_by_app_id", "The app that last changed it."),
		words("preview_shareable_link", "Link to a preview."),
		timestamp("created_time", "When it was created."), timestamp("updated_time", "When it was last changed."),
		rawField).withVolatile("preview_shareable_link")
}
