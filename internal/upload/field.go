package upload

import (
	"slices"

	"adtally"
)

// The types of fields.
const (
	text     = "text"
	raw      = "raw" // a text that stays as it came
	number   = "number"
	money    = "money"
	day      = "day"
	instant  = "instant"
	month    = "month"
	flag     = "flag"
	currency = "currency"
)

// field is a field with the names that exports give it.
type field struct {
	adtally.FileField
	names []string
}

func one(name, kind, title, help string, names ...string) field {
	return field{adtally.FileField{Name: name, Title: title, Help: help, Type: kind}, append([]string{name}, names...)}
}

func must(f field) field {
	f.Required = true
	return f
}

// touches are the fields that say how a customer or an order came. The names are those of
// Shopify, WooCommerce's order attribution and common analytics exports.
var touches = []field{
	one("utm_source", raw, "UTM source", "Where the visitor came from", "source", "traffic source", "quelle", "wc order attribution utm source", "session source", "first visit utm source"),
	one("utm_medium", raw, "UTM medium", "Medium of the visit", "medium", "wc order attribution utm medium", "session medium"),
	one("utm_campaign", raw, "UTM campaign", "Campaign of the visit", "campaign", "campaign name", "kampagne", "wc order attribution utm campaign", "session campaign", "first visit utm campaign"),
	one("campaign_id", raw, "Campaign ID", "Number of the campaign at the ad platform", "utm id", "campaignid", "kampagnen id"),
}

var currencyField = must(one("currency", currency, "Currency", "ISO 4217 code, for example EUR", "currency code", "waehrung", "währung", "order currency", "presentment currency", "converted currency", "account currency"))

