package graphsim

import (
	"maps"
	"sync"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// What is limited (docs/meta-api.md#rate-limits): all calls of the app, its insights, an
// account's score, and an account's use cases.
const (
	useApp      = "app"
	useInsights = "insights"
	useScore    = "score"
	useReports  = "ads_insights"
	useObjects  = "ads_management"
	useAudience = "custom_audience"
)

var uses = []string{useApp, useInsights, useScore, useReports, useObjects, useAudience}

// tier is how many calls an app is allowed.
type tier struct {
	header     string // the name in headers
	points     int    // the limit of an account's score, which decays over scoreLife
	scoreBlock time.Duration
	calls      map[string]int // per hour, by use case, plus some for each active ad
}

const scoreLife = 300 * time.Second

var tiers = map[string]tier{
	"limited": {header: "development_access", points: 60, scoreBlock: 300 * time.Second,
		calls: map[string]int{useReports: 600, useObjects: 300, useAudience: 5_000}},
	"full": {header: "standard_access", points: 9_000, scoreBlock: 60 * time.Second,
		calls: map[string]int{useReports: 190_000, useObjects: 100_000, useAudience: 190_000}},
}

// callsPerAd is how many more calls each active ad allows.
var callsPerAd = map[string]int{useReports: 400, useObjects: 40}

// appCalls is the number of calls per hour and user of an app; here it has one user. It is
// shown and not enforced, because an app's other users are unknown.
const appCalls = 200

// bucket is one limit. Without an account, it is the app's or stands for every account.
type bucket struct{ use, account string }

// block rejects the calls of a bucket for a while.
type block struct {
	until, length time.Duration
	prolongs      bool
	why           *refusal
}

// quota keeps the limits.
type quota struct {
	clock *clock

	mu      sync.Mutex
	tier    tier
	windows map[bucket]*window
	blocks  map[bucket]*block
	floors  map[bucket]floor
	ads     map[string]activeAds
	refused map[string]int // rejected calls by account
}

// floor is a minimum usage to show, whatever the real usage is.
type floor struct {
	percent float64
	until   time.Duration // 0: no end
}

type activeAds struct {
	n  int
	at time.Duration
}

func newQuota(c *clock, name string) *quota {
	q := &quota{clock: c}
	q.forgive(name)
	return q
}

// forgive resets all usage and blocks.
func (q *quota) forgive(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	t, isTier := tiers[name]
	if !isTier {
		t = tiers["full"]
	}
	q.tier, q.windows, q.blocks = t, map[bucket]*window{}, map[bucket]*block{}
	q.floors, q.ads, q.refused = map[bucket]floor{}, map[string]activeAds{}, map[string]int{}
}

func (q *quota) setTier(name string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.tier = tiers[name]
}

func (q *quota) block(b bucket, d time.Duration, prolongs bool, why *refusal) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.blocks[b] = &block{until: q.clock.passed() + d, length: d, prolongs: prolongs, why: why}
}

func (q *quota) pretend(b bucket, percent float64, d time.Duration) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f := floor{percent: percent}
	if d > 0 {
		f.until = q.clock.passed() + d
	}
	q.floors[b] = f
}

// blockedCalls returns the number of rejected calls by account; "" for the app's own.
func (q *quota) blockedCalls() map[string]int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return maps.Clone(q.refused)
}

// take counts a call. If a bucket that it needs is blocked or used up, it returns the error.
func (q *quota) take(e *event) *refusal {
	ads := 0
	if e.node.account != nil {
		ads = q.activeAds(e.node.account)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range bucketsOf(e) {
		if why := q.closed(b, e.passed, ads); why != nil {
			q.refused[b.name(e)]++
			return why
		}
	}
	for _, b := range bucketsOf(e) {
		q.charge(b, e)
	}
	return nil
}

// closed returns the error of a blocked or used up bucket, or nil.
func (q *quota) closed(b bucket, now time.Duration, ads int) *refusal {
	if held := q.held(b, now); held != nil {
		if held.prolongs {
			held.until = now + held.length
		}
		return held.why
	}
	if b.use == useReports || b.use == useObjects || b.use == useAudience {
		if q.window(b).sum(now) >= q.budget(b, ads) {
			return whyClosed(b.use)
		}
	}
	return nil
}

// held returns the block that applies to a bucket.
func (q *quota) held(b bucket, now time.Duration) *block {
	for _, b := range []bucket{b, {use: b.use}} {
		if held := q.blocks[b]; held != nil && now < held.until {
			return held
		}
	}
	return nil
}

// charge counts a call against a bucket. A full score blocks the next calls.
func (q *quota) charge(b bucket, e *event) {
	n := 1
	if b.use == useScore && e.call.method == "POST" && !isInsights(e.call) {
		n = 3 // writes cost more
	}
	if b.use == useApp && e.node.account != nil {
		return // ads calls do not count here
	}
	w := q.window(b)
	w.add(e.passed, n)
	if b.use == useScore && w.sum(e.passed) >= q.tier.points {
		q.blocks[b] = &block{until: e.passed + q.tier.scoreBlock, length: q.tier.scoreBlock, why: whyClosed(useScore)}
		q.windows[b] = newWindow(scoreLife)
	}
}

func (q *quota) window(b bucket) *window {
	w := q.windows[b]
	if w == nil {
		w = newWindow(time.Hour)
		if b.use == useScore {
			w = newWindow(scoreLife)
		}
		q.windows[b] = w
	}
	return w
}

func (q *quota) budget(b bucket, ads int) int {
	switch b.use {
	case useScore:
		return q.tier.points
	case useApp, useInsights:
		return appCalls
	}
	return q.tier.calls[b.use] + callsPerAd[b.use]*ads
}

// activeAds is counted once an hour: often enough for a limit, and the list is long.
func (q *quota) activeAds(a *account) int {
	now := q.clock.passed()
	q.mu.Lock()
	known, isKnown := q.ads[a.id]
	q.mu.Unlock()
	if isKnown && now-known.at < time.Hour {
		return known.n
	}
	n := 0
	for _, o := range a.list(advertiser.Ad, q.clock.Now()).objects {
		if o.Fields["effective_status"] == "ACTIVE" {
			n++
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.ads[a.id] = activeAds{n, now}
	return n
}

// bucketsOf returns the buckets of a call.
func bucketsOf(e *event) []bucket {
	list := []bucket{{use: useApp}}
	if e.node.account == nil {
		return list
	}
	id := e.node.account.id
	use := useObjects
	switch {
	case e.node.job != nil:
		use = useReports
	case isInsights(e.call):
		use = useReports
		list = append(list, bucket{use: useInsights})
	case len(e.call.path) > 1 && e.call.path[1] == "customaudiences":
		use = useAudience
	}
	return append(list, bucket{useScore, id}, bucket{use, id})
}

// name returns the account under which a rejected call is counted.
func (b bucket) name(e *event) string {
	if e.node.account == nil {
		return "app"
	}
	return "act_" + e.node.account.id
}

// whyClosed returns the error of a limit that is used up.
func whyClosed(use string) *refusal {
	switch use {
	case useApp:
		return must(4, 0)
	case useInsights:
		return must(4, 1504022)
	case useScore:
		return must(17, 2446079)
	case useReports:
		return must(80000, 2446079)
	case useAudience:
		return must(80003, 2446079)
	}
	return must(80004, 2446079)
}
