package advertiser

import "strings"

// sumUp sums rows to a higher level, for each combination of the breakdowns' values. Reach,
// unique counts and ratios are left out, because they do not add up.
func sumUp(ads *grain, level Level, breakdowns []string) *grain {
	g := &grain{columns: breakdowns}
	at := map[cellKey]int{}
	var actions []tally
	for i := range ads.rows {
		r := &ads.rows[i]
		key := ads.key(r, level, breakdowns)
		n, known := at[key]
		if !known {
			n = len(g.rows)
			at[key] = n
			g.rows = append(g.rows, parentOf(r, level, ads.cells(r, breakdowns)))
			actions = append(actions, tally{})
		}
		g.rows[n].take(&r.Row)
		actions[n].add(r.Actions)
	}
	for i := range g.rows {
		g.rows[i].Actions = actions[i].actions()
	}
	return g
}

// cell returns the row's text in a column; "" if the grain has no such column.
func (g *grain) cell(r *loaded, column string) string {
	for i, c := range g.columns {
		if c == column && i < len(r.cells) {
			return r.cells[i]
		}
	}
	return ""
}

// cells returns the row's texts in columns; nil if columns is empty.
func (g *grain) cells(r *loaded, columns []string) (cells []string) {
	for _, c := range columns {
		cells = append(cells, g.cell(r, c))
	}
	return cells
}

// cellKey identifies a row of one level and set of breakdowns.
type cellKey struct {
	day        Date
	id, broken string
}

func (g *grain) key(r *loaded, level Level, breakdowns []string) cellKey {
	return cellKey{r.Day, objectOf(&r.Row, level), strings.Join(g.cells(r, breakdowns), "\x00")}
}

// parentOf returns an empty row at level for the parent of r.
func parentOf(r *loaded, level Level, cells []string) loaded {
	sum := loaded{Row: Row{Day: r.Day, Attribution: r.Attribution}, cells: cells}
	if level == LevelAccount {
		return sum
	}
	sum.CampaignID, sum.CampaignName = r.CampaignID, r.CampaignName
	if level == LevelAdSet {
		sum.AdSetID, sum.AdSetName = r.AdSetID, r.AdSetName
	}
	return sum
}

// take adds an ad's row to the sum r.
func (r *loaded) take(ad *Row) {
	for _, m := range [...]Metric{
		Impressions, Clicks, InlineLinkClicks, InlinePostEngagement, FullViewImpressions, Spend,
	} {
		r.Has |= ad.Has & (1 << m)
		r.Values[m] += ad.Values[m]
	}
	switch {
	case r.Attribution == "":
		r.Attribution = ad.Attribution
	case ad.Attribution != "" && ad.Attribution != r.Attribution:
		r.Attribution = "multiple"
	}
}
