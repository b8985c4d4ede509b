package analytics

import "adtally/internal/table"

// Dataset is the warehouse's schema of what all sources have in common.
const Dataset = "adtally"

// Table is a table or view of the dataset.
type Table struct {
	Name        string
	Description string
	Key         []string
	Columns     []table.Column
}

func text(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Text, Unit: table.Words, Additivity: table.None, Description: description}
}

func id(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Text, Unit: table.ID, Additivity: table.None, Description: description}
}

func day(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Date, Unit: table.Days, Additivity: table.None, Description: description}
}

func instant(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: description}
}

func money(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Decimal(18, 6), Unit: table.Money, Additivity: table.Sum, Description: description}
}

func count(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Int, Unit: table.Count, Additivity: table.Sum, Description: description}
}

func flag(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Bool, Unit: table.Flag, Additivity: table.None, Description: description}
}

var currency = text("currency", "Currency of the row's money (ISO 4217)")

var figureColumn = text("figure", "What was added up: spend, impressions or clicks")

func total(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Decimal(38, 6), Unit: table.Money, Additivity: table.Sum, Description: description}
}

// fileColumn names the upload that a row came from.
var fileColumn = id("_file", "ID of the uploaded file or mapped table that the row came from")

// Tables are the tables of the dataset, each with the columns that models may use.
func Tables() []Table {
	return append(believedTables(), []Table{
		{"marketing_spend", "Spend and delivery by day and campaign, of all sources and uploads", []string{"source", "account_id", "date", "campaign_id"}, []table.Column{
			day("date", "Day in the account's own time zone"), text("channel", "Channel, for example facebook"), text("source", "Dataset of the source, or upload"),
			id("account_id", "Ad account"), id("campaign_id", "Campaign"), text("campaign_name", "Name of the campaign when the row was read"), currency,
			money("spend", "Amount spent"), count("impressions", "Impressions"), count("clicks", "Clicks of all kinds"), count("link_clicks", "Clicks on links in the ads; absent where the source has none"),
			{Name: "platform_conversions", Type: table.Decimal(18, 6), Unit: table.Count, Additivity: table.Sum, Description: "Purchases that the platform claims"},
			money("platform_value", "Value of these purchases, as the platform claims"),
			{Name: "reach", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "People reached on this day by this campaign; cannot be summed"},
			flag("offline", "Whether the row was uploaded")}},
		{"ad_delivery", "Spend and delivery by day and ad, of all sources", []string{"source", "account_id", "date", "ad_id"}, []table.Column{
			day("date", "Day in the account's own time zone"), text("channel", "Channel, for example facebook"), text("source", "Dataset of the source"),
			id("account_id", "Ad account"), id("campaign_id", "Campaign"), id("ad_set_id", "Ad set or ad group"), id("ad_id", "Ad"), currency,
			money("spend", "Amount spent"), count("impressions", "Impressions"), count("clicks", "Clicks of all kinds"), count("link_clicks", "Clicks on links in the ads; absent where the source has none"),
			{Name: "platform_conversions", Type: table.Decimal(18, 6), Unit: table.Count, Additivity: table.Sum, Description: "Purchases that the platform claims"},
			money("platform_value", "Value of these purchases, as the platform claims"), flag("offline", "Always false")}},
		{"ad_sets", "Ad sets of all sources, by their current names", []string{"source", "ad_set_id"}, []table.Column{
			id("ad_set_id", "Ad set or ad group"), id("campaign_id", "Campaign"), text("source", "Dataset of the source"), text("ad_set_name", "Current name")}},
		{"ads", "Ads of all sources, by their current names", []string{"source", "ad_id"}, []table.Column{
			id("ad_id", "Ad"), id("ad_set_id", "Ad set or ad group"), text("source", "Dataset of the source"), text("ad_name", "Current name"), text("picture", "Link to its picture at the platform, which ends after some days; absent = none")}},
		{"accounts", "Ad accounts of all sources and uploads", []string{"source", "account_id"}, []table.Column{
			id("account_id", "Ad account"), text("channel", "Channel"), text("source", "Dataset of the source, or upload"), text("account_name", "Current name"), currency, text("time_zone", "IANA time zone of its days")}},
		{"campaigns", "Campaigns of all sources and uploads, by their current and former names", []string{"source", "campaign_id", "campaign_name"}, []table.Column{
			id("campaign_id", "Campaign"), id("account_id", "Ad account"), text("channel", "Channel"), text("source", "Dataset of the source, or upload"), text("campaign_name", "A name of the campaign"),
			flag("current", "Whether this is its name now")}},
		{"customers", "New customers, from uploads or tables of the warehouse", []string{"customer_id"}, []table.Column{
			id("customer_id", "Customer"), instant("acquired_at", "When the customer was acquired"), text("country", "Country of the customer"), id("touch_id", "How the customer came; refers to campaign_match"), fileColumn}},
		{"orders", "Orders, from uploads or tables of the warehouse", []string{"order_id"}, []table.Column{
			id("order_id", "Order"), id("customer_id", "Customer; absent for guests"), instant("ordered_at", "When it was ordered"), money("amount", "Amount, gross of refunds"), currency,
			text("status", "Status; orders with a cancelled status do not count"),
			flag("first_order", "Whether it is its customer's first order ever"),
			id("touch_id", "How the order came; refers to campaign_match"), fileColumn}},
		{"refunds", "Refunds of orders", []string{"refund_id"}, []table.Column{
			id("refund_id", "Refund"), id("order_id", "Refunded order"), instant("refunded_at", "When it was refunded"), {Name: "amount", Type: table.Decimal(18, 6), Unit: table.Ratio, Additivity: table.Sum, Description: "Amount in the order's currency"}, fileColumn}},
		{"campaign_match", "Campaign of each way that customers and orders came (see Match)", []string{"touch_id"}, []table.Column{
			id("touch_id", "Fingerprint of UTM values and campaign ID (see TouchID)"), text("channel", "Channel of the campaign; absent if unmatched"), id("account_id", "Ad account; absent if unmatched"), id("campaign_id", "Campaign; absent if unmatched"),
			text("matched_by", "id, utm_id, name, manual, or unmatched"), text("utm_source", "As it came"), text("utm_medium", "As it came"), text("utm_campaign", "As it came"), id("raw_campaign_id", "Campaign ID as it came")}},
		{"budgets", "Budgets by month", []string{"account_id", "campaign_id", "month"}, []table.Column{
			id("account_id", "Ad account"), id("campaign_id", "Campaign; empty = the whole account"), text("month", "Calendar month, YYYY-MM"), currency, money("amount", "Budget"), fileColumn}},
		{"fx_daily", "Exchange rate of each day and pair of currencies", []string{"day", "from_currency", "to_currency"}, []table.Column{
			day("day", "Day of the amount"), text("from_currency", "Currency of the amount"), text("to_currency", "Target currency"),
			{Name: "rate", Type: table.Decimal(20, 10), Unit: table.Ratio, Additivity: table.None, Description: "Units of the target for one unit"}, day("source_day", "Day of the published rate")}},
		{"day", "Calendar", []string{"date"}, []table.Column{
			day("date", "Day"), text("iso_week", "For example 2026-W01; carries the ISO year"), text("month", "For example 2026-01"), text("quarter", "For example 2026-Q1"),
			text("fiscal_month", "For example FY2026-M01"), text("fiscal_quarter", "For example FY2026-Q1")}},
		{"reach_campaign_month", "Reach by campaign and calendar month, as the platform counts it", []string{"campaign_id", "month"}, []table.Column{
			id("campaign_id", "Campaign"), text("month", "YYYY-MM"), {Name: "reach", Type: table.Int, Unit: table.Count, Additivity: table.None, Description: "People reached; cannot be summed"}}},
	}...)
}

