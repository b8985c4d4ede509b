package advertiser

// change is something that people do with an ad and that Meta counts as an action.
type change int

const (
	reaction change = iota
	comment
	photoView
	videoView
	post
	postSave
	linkClick
	engagements // the values above are summed to post_engagement
	pageLike    = engagements
	unreaction  = engagements + 1
	landing     = engagements + 2
	outbound    = engagements + 3 // clicks that leave Meta
	played      = engagements + 4 // this and the values below say how far a video was watched
	watched2    = engagements + 5 // two seconds without a break
	quarter     = engagements + 6
	half        = engagements + 7
	threeFourth = engagements + 8
	nearly      = engagements + 9 // to 95 % of its length
	completed   = engagements + 10
	through     = engagements + 11 // to the end, or 15 seconds
	watched15   = engagements + 12
	watched30   = engagements + 13
	duration    = engagements + 14 // the total time of all views, in seconds
	changes     = engagements + 15
)

// event is a conversion that Meta attributes to an ad.
type event int

const (
	purchase event = iota
	addToCart
	checkout
	lead
	firstCustom
	customConversions = 4 // the number of custom conversions of an account
	events            = firstCustom + customConversions
	priced            = checkout // events before this one have a money value
)

// window is an attribution window. A click window counts only what the shorter click windows
// do not.
type window int

const (
	click1 window = iota
	click7
	click28
	view1
	engagedView1
	windows
)

// figures holds the counts of one object on one day. The figures of a parent are the sums of
// its children's, except for the metrics that count people.
type figures struct {
	metrics [Metrics]int64
	actions actionFigures
}

type actionFigures struct {
	changes [changes]int64
	watched int64 // video views counted without a click
	events  [events][windows]int64
	values  [priced][windows]int64 // in minor units
}

// full fills in the final figures of the ad's day, as they are after the last restatement.
// It returns false if the ad had no impressions.
func (a *ad) full(f *figures, m *moment, steady, wantActions bool) bool {
	h := keyed(a.seed, uint64(m.day))
	imp := (a.volume * m.busy >> 16) * (32768 + bits(h, 0)) >> 16
	if imp < 1 {
		if !steady {
			return false
		}
		imp = 1
	}
	v := &f.metrics
	v[Impressions] = imp
	v[Clicks] = part(imp, a.clicks, bits(h, 1))
	v[InlineLinkClicks] = part(v[Clicks], a.link, bits(h, 2))
	v[Spend] = imp * a.cpm / 1000 * (49152 + bits(h, 3)>>1) >> 16
	a.estimate(v, h)
	a.changes(&f.actions, v, h)
	if wantActions {
		a.events(&f.actions, v, h)
	}
	return true
}

// estimate fills in the metrics that count people, and the full views.
func (a *ad) estimate(v *[Metrics]int64, h uint64) {
	v[Reach] = max(1, part(v[Impressions], 42000+bits(h, 3)>>2, 0))
	v[UniqueClicks] = min(v[Reach], part(v[Clicks], 62000, bits(h, 2)))
	v[UniqueInlineLinkClicks] = min(v[UniqueClicks], part(v[InlineLinkClicks], 62000, bits(h, 1)))
	v[FullViewImpressions] = part(v[Impressions], 26000, bits(h, 1))
	v[FullViewReach] = min(v[Reach], part(v[FullViewImpressions], 54000, bits(h, 2)))
}

func (a *ad) changes(f *actionFigures, v *[Metrics]int64, h uint64) {
	h = keyed(h, 1)
	imp, d := v[Impressions], &f.changes
	d[reaction] = part(imp, a.social, bits(h, 0))
	d[comment] = part(imp, a.social>>4, bits(h, 1))
	d[post] = part(imp, a.social>>5, bits(h, 2))
	d[postSave] = part(imp, a.social>>4, bits(h, 3))
	d[linkClick] = v[InlineLinkClicks]
	d[pageLike] = part(imp, a.social>>4, bits(h>>8, 0))
	d[unreaction] = part(d[reaction], 4000, bits(h>>8, 1))
	d[landing] = part(d[linkClick], a.landing, bits(h>>8, 2))
	d[outbound] = part(d[linkClick], 60000, bits(h>>12, 2))
	if !a.video {
		d[photoView] = part(imp, 40, bits(h>>4, 0))
		return
	}
	d[videoView] = part(imp, 2200, bits(h>>4, 0))
	if a.view {
		f.watched = part(imp, 900, bits(h>>4, 1))
	}
	a.watching(f, imp, h)
}

// watching fills in how far a video was watched. Each step is a part of an earlier one. The
// rates are invented.
func (a *ad) watching(f *actionFigures, imp int64, h uint64) {
	d := &f.changes
	views := d[videoView] + f.watched
	d[played] = views + part(max(0, imp-views), 30000, bits(h>>2, 0))
	d[watched2] = views + part(d[played]-views, 22000, bits(h>>2, 1))
	d[quarter] = part(d[played], 21000, bits(h>>2, 2))
	d[half] = part(d[quarter], 36000, bits(h>>2, 3))
	d[threeFourth] = part(d[half], 43000, bits(h>>6, 0))
	d[nearly] = part(d[threeFourth], 48000, bits(h>>6, 1))
	d[completed] = part(d[nearly], 58000, bits(h>>6, 2))
	d[through] = part(views, 30000, bits(h>>6, 3))
	d[watched15] = part(views, 28000, bits(h>>10, 0))
	d[watched30] = part(d[watched15], 24000, bits(h>>10, 1))
	d[duration] = d[played]*2 + part(d[played], 60000, bits(h>>10, 2))
}

// postEngagement returns post_engagement, which equals inline_post_engagement. It is the sum
// of its parts in every row that was extracted from a real account in June 2026.
func (f *actionFigures) postEngagement() int64 {
	sum := f.watched
	for _, n := range f.changes[:engagements] {
		sum += n
	}
	return sum
}

func (a *ad) events(f *actionFigures, v *[Metrics]int64, h uint64) {
	h = keyed(h, 2)
	link := v[InlineLinkClicks]
	a.attribute(&f.events[purchase], link, a.purchase, h)
	a.attribute(&f.events[addToCart], link, a.cart, h>>3)
	a.attribute(&f.events[checkout], link, a.checkout, h>>5)
	a.attribute(&f.events[lead], link, a.lead, h>>7)
	if a.custom >= 0 && a.objective.custom > 0 {
		a.attribute(&f.events[int(firstCustom)+a.custom], link, a.objective.custom, h>>9)
	}
	for w := range windows {
		f.values[purchase][w] = f.events[purchase][w] * a.price * (48 + int64(h>>20&31)) >> 6
		f.values[addToCart][w] = f.events[addToCart][w] * a.price * (40 + int64(h>>25&31)) >> 6
	}
}

// attribute divides an event's count among the windows.
func (a *ad) attribute(e *[windows]int64, from, rate int64, h uint64) {
	if rate == 0 {
		return
	}
	n := part(from, rate, bits(h, 0))
	e[click1] = part(n, 42000, bits(h, 1))
	e[click7] = n - e[click1]
	e[click28] = part(n, 9000, bits(h, 2))
	if a.view {
		e[view1] = part(from, rate>>3, bits(h, 3)>>2)
	}
	if a.engaged {
		e[engagedView1] = part(from, rate>>4, bits(h, 1))
	}
}