// fields are the fields of each kind.
var fields = map[adtally.FileKind][]field{
	adtally.CustomersFile: append([]field{
		must(one("customer_id", text, "Customer", "ID of the customer", "customer", "id", "user id", "userid", "kunde", "kundennummer", "kunden id", "email", "e mail", "customer email")),
		must(one("acquired_at", instant, "Acquired", "When the customer was acquired", "created", "created at", "created utc", "date", "signup date", "signed up", "registered", "registered at", "first order date", "customer since", "date registered", "datum", "angelegt am", "registriert am", "erstellt am", "kunde seit", "sign up")),
		one("country", text, "Country", "Country of the customer", "country code", "billing country", "land", "default address country code", "shipping country"),
	}, touches...),
	adtally.OrdersFile: append([]field{
		must(one("order_id", text, "Order", "ID of the order", "order number", "order no", "order", "name", "id", "bestellnummer", "bestellung", "auftragsnummer", "transaction id", "payment id", "order name")),
		one("customer_id", text, "Customer", "ID of the customer", "customer", "customer user id", "user id", "kunde", "kundennummer", "kunden id", "email", "billing email", "customer email", "e mail"),
		must(one("ordered_at", instant, "Ordered", "When it was ordered", "created at", "order date", "date", "created", "created utc", "created date utc", "date created", "paid at", "bestelldatum", "datum", "auftragsdatum", "processed at", "order created date")),
		must(one("amount", money, "Amount", "Amount of the order, gross of refunds", "total", "order total", "order total amount", "revenue", "umsatz", "betrag", "summe", "gesamt", "gesamtbetrag", "gesamtsumme", "grand total", "total price", "value", "rechnungsbetrag")),
		currencyField,
		one("status", text, "Status", "Status of the order", "order status", "financial status", "bestellstatus", "zahlungsstatus"),
		one("first_order", flag, "First order", "Whether it is the customer's first; otherwise it is computed", "is first order", "new customer", "first", "neukunde", "erstbestellung", "new or returning"),
		one("refunded_amount", money, "Refunded amount", "What was paid back of this order", "amount refunded", "order refund amount", "refund amount", "erstattet", "erstattungsbetrag", "refund", "refunds", "rückerstattung"),
		one("refunded_at", instant, "Refunded", "When it was paid back; otherwise the order's time", "refund date", "refunded date utc", "erstattet am", "erstattungsdatum"),
	}, touches...),
	adtally.RefundsFile: {
		one("refund_id", text, "Refund", "ID of the refund", "refund", "id", "erstattungsnummer"),
		must(one("order_id", text, "Order", "ID of the refunded order", "order number", "order", "order name", "name", "bestellnummer", "bestellung", "auftragsnummer", "charge id", "payment intent id", "charge")),
		must(one("refunded_at", instant, "Refunded", "When it was paid back", "refund date", "date", "created", "created at", "created utc", "datum", "erstattet am", "erstattungsdatum", "processed at")),
		must(one("amount", money, "Amount", "Amount in the order's currency; its sign does not matter", "refund amount", "amount refunded", "refunded amount", "refund", "total", "betrag", "erstattungsbetrag", "summe")),
	},
	adtally.SpendFile: {
		must(one("date", day, "Day", "Day of the spend", "day", "date start", "reporting starts", "start date in utc", "start date", "datum", "tag", "report date", "time period", "starts", "berichtsbeginn", "month", "monat")),
		must(one("channel", text, "Channel", "For example newsletter, tv or google", "kanal", "platform", "network", "plattform", "publisher platform")),
		one("account_id", text, "Account", "Ad account; absent = the channel", "customer id", "account", "konto", "ad account id", "kontonummer", "account number", "konto id"),
		one("campaign_id", text, "Campaign ID", "Absent = the campaign's name", "kampagnen id", "campaign group id"),
		one("campaign_name", text, "Campaign", "Name of the campaign", "campaign", "kampagne", "kampagnenname", "campaign group name"),
		currencyField,
		must(one("spend", money, "Spend", "Amount spent", "cost", "costs", "amount spent", "total spent", "kosten", "ausgaben", "betrag", "amount", "ausgegebener betrag", "werbekosten")),
		one("impressions", number, "Impressions", "Impressions", "impr", "views", "impressionen"),
		one("clicks", number, "Clicks", "Clicks of all kinds", "klicks", "clicks all", "klicks alle"),
		one("link_clicks", number, "Link clicks", "Clicks on links in the ads", "link klicks", "inline link clicks"),
		one("conversions", number, "Conversions", "Purchases that the platform claims", "platform conversions", "purchases", "conversions platform", "konversionen", "käufe", "results"),
		one("value", money, "Conversion value", "Value of these purchases", "platform value", "conversion value", "conv value", "total conversion value", "conversions value", "purchases conversion value", "conv wert", "conversion wert", "wert"),
		one("reach", number, "Reach", "People reached; cannot be summed", "reichweite"),
	},
	adtally.BudgetsFile: {
		must(one("month", month, "Month", "Calendar month", "monat", "date", "period", "datum", "zeitraum")),
		must(one("account_id", text, "Account", "Ad account", "account", "konto", "customer id", "konto id", "ad account id")),
		one("campaign_id", text, "Campaign", "Campaign; absent = the whole account", "campaign", "kampagne", "kampagnen id"),
		currencyField,
		must(one("amount", money, "Budget", "Budget of the month", "budget", "betrag", "monthly budget", "monatsbudget", "plan")),
	},
	adtally.RatesFile: {
		must(one("day", day, "Day", "Day of the rate", "date", "datum", "time period", "tag")),
		one("currency", currency, "Currency", "Absent = each column named after a currency holds its rates", "currency code", "währung", "to currency", "waehrung"),
		one("rate", number, "Rate", "Units of the currency for one EUR", "obs value", "kurs", "exchange rate", "value", "wechselkurs"),
	},
}

// Fields returns the fields of a kind.
func Fields(kind adtally.FileKind) (all []adtally.FileField) {
	for _, f := range fields[kind] {
		if f.Type == raw {
			f.Type = text
		}
		all = append(all, f.FileField)
	}
	return all
}

func fieldOf(kind adtally.FileKind, name string) (field, bool) {
	i := slices.IndexFunc(fields[kind], func(f field) bool { return f.Name == name })
	if i < 0 {
		return field{}, false
	}
	return fields[kind][i], true
}