// believedTables say how far the figures of a day can be trusted.
func believedTables() []Table {
	return []Table{
		{"coverage", "Days that were read completely, by data set", []string{"dataset", "account_id", "from_date"}, []table.Column{
			text("dataset", "marketing_spend, customers or orders"), id("account_id", "Ad account; empty for customers and orders"), day("from_date", "First day"), day("through_date", "Last day"),
			instant("as_of", "When the oldest of these days was last requested; absent = unknown")}},
		{"channel_notes", "What the connectors say of their channels' figures", []string{"channel", "code", "day"}, []table.Column{
			text("channel", "Channel"), text("code", "still_counting: conversions of recent days still come in; regime: conversions are counted otherwise from a day on"), day("day", "First day of the change; absent for still_counting"),
			count("days", "Number of recent days; absent for regime"), text("message", "Sentence for people")}},
		{"reconciliation", "Sums of each account's day, beside the platform's own totals", []string{"source", "account_id", "date", "figure"}, []table.Column{
			day("date", "Day in the account's own time zone"), text("channel", "Channel, for example facebook"), text("source", "Dataset of the source"), id("account_id", "Ad account"), currency, figureColumn,
			total("ours", "Sum of the rows that were loaded; absent = there were none"), total("theirs", "The platform's total; absent = there was none"), total("drift", "ours minus theirs; absent if both are")}},
		{"restatement", "Sums of each account's day as they were read when the day had an age, beside those at 28 days. Only days that are old enough", []string{"source", "account_id", "date", "figure", "age"}, []table.Column{
			day("date", "Day in the account's own time zone"), text("channel", "Channel, for example facebook"), text("source", "Dataset of the source"), id("account_id", "Ad account"), currency, figureColumn,
			text("age", "Age of the day in days: 0, 1 or 7"), total("value", "Sum as it was read first at this age"), total("final", "Sum as it was read at 28 days")}},
	}
}
