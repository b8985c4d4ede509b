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
		if !ok || !w.has(f.Dataset, names.Table) {
			continue
		}
		id := quote(names.Columns["id"])
		parts = append(parts, "SELECT "+id+" AS account_id, "+literal(f.Marketing.Channel)+" AS channel, "+literal(f.Dataset)+" AS source, "+
			w.ownColumn(f, names, "name")+" AS account_name, "+w.ownColumn(f, names, "currency")+" AS currency, "+w.ownColumn(f, names, "time_zone")+" AS time_zone FROM "+
			quote(f.Dataset)+"."+quote(names.Table)+f.without(id))
	}
	if w.has(analytics.Dataset, uploadedSpend) {
		parts = append(parts, `SELECT account_id, MIN(channel) AS channel, MIN(source) AS source, MIN(source) AS account_name, MIN(currency) AS currency, CAST(NULL AS VARCHAR) AS time_zone
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

// objects lists ad sets or ads by their current names.
func (w *work) objects(table, kind string) destination.Change {
	var parts []string
	columns := tableOf(table).Columns
	for _, f := range w.sources {
		t, ok := f.Marketing.Names[kind]
		if !ok || !w.has(f.Dataset, t.Table) {
			continue
		}
		list := []string{w.ownColumn(f, t, "id") + " AS " + quote(columns[0].Name), w.ownColumn(f, t, "parent") + " AS " + quote(columns[1].Name), literal(f.Dataset) + " AS source", w.ownColumn(f, t, "name") + " AS " + quote(columns[3].Name)}
		if len(columns) > 4 {
			list = append(list, w.ownColumn(f, t, columns[4].Name)+" AS "+quote(columns[4].Name))
		}
		parts = append(parts, "SELECT "+strings.Join(list, ", ")+" FROM "+quote(f.Dataset)+"."+quote(t.Table))
	}
	return selected(table, parts)
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
