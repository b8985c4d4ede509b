package advertiser

// exist reports whether there is an impression or a conversion, so that a row exists.
func (f *figures) exist() bool {
	return f.metrics[Impressions] > 0 || f.actions.events != [events][windows]int64{}
}

// divide divides the ad's figures among the breakdown cells. The cells' counts add up exactly
// to the ad's, except for people. If one count is a part of another, that also holds in each cell.
func (w *walk) divide(a *ad) []figures {
	if w.own != nil {
		return w.divideOwn(a)
	}
	if len(w.cells) == 1 {
		w.ofAd[0] = w.whole
		return w.ofAd
	}
	h := keyed(keyed(a.seed, uint64(w.moment.day)), 4)
	var before figures
	for i := range w.cells {
		upTo := w.cells[i].upTo
		if w.cells[i].hour > 0 {
			upTo = w.moment.hourly[w.cells[i].hour]
		}
		so := w.whole.upTo(upTo, h)
		w.ofAd[i] = so.less(&before)
		w.ofAd[i].trim(w.cells[i].hour > 0)
		before = so
	}
	return w.ofAd
}

// upTo returns the figures of all cells up to a point, which is in 65536ths. Clicks are
// divided in proportion to impressions, link clicks in proportion to clicks, and so on.
func (f *figures) upTo(point int64, h uint64) figures {
	var g figures
	chance := bits(h, 0)
	v, to := &f.metrics, &g.metrics
	to[Impressions] = part(v[Impressions], point, chance)
	follow := func(m, of Metric, chance int64) { to[m] = along(v[m], to[of], v[of], chance) }
	follow(Clicks, Impressions, bits(h, 1))
	follow(InlineLinkClicks, Clicks, bits(h, 2))
	follow(UniqueClicks, Clicks, bits(h, 3))
	follow(UniqueInlineLinkClicks, InlineLinkClicks, bits(h, 3))
	follow(Reach, Impressions, bits(h, 3))
	follow(FullViewImpressions, Impressions, bits(h, 1))
	follow(FullViewReach, FullViewImpressions, bits(h, 2))
	follow(Spend, Impressions, 0)
	for i, n := range f.actions.changes {
		g.actions.changes[i] = along(n, to[Impressions], v[Impressions], chance)
	}
	g.actions.watched = along(f.actions.watched, to[Impressions], v[Impressions], chance)
	g.actions.changes[linkClick] = to[InlineLinkClicks]
	g.actions.changes[outbound] = along(f.actions.changes[outbound], to[InlineLinkClicks], v[InlineLinkClicks], chance)
	g.actions.changes[landing] = along(f.actions.changes[landing], to[InlineLinkClicks], v[InlineLinkClicks], chance)
	g.actions.changes[unreaction] = along(f.actions.changes[unreaction], g.actions.changes[reaction], f.actions.changes[reaction], chance)
	f.actions.eventsUpTo(&g.actions, point, chance)
	return g
}

func (f *actionFigures) eventsUpTo(g *actionFigures, point, chance int64) {
	for e := range f.events {
		for w, n := range f.events[e] {
			g.events[e][w] = part(n, point, chance)
			if event(e) < priced && n > 0 {
				g.values[e][w] = f.values[e][w] * g.events[e][w] / n
			}
		}
	}
}

// along returns n*so/all, rounded up or down by chance. n must be at most all. If so rises by
// some number, the result rises by at most that number.
func along(n, so, all, chance int64) int64 {
	if all == 0 {
		return 0
	}
	return (n*so + chance*all>>16) / all
}

func (f *figures) less(g *figures) figures {
	d := *f
	for i, n := range g.metrics {
		d.metrics[i] -= n
	}
	for i, n := range g.actions.changes {
		d.actions.changes[i] -= n
	}
	d.actions.watched -= g.actions.watched
	for e := range g.actions.events {
		for w, n := range g.actions.events[e] {
			d.actions.events[e][w] -= n
		}
	}
	for e := range g.actions.values {
		for w, n := range g.actions.values[e] {
			d.actions.values[e][w] -= n
		}
	}
	return d
}

// trim makes a cell's counts of people consistent with each other. They need not add up to
// the ad's. In hourly cells they are zero, because Meta does not count people by the hour,
// according to its documentation.
func (f *figures) trim(hourly bool) {
	v := &f.metrics
	v[InlinePostEngagement] = f.actions.postEngagement()
	if hourly {
		for _, m := range people() {
			v[m] = 0
		}
		return
	}
	v[Reach] = max(v[Reach], v[UniqueClicks], min(1, v[Impressions]))
	v[UniqueInlineLinkClicks] = min(v[UniqueInlineLinkClicks], v[UniqueClicks])
	v[FullViewReach] = min(v[FullViewReach], v[Reach])
}
