package advertiser

// lateDays is the number of days after an ad's end on which it may still get a purchase or a
// lead: the seven days of the click window.
const lateDays = 7

// late fills in one conversion on some days after the ad's end. Meta has such rows too, with
// impressions "0". It returns false if the day has no late conversion.
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

// state reduces final figures to the part that is known at the moment: counts by m.share,
// purchases and leads by m.ripe.
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

// attributed scales purchases and leads by ripe. The random chance gives each conversion its
// own time, so that a single conversion does not always appear at the very end.
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
