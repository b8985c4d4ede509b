package advertiser

import (
	"math"
	"strconv"
	"time"
)

const never = Date(math.MaxInt32)

// life says when an object delivers and how it ends.
type life struct {
	start Date          // the first day of delivery
	stop  Date          // the first day on which it or a parent no longer delivers
	fate  string        // its status from the day end on; "" if it does not end
	end   Date          // the day on which its status becomes fate
	after time.Duration // the time of day of its changes, after the day's start
	// An ad delivers on the first on days of every period days. If period is 0, it always
	// delivers.
	period, on Date
}

// delivers reports whether the object delivers on a day.
func (l *life) delivers(day Date) bool {
	return day >= l.start && day < l.stop && !l.rests(day)
}

func (l *life) rests(day Date) bool {
	return l.period > 0 && day >= l.start && (day-l.start)%l.period >= l.on
}

// node holds the properties that all objects have in common.
type node struct {
	id, name string
	seed     uint64
	created  time.Time
	life
	// The changes of the name and the budget; nil if there are none. See keepHistory.
	names, budgets []epoch
}

type campaign struct {
	node
	objective *objective
	// The campaign's ad sets are sets[firstSet:lastSet].
	firstSet, lastSet int
	attribution       string
	custom            int // index of its custom conversion, -1 if it has none
	spendPerDay       int64
}

type adSet struct {
	node
	campaign          int
	firstAd, lastAd   int // the ad set's ads are ads[firstAd:lastAd]
	attribution       attribution
	spendPerDay       int64
	budgetAtCampaign  bool
	countries, gender int
}

type ad struct {
	node
	adSet, campaign, creative int
	delivery
}

// build generates the account's objects. The children of one parent are adjacent in their
// slice, so that a walk over the ads visits each parent once.
func (s *synthetic) build() {
	s.campaigns = make([]campaign, s.size.Campaigns)
	s.sets = make([]adSet, s.size.AdSets)
	s.ads = make([]ad, s.size.Ads)
	for i := range s.campaigns {
		s.buildCampaign(i)
	}
	for i := range s.sets {
		s.buildAdSet(i, i*len(s.campaigns)/len(s.sets))
	}
	for i := range s.ads {
		s.buildAd(i, i*len(s.sets)/len(s.ads))
	}
	s.buildCreatives()
	s.buildMedia()
	s.attribution = s.mixedAttribution(0, len(s.sets))
	for i := range s.campaigns {
		c := &s.campaigns[i]
		c.attribution = s.mixedAttribution(c.firstSet, c.lastSet)
	}
}

func (s *synthetic) buildCampaign(i int) {
	seed := keyed(s.seed, uint64(1)<<40|uint64(i))
	c := &s.campaigns[i]
	c.objective = &s.objectives[i%len(s.objectives)]
	c.node = node{id: s.idOf(campaignIDs, i), name: campaignName(i, seed, c.objective.name), seed: seed}
	c.custom = i % (customConversions + 1)
	if c.custom == customConversions {
		c.custom = -1
	}
	c.life = s.lifeUnder(life{start: s.first, stop: never}, i, seed, campaignFates())
	c.created = firstMoment(c.start, s.zone).Add(-24 * time.Hour).Add(-seconds(seed, 24*3600))
	s.keepHistory(&c.node, i, c.budgetOf(i) == dailyBudget)
}

func (s *synthetic) buildAdSet(i, parent int) {
	seed := keyed(s.seed, uint64(2)<<40|uint64(i))
	set, c := &s.sets[i], &s.campaigns[parent]
	if c.lastSet == 0 {
		c.firstSet = i
	}
	c.lastSet = i + 1
	*set = adSet{campaign: parent, attribution: attributions()[below(seed>>8, 4)%3]}
	set.budgetAtCampaign = parent%2 == 0
	set.countries, set.gender = 1+below(seed>>20, 4), below(seed>>30, 4)
	set.node = node{id: s.idOf(adSetIDs, i), name: adSetName(i, seed), seed: seed}
	set.life = s.lifeUnder(c.life, i-c.firstSet+parent, seed, adSetFates())
	set.created = firstMoment(set.start, s.zone).Add(-12 * time.Hour).Add(-seconds(seed, 12*3600))
	s.keepHistory(&set.node, i, set.budgetOf(i) == dailyBudget)
}

func (s *synthetic) buildAd(i, parent int) {
	seed := keyed(s.seed, uint64(3)<<40|uint64(i))
	a, set := &s.ads[i], &s.sets[parent]
	if set.lastAd == 0 {
		set.firstAd = i
	}
	set.lastAd = i + 1
	*a = ad{adSet: parent, campaign: set.campaign, creative: s.creativeOf(i)}
	a.node = node{id: s.idOf(adIDs, i), name: adName(i, seed), seed: seed}
	a.life = s.lifeUnder(set.life, i, seed, adFates())
	if !s.size.Steady && bits(seed, 2)&3 == 0 {
		a.period = 21 + Date(below(seed>>13, 60))
		a.on = a.period * 3 / 4
	}
	a.created = firstMoment(a.start, s.zone).Add(-seconds(seed, 12*3600))
	s.keepHistory(&a.node, i, false)
	a.delivery = s.deliveryOf(a, set)
	set.spendPerDay += a.usualSpend()
	s.campaigns[a.campaign].spendPerDay += a.usualSpend()
}

// lifeUnder returns the life of the i-th object, whose parent has the given life.
func (s *synthetic) lifeUnder(parent life, i int, seed uint64, f fates) life {
	l := life{start: parent.start, stop: parent.stop, end: never, after: seconds(seed>>7, 6*3600)}
	if s.size.Steady {
		return l
	}
	if i > 0 { // the first object starts with its parent, so that the oldest day has data
		// More objects start early than late. Otherwise the first days would have few rows.
		u := float64(bits(seed, 1)) / 65536
		l.start += Date(u * u * u * float64(min(parent.stop, s.today)-parent.start))
		l.fate = f.dealt(i, s.seed)
	}
	switch {
	case l.fate != "":
		l.end = l.start + 1 + Date(below(seed>>27, int(s.today-1-l.start)))
	case i > 0 && seed>>5&3 == 0: // paused within 60 days after the simulator starts
		l.fate, l.end = "PAUSED", s.today+1+Date(below(seed>>27, 60))
	}
	if f.stops(l.fate) {
		l.stop = min(l.stop, l.end)
	}
	return l
}

func seconds(h uint64, n int) time.Duration { return time.Duration(below(h, n)) * time.Second }

// idOf returns an ID with as many digits as Meta's: 18 for campaigns, ad sets and ads, 17 for
// creatives, 16 for custom conversions, as in a real account. The last four digits are the
// account's index, so that no two accounts share an ID.
func (s *synthetic) idOf(kind idKind, i int) string {
	n := uint64(below(keyed(s.seed, 7), 90_000_000)) + uint64(i)*30
	switch kind {
	case creativeIDs:
		return strconv.FormatUint(23_840_000_000_000_000+n*10_000+uint64(s.index), 10)
	case customConversionIDs:
		return strconv.FormatUint(2_400_000_000_000_000+n*10_000+uint64(s.index), 10)
	}
	n += uint64(kind)*10 + keyed(s.seed, uint64(i))%10
	return strconv.FormatUint(120_200_000_000_000_000+n*10_000+uint64(s.index), 10)
}

type idKind int

const (
	campaignIDs idKind = iota
	adSetIDs
	adIDs
	creativeIDs
	customConversionIDs
)
