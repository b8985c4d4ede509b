package facebookads

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// scope tells what a throttle blocks. Use cases have Meta's names from
// X-Business-Use-Case-Usage.
type scope string

const (
	scopeApp        scope = "app"            // all requests of the app
	scopeAccount    scope = "account"        // all requests about one ad account
	scopeScore      scope = "score"          // the score of one app and ad account
	scopeInsights   scope = "ads_insights"   // reports of one ad account
	scopeManagement scope = "ads_management" // objects of one ad account
)

// Default waits when Meta states none. A score blocks for 300 s on the Limited tier
// and 60 s on the Full tier; the quota for old reach is per day
// (docs/meta-api.md#rate-limits). Meta documents no others; five minutes is what other
// clients start with.
const (
	usualBlock = 5 * time.Minute
	fullBlock  = time.Minute
	reachBlock = 24 * time.Hour
)

// maxStatedWait limits a stated wait that makes no sense: Meta's budgets are hourly.
const maxStatedWait = 24 * time.Hour

// waitFor reads from the usage headers how long to wait. Errors carry them too; Meta
// sends no Retry-After, but proxies do. at is the time of the answer; account may be "".
func waitFor(h http.Header, at time.Time, r rule, account string) time.Duration {
	switch {
	case r.class == classReachQuota:
		return reachBlock
	case r.status == http.StatusTooManyRequests:
		if d := retryAfter(h.Get("Retry-After"), at); d > 0 {
			return d
		}
	}
	if d := statedWait(h, r.scope, account); d > 0 {
		return d
	}
	if r.scope == scopeScore && fullTier(h) {
		return fullBlock
	}
	return usualBlock
}

// statedWait returns the wait that Meta states for a scope, or 0. A score has its own
// header. A use case has its own entry; if that is missing, any entry is better than a
// guess.
func statedWait(h http.Header, s scope, account string) time.Duration {
	reset := accountReset(h)
	switch s {
	case scopeScore, scopeAccount:
		if reset > 0 {
			return reset
		}
	case scopeApp:
		return businessWait(h, "", "")
	}
	for _, of := range []struct{ account, use string }{{account, string(s)}, {"", string(s)}, {account, ""}, {"", ""}} {
		if d := businessWait(h, of.account, of.use); d > 0 {
			return d
		}
	}
	return reset
}

// businessWait returns the longest time to regain access in the header, among the
// entries for an account and a use case if these are given.
func businessWait(h http.Header, account, use string) (longest time.Duration) {
	for id, entries := range useCases(h) {
		for _, e := range entries {
			if (account == "" || id == account) && (use == "" || string(e.Type) == use) {
				longest = max(longest, sensible(e.Minutes, time.Minute))
			}
		}
	}
	return longest
}

// accountReset returns when the score of an ad account is reset.
func accountReset(h http.Header) time.Duration {
	var usage struct {
		Seconds looseFloat `json:"reset_time_duration"`
	}
	if json.Unmarshal([]byte(h.Get("X-Ad-Account-Usage")), &usage) != nil {
		return 0
	}
	return sensible(usage.Seconds, time.Second)
}

// retryAfter reads a number of seconds, or a date by the clock of the answer (RFC 9110).
func retryAfter(text string, at time.Time) time.Duration {
	if until, err := http.ParseTime(text); err == nil {
		return sensible(looseFloat(until.Sub(at)), time.Nanosecond)
	}
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0
	}
	return sensible(looseFloat(n), time.Second)
}

func sensible(n looseFloat, unit time.Duration) time.Duration {
	if !(n > 0) {
		return 0
	}
	return time.Duration(math.Min(float64(n)*float64(unit), float64(maxStatedWait)))
}

// fullTier reports whether the app has Full access to the Marketing API, which headers
// still call standard_access (docs/meta-api.md#rate-limits).
func fullTier(h http.Header) bool {
	for _, name := range []string{"X-Ad-Account-Usage", "X-Fb-Ads-Insights-Throttle", "X-Business-Use-Case-Usage"} {
		if bytes.Contains([]byte(h.Get(name)), []byte("standard_access")) {
			return true
		}
	}
	return false
}

// reachThrottled reports whether an answer mentions the quota for old reach. Meta does
// not document the header's contents; its presence means that such requests are
// counted.
func reachThrottled(h http.Header) bool { return h.Get("X-Fb-Ads-Insights-Reach-Throttle") != "" }
