package advertiser

import (
	"iter"
	"time"
)

// Rows implements Account.
func (s *synthetic) Rows(q Query, now time.Time) iter.Seq[*Row] {
	return func(yield func(*Row) bool) {
		w := s.newWalk(q, now, yield)
		last := min(q.To, civilDay(now, s.zone))
		for day := max(q.From, s.first); day <= last; day++ {
			if !w.day(s.momentOf(day, now)) {
				return
			}
		}
	}
}

// walk computes the rows of one query, day by day. Its figures and its row are reused for
// each row. The slices of sums have one element for each breakdown cell.
type walk struct {
	*synthetic
	query                    Query
	yield                    func(*Row) bool
	now                      time.Time
	cells                    []cell
	own                      func(*ad) []int // returns the indexes of an ad's cells; nil if each ad has all cells
	has                      uint32
	moment                   moment
	whole                    figures
	ofAd                     []figures
	ofSet, ofCampaign, ofAll []sum
	row                      Row
	list                     actionList
}

func (s *synthetic) newWalk(q Query, now time.Time, yield func(*Row) bool) *walk {
	q.WantActions = q.WantActions || len(q.Lists) > 0
	w := &walk{synthetic: s, query: q, now: now, yield: yield, has: metricsWith(q.Breakdowns)}
	w.cells, w.own = s.cellsOf(q.Breakdowns)
	n := len(w.cells)
	w.ofAd, w.ofSet, w.ofCampaign, w.ofAll = make([]figures, n), make([]sum, n), make([]sum, n), make([]sum, n)
	w.list = s.newActionList(q)
	return w
}

// day yields the rows of one day. It returns false if the caller stopped the iteration.
func (w *walk) day(m moment) bool {
	w.moment = m
	w.clear(w.ofAll, LevelAccount)
	for i := range w.campaigns {
		c := &w.campaigns[i]
		if m.day < c.start || m.day-lateDays >= c.stop {
			continue // none of its ads can have a row
		}
		if !w.campaign(c) {
			return false
		}
	}
	if w.query.Level != LevelAccount {
		return true
	}
	return w.handSums(w.ofAll, w.seed, Row{Attribution: w.attribution})
}

func (w *walk) campaign(c *campaign) bool {
	w.clear(w.ofCampaign, LevelCampaign)
	for i := c.firstSet; i < c.lastSet; i++ {
		if !w.adSet(c, &w.sets[i]) {
			return false
		}
	}
	switch w.query.Level {
	case LevelCampaign:
		return w.handSums(w.ofCampaign, c.seed, Row{CampaignID: c.id, CampaignName: c.nameAt(w.now), Attribution: c.attribution})
	case LevelAccount:
		w.lift(w.ofCampaign, c.seed, w.ofAll)
	}
	return true
}

func (w *walk) adSet(c *campaign, set *adSet) bool {
	if w.moment.day < set.start || w.moment.day-lateDays >= set.stop {
		return true
	}
	w.clear(w.ofSet, LevelAdSet)
	for i := set.firstAd; i < set.lastAd; i++ {
		if a := &w.ads[i]; w.figuresOf(a) && !w.ad(c, set, a) {
			return false
		}
	}
	switch w.query.Level {
	case LevelAdSet:
		return w.handSums(w.ofSet, set.seed, Row{CampaignID: c.id, CampaignName: c.nameAt(w.now),
			AdSetID: set.id, AdSetName: set.nameAt(w.now), Attribution: set.attribution.setting})
	case LevelCampaign, LevelAccount:
		w.lift(w.ofSet, set.seed, w.ofCampaign)
	}
	return true
}

// ad yields the ad's rows, or adds them to its ad set's sums if the query is above the ad
// level. The ad's figures are in w.whole.
func (w *walk) ad(c *campaign, set *adSet, a *ad) bool {
	parts := w.divide(a)
	if w.query.Level != LevelAd {
		for i := range parts {
			if parts[i].exist() {
				w.ofSet[i].add(&parts[i], w.query.WantActions)
			}
		}
		return true
	}
	r := &w.row
	r.CampaignID, r.CampaignName, r.AdSetID, r.AdSetName = c.id, c.nameAt(w.now), set.id, set.nameAt(w.now)
	r.AdID, r.AdName, r.Attribution = a.id, a.nameAt(w.now), a.setting
	for i := range parts {
		text := w.cells[i].text
		if text == nil {
			text = w.rankings[a.rankingOn(&parts[i])]
		}
		if parts[i].exist() && !w.hand(&parts[i], &w.cells[i], text) {
			return false
		}
	}
	return true
}

// figuresOf fills w.whole with the ad's figures of the day. It returns false if the ad has no
// row.
func (w *walk) figuresOf(a *ad) bool {
	f, m := &w.whole, &w.moment
	late := !a.delivers(m.day)
	if late {
		*f = figures{}
		if !a.late(f, m) {
			return false
		}
	} else {
		f.actions.changes, f.actions.watched = [changes]int64{}, 0
		if w.query.WantActions {
			f.actions = actionFigures{}
		}
		if !a.full(f, m, w.size.Steady, w.query.WantActions) {
			return false
		}
	}
	f.state(m, a.seed+uint64(m.day), w.size.Steady)
	f.metrics[Spend] *= w.profile.millionths()
	return f.metrics[Impressions] > 0 || late && f.exist()
}

// clear resets the sums of a level. Sums above the query's level are not used, so they are
// left alone.
func (w *walk) clear(sums []sum, level Level) {
	if depth(w.query.Level) > depth(level) {
		return
	}
	for i := range sums {
		sums[i].clear(w.query.WantActions)
	}
}

func depth(l Level) int {
	switch l {
	case LevelAccount:
		return 0
	case LevelCampaign:
		return 1
	case LevelAdSet:
		return 2
	}
	return 3
}

// lift adds a child's sums to its parent's, after the counts of people have been estimated.
func (w *walk) lift(from []sum, seed uint64, to []sum) {
	for i := range from {
		if from[i].any {
			from[i].settle(seed, w.moment.day)
			to[i].add(&from[i].figures, w.query.WantActions)
		}
	}
}
