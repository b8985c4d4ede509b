package advertiser

// lateDays is how long after its end an ad still gets a purchase or a lead now
// and then: the seven days of the click window.
const lateDays = 7

// late fills in a day without impressions on which a conversion came in, as
// Meta's rows with impressions "0" show them.
func (a *ad) late(f *figures, m *moment) bool {
	if a.stop == never || m.day < a.stop || m.day >= a.stop+lateDays || a.start >= a.stop {
		return false
	}
	e := lead
	switch {
	case a.purchase > 0:
		e = purchase
	case a.lead == 0:
		return false
	}
	h := keyed(keyed(a.seed, uint64(m.day)), 3)
	if h&7 != 0 {
		return false
	}
	f.actions.events[e][click7] = 1
	if e == purchase {
		f.actions.values[e][click7] = a.price
	}
	return true
}

// state brings full figures to how they are stated at the moment: counts by how
// much of the day was counted, purchases and leads by how ripe they are.
func (f *figures) state(m *moment, h uint64, steady bool) {
	if m.share != wholeOf {
		f.counted(m.share)
		if steady && f.metrics[Impressions] == 0 {
			f.metrics[Impressions], f.metrics[Reach] = 1, 1
		}
		if f.metrics[Impressions] > 0 {
			f.metrics[Reach] = max(1, f.metrics[Reach])
		}
	}
	f.metrics[InlinePostEngagement] = f.actions.postEngagement()
	if m.ripe != wholeOf {
		f.attributed(m.ripe, int64(mix(h)&(wholeOf-1)))
	}
}

func (f *figures) counted(share int64) {
	for i := range f.metrics {
		f.metrics[i] = shareOf(f.metrics[i], share)
	}
	for i := range f.actions.changes {
		f.actions.changes[i] = shareOf(f.actions.changes[i], share)
	}
	f.actions.watched = shareOf(f.actions.watched, share)
	for _, e := range [...]event{addToCart, checkout, firstCustom, firstCustom + 1, firstCustom + 2, firstCustom + 3} {
		f.share(e, func(n int64) int64 { return shareOf(n, share) })
	}
}

// attributed lets each conversion come in at its own time: one that stands
// alone appears somewhere on the way and not only at the end.
func (f *figures) attributed(ripe, chance int64) {
	for _, e := range [...]event{purchase, lead} {
		f.share(e, func(n int64) int64 { return (n*ripe + chance) >> shareBits })
	}
}

func (f *figures) share(e event, of func(int64) int64) {
	for w, n := range f.actions.events[e] {
		if n == 0 {
			continue
		}
		stated := of(n)
		f.actions.events[e][w] = stated
		if e < priced {
			f.actions.values[e][w] = f.actions.values[e][w] * stated / n
		}
	}
}
