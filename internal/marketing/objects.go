package marketing

import (
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
)

// selected replaces a table by the rows of SELECTs, one per source.
func selected(name string, parts []string) destination.Change {
	t := tableOf(name)
	if len(parts) == 0 {
		parts = []string{nothing(t)}
	}
	schema := schemaOf(t)
	return destination.Change{Rows: &destination.Rows{Table: schema, Select: strings.Join(parts, "\nUNION ALL ")}}
}

// accounts lists the accounts of the sources, and those of uploads.
func (w *work) accounts() destination.Change {
	var parts []string
	for _, f := range w.sources {
		names, ok := f.Marketing.Names["account"]
		if !ok || !w.has(f.Dataset, names.Table) { // the source does not sync its accounts: their figures name them
			parts = append(parts, "SELECT account_id, "+literal(f.Marketing.Channel)+" AS channel, "+literal(f.Dataset)+" AS source, CAST(NULL AS VARCHAR) AS account_name, MIN(currency) AS currency, CAST(NULL AS VARCHAR) AS time_zone FROM "+
				quote(f.Dataset)+"."+quote(f.campaigns.Loads)+f.without("account_id")+" GROUP BY account_id")
			continue
		}
		id := quote(names.Columns["id"])
		parts = append(parts, "SELECT "+id+" AS account_id, "+literal(f.Marketing.Channel)+" AS channel, "+literal(f.Dataset)+" AS source, "+
			w.ownColumn(f, names, "name")+" AS account_name, "+w.ownColumn(f, names, "currency")+" AS currency, "+w.ownColumn(f, names, "time_zone")+" AS time_zone FROM "+
			quote(f.Dataset)+"."+quote(names.Table)+f.without(id))
	}
	if w.has(analytics.Dataset, uploadedSpend) {
		parts = append(parts, `SELECT account_id, MIN(channel) AS channel, MIN(source) AS source, CAST(NULL AS VARCHAR) AS account_name, MIN(currency) AS currency, CAST(NULL AS VARCHAR) AS time_zone
			FROM adtally.uploaded_spend WHERE account_id IS NOT NULL GROUP BY account_id`)
	}
	return selected("accounts", parts)
}

func (f *found) without(column string) string {
	if len(f.excluded) == 0 {
		return ""
	}
	quoted := make([]string, len(f.excluded))
	for i, a := range f.excluded {
		quoted[i] = literal(a)
	}
	return " WHERE " + column + " NOT IN (" + strings.Join(quoted, ", ") + ")"
}

// ownColumn writes a column of a platform's table of objects; NULL if there is none.
func (w *work) ownColumn(f *found, t adtally.MarketingTable, name string) string {
	own := t.Columns[name]
	if own == "" || !slices.Contains(w.columns[f.Dataset+"."+t.Table], own) {
		return "CAST(NULL AS VARCHAR)"
	}
	return "CAST(" + quote(own) + " AS VARCHAR)"
}

