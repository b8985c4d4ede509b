package advertiser

// handSums yields a row for each cell that has figures. It returns false if the caller stopped
// the iteration.
func (w *walk) handSums(sums []sum, seed uint64, who Row) bool {
	for i := range sums {
		if !sums[i].any {
			continue
		}
		sums[i].settle(seed, w.moment.day)
		if w.size.LowConversions {
			sums[i].actions.events, sums[i].actions.values = [events][windows]int64{}, [priced][windows]int64{}
		}
		w.row = who
		if !w.hand(&sums[i].figures, &w.cells[i], w.cells[i].text) {
			return false
		}
	}
	return true
}

// hand fills the figures into w.row, whose IDs and names are already set, and yields it.
func (w *walk) hand(f *figures, c *cell, text map[string]string) bool {
	r := &w.row
	r.Day, r.Has, r.Values, r.Text = w.moment.day, w.has, f.metrics, text
	r.Verbatim, r.Asset = false, c.asset
	if w.query.WantActions {
		r.Actions, r.ActionValues = w.list.build(&f.actions)
	}
	if len(w.query.Lists) > 0 {
		r.Lists = w.list.further(&f.actions, w.query.Lists)
	}
	return w.yield(r)
}

// metricsWith returns the metrics, as bits of Row.Has, of rows with these breakdowns. Unique
// counts are absent with publisher_platform, as in recorded responses of Meta.
func metricsWith(breakdowns []string) uint32 {
	all := uint32(1)<<Metrics - 1
	for _, b := range breakdowns {
		if b == "publisher_platform" {
			all &^= 1<<UniqueClicks | 1<<UniqueInlineLinkClicks
		}
	}
	return all
}

// rankingFloor is the minimum number of impressions for an ad to be ranked.
const rankingFloor = 500

// rankingOn returns the index into rankings; 0 is UNKNOWN.
func (a *ad) rankingOn(f *figures) int {
	if f.metrics[Impressions] < rankingFloor {
		return 0
	}
	return 1 + a.ranking
}

// newRankings returns the ranking fields, by index. Only ad rows without breakdowns have them.
func newRankings() []map[string]string {
	words := [...]string{"UNKNOWN", "BELOW_AVERAGE_10", "BELOW_AVERAGE_20", "BELOW_AVERAGE_35", "AVERAGE", "ABOVE_AVERAGE"}
	texts := make([]map[string]string, len(words))
	for i, word := range words {
		texts[i] = map[string]string{
			"quality_ranking": word, "engagement_rate_ranking": word, "conversion_rate_ranking": word,
		}
	}
	return texts
}
