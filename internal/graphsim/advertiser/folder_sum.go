package advertiser

// sumUp adds up the rows of ads at a level above them, for each value of a
// breakdown. Only what adds up is kept: no reach, no unique counts, no ratios.
func sumUp(ads *grain, level Level, breakdown string) *grain {
	g := &grain{}
	if breakdown != "" {
		g.columns = []string{breakdown}
	}
	type group struct {
		day        Date
		id, broken string
	}
	at := map[group]int{}
	var actions []tally
	for i := range ads.rows {
		r := &ads.rows[i]
		key := group{r.Day, objectOf(&r.Row, level), ads.cell(r, breakdown)}
		n, known := at[key]
		if !known {
			n = len(g.rows)
			at[key] = n
			g.rows = append(g.rows, parentOf(r, level, key.broken))
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

// cell is what a row has in a text column.
func (g *grain) cell(r *loaded, column string) string {
	for i, c := range g.columns {
		if c == column && i < len(r.cells) {
			return r.cells[i]
		}
	}
	return ""
}

// parentOf is the empty sum for an ad's row.
func parentOf(r *loaded, level Level, broken string) loaded {
	sum := loaded{Row: Row{Day: r.Day, Attribution: r.Attribution}}
	if broken != "" {
		sum.cells = []string{broken}
	}
	if level == LevelAccount {
		return sum
	}
	sum.CampaignID, sum.CampaignName = r.CampaignID, r.CampaignName
	if level == LevelAdSet {
		sum.AdSetID, sum.AdSetName = r.AdSetID, r.AdSetName
	}
	return sum
}

// take adds an ad's row.
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