// campaigns lists the campaigns with all their names: those of the platform's objects, and
// those that only rows of spend have. Exactly one row of a campaign is current.
func (w *work) campaigns() destination.Change {
	var named []string
	for _, f := range w.sources {
		source := literal(f.Marketing.Channel) + " AS channel, " + literal(f.Dataset) + " AS source"
		if t, ok := f.Marketing.Names["campaign"]; ok && w.has(f.Dataset, t.Table) {
			from := w.ownColumn(f, t, "id") + " AS campaign_id, " + w.ownColumn(f, t, "account_id") + " AS account_id, " + source + ", " + w.ownColumn(f, t, "name") + " AS campaign_name"
			named = append(named, "SELECT "+from+", 3 AS weight FROM "+quote(f.Dataset)+"."+quote(t.Table))
			if w.has(f.Dataset, t.Former) {
				named = append(named, "SELECT "+from+", 1 AS weight FROM "+quote(f.Dataset)+"."+quote(t.Former))
			}
		}
		c := f.campaigns
		if own := c.Columns["campaign_id"]; own != "" {
			named = append(named, "SELECT DISTINCT "+quote(own)+" AS campaign_id, account_id, "+source+", "+w.ownColumn(f, *c, "campaign_name")+" AS campaign_name, 2 AS weight FROM "+
				quote(f.Dataset)+"."+quote(c.Loads)+f.without("account_id"))
		}
	}
	if w.has(analytics.Dataset, uploadedSpend) {
		named = append(named, "SELECT DISTINCT campaign_id, account_id, channel, source, campaign_name, 2 AS weight FROM adtally.uploaded_spend")
	}
	if len(named) == 0 {
		return selected("campaigns", nil)
	}
	return selected("campaigns", []string{`SELECT campaign_id, account_id, channel, source, campaign_name, place = 1 AS current FROM (
		SELECT *, row_number() OVER (PARTITION BY campaign_id ORDER BY weight DESC, campaign_name NULLS LAST, source) AS place FROM (
			SELECT campaign_id, MIN(account_id) AS account_id, MIN(channel) AS channel, MIN(source) AS source, campaign_name, MAX(weight) AS weight
			FROM (` + strings.Join(named, "\nUNION ALL ") + `) n WHERE campaign_id IS NOT NULL GROUP BY campaign_id, campaign_name) g) r
		WHERE campaign_name IS NOT NULL OR place = 1`})
}

// adSets lists the ad sets by their current names.
func (w *work) adSets() destination.Change {
	return selected("ad_sets", w.objects("ad_set", func(f *found, t adtally.MarketingTable) string {
		return "SELECT " + w.ownColumn(f, t, "id") + " AS ad_set_id, " + w.ownColumn(f, t, "parent") + " AS campaign_id, " + literal(f.Dataset) + " AS source, " +
			w.ownColumn(f, t, "name") + " AS ad_set_name FROM " + quote(f.Dataset) + "." + quote(t.Table)
	}))
}

// ads lists the ads by their current names, with the pictures that they show now.
func (w *work) ads() destination.Change {
	return selected("ads", w.objects("ad", func(f *found, t adtally.MarketingTable) string {
		picture, join := "CAST(NULL AS VARCHAR)", ""
		if c := f.Marketing.Names["creative"]; w.has(f.Dataset, c.Table) {
			picture = "COALESCE(c." + quote(c.Columns["image"]) + ", c." + quote(c.Columns["thumbnail"]) + ")"
			join = " LEFT JOIN " + quote(f.Dataset) + "." + quote(c.Table) + " c ON c." + quote(c.Columns["id"]) + " = a." + quote(t.Columns["creative"])
		}
		return "SELECT a." + quote(t.Columns["id"]) + " AS ad_id, a." + quote(t.Columns["parent"]) + " AS ad_set_id, " + literal(f.Dataset) + " AS source, a." +
			quote(t.Columns["name"]) + " AS ad_name, " + picture + " AS picture FROM " + quote(f.Dataset) + "." + quote(t.Table) + " a" + join
	}))
}

// objects returns a SELECT for each source that has the objects.
func (w *work) objects(kind string, of func(*found, adtally.MarketingTable) string) (parts []string) {
	for _, f := range w.sources {
		if t, ok := f.Marketing.Names[kind]; ok && w.has(f.Dataset, t.Table) {
			parts = append(parts, of(f, t))
		}
	}
	return parts
}

// reach lists people reached by campaign and month.
func (w *work) reach() destination.Change {
	var parts []string
	for _, f := range w.sources {
		t := f.Marketing.ReachByMonth
		if w.has(f.Dataset, t.Table) {
			parts = append(parts, "SELECT "+quote(t.Columns["campaign_id"])+" AS campaign_id, strftime("+quote(t.Columns["day"])+", '%Y-%m') AS month, "+quote(t.Columns["reach"])+" AS reach FROM "+
				quote(f.Dataset)+"."+quote(t.Table)+f.without("account_id"))
		}
	}
	return selected("reach_campaign_month", parts)
}
