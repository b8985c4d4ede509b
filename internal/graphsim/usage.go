package graphsim

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// level is how much of a bucket is used, and when it is open again.
type level struct {
	percent float64
	wait    time.Duration
}

// level returns the usage of a bucket, or what a fault pretends.
func (q *quota) level(b bucket, now time.Duration, ads int) (l level) {
	w, budget := q.window(b), q.budget(b, ads)
	if b.use != useInsights { // Meta's limit for an app's insights is not known
		l.percent = float64(w.sum(now)) / float64(budget) * 100
	}
	if b.use == useReports || b.use == useObjects || b.use == useAudience {
		l.wait = w.below(now, budget)
	}
	for _, b := range []bucket{b, {use: b.use}} {
		if f, isThere := q.floors[b]; isThere && (f.until == 0 || now < f.until) {
			l.percent = max(l.percent, f.percent)
		}
	}
	if held := q.held(b, now); held != nil {
		l.percent, l.wait = max(l.percent, 100), held.until-now
	}
	return l
}

// dress adds the headers about limits, also to errors. They are the only hint when to try again.
func (q *quota) dress(h http.Header, e *event) {
	ads := 0
	if e.node.account != nil {
		ads = q.activeAds(e.node.account)
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range bucketsOf(e) {
		l := q.level(b, e.passed, ads)
		switch b.use {
		case useApp:
			dressApp(h, l, e.node.account == nil)
		case useScore:
			q.dressScore(h, l)
		case useInsights:
			account := q.level(bucket{useReports, e.node.account.id}, e.passed, ads)
			h.Set("x-fb-ads-insights-throttle", fmt.Sprintf(`{"app_id_util_pct":%s,"acc_id_util_pct":%s,"ads_api_access_tier":"%s"}`,
				hundredths(max(l.percent, usualShare)), hundredths(account.percent), q.tier.header))
		default:
			used := int(math.Ceil(l.percent))
			h.Set("X-Business-Use-Case-Usage", fmt.Sprintf(`{"%s":[{"type":"%s","call_count":%d,"total_cputime":%d,"total_time":%d,"estimated_time_to_regain_access":%d,"ads_api_access_tier":"%s"}]}`,
				b.account, b.use, used, used, used, int(math.Ceil(l.wait.Minutes())), q.tier.header))
		}
	}
}

// usualShare is the usage recorded for an app with few calls
// (keboola-graph/headers_post_insights_async_autoupgraded).
const usualShare = 0.04

// dressApp adds the header about the app's limit. Recorded answers about ads lack it, so
// it is only added there if something is wrong.
func dressApp(h http.Header, l level, isOwn bool) {
	if isOwn || l.percent >= appNoticed {
		used := int(math.Ceil(l.percent))
		h.Set("X-App-Usage", fmt.Sprintf(`{"call_count":%d,"total_time":%d,"total_cputime":%d}`, used, used, used))
	}
}

// appNoticed is the usage from which the header is on calls that do not count for the app.
const appNoticed = 25

// dressScore adds the header about an account's score. Recorded answers of a rarely used
// account lack it, so it is added from one percent.
func (q *quota) dressScore(h http.Header, l level) {
	if l.percent < 1 {
		return
	}
	reset := scoreLife
	if l.wait > 0 {
		reset = l.wait
	}
	h.Set("X-Ad-Account-Usage", fmt.Sprintf(`{"acc_id_util_pct":%s,"reset_time_duration":%d,"ads_api_access_tier":"%s"}`,
		hundredths(l.percent), int(math.Ceil(reset.Seconds())), q.tier.header))
}

func hundredths(x float64) string {
	return strconv.FormatFloat(math.Round(x*100)/100, 'f', -1, 64)
}
