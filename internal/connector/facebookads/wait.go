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

// scope says what a throttle holds back. Those of a use case are named as Meta
// names them in X-Business-Use-Case-Usage.
type scope string

const (
	scopeApp        scope = "app"            // everything that the app asks
	scopeAccount    scope = "account"        // everything about one ad account
	scopeScore      scope = "score"          // the score of one app and ad account
	scopeInsights   scope = "ads_insights"   // reports of one ad account
	scopeManagement scope = "ads_management" // objects of one ad account
)

// Waits where Meta states none. A score's block lasts 300 s on the Limited tier
// and 60 s on the Full one (META_API.md §5); of the others nothing is known but
// that peers begin with five minutes (PEERS.md §3.1). The quota of old reach is
// per day (META_API.md §1.2).
const (
	usualBlock = 5 * time.Minute
	fullBlock  = time.Minute
	reachBlock = 24 * time.Hour
)

// longestWait bounds a number that makes no sense: budgets are of an hour.
const longestWait = 24 * time.Hour

// waitFor reads from the usage headers when to come back; the errors carry them
// too, and Meta sends no Retry-After: only a proxy does. The account may be "".
func waitFor(h http.Header, r rule, account string) time.Duration {
	switch {
	case r.class == classReachQuota:
		return reachBlock
	case r.status == http.StatusTooManyRequests:
		if d := retryAfter(h.Get("Retry-After")); d > 0 {
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

// statedWait is what Meta states for a scope, or 0. A score has its own header;
// a use case has its own entry, and where it has none, any entry is better than
// a guess.
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

// businessWait is the longest time to regain access in the header, of the
// entries for an account and a use case where these are given.
func businessWait(h http.Header, account, use string) (longest time.Duration) {
	var usage map[string][]struct {
		Type    string
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(h.Get("X-Business-Use-Case-Usage")), &usage) != nil {
		return 0 // no header, or not in the known form: the caller has a default
	}
	for id, entries := range usage {
		for _, e := range entries {
			if (account == "" || id == account) && (use == "" || e.Type == use) {
				longest = max(longest, sensible(e.Minutes, time.Minute))
			}
		}
	}
	return longest
}

// accountReset is when the score of an ad account is whole again.
func accountReset(h http.Header) time.Duration {
	var usage struct {
		Seconds float64 `json:"reset_time_duration"`
	}
	if json.Unmarshal([]byte(h.Get("X-Ad-Account-Usage")), &usage) != nil {
		return 0
	}
	return sensible(usage.Seconds, time.Second)
}

func retryAfter(text string) time.Duration {
	n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err != nil {
		return 0
	}
	return sensible(n, time.Second)
}

func sensible(n float64, unit time.Duration) time.Duration {
	if !(n > 0) {
		return 0
	}
	return time.Duration(math.Min(n*float64(unit), float64(longestWait)))
}

// fullTier says whether the app has Marketing API Full access, which headers
// still call standard_access (META_API.md §1.2).
func fullTier(h http.Header) bool {
	for _, name := range []string{"X-Ad-Account-Usage", "X-Fb-Ads-Insights-Throttle", "X-Business-Use-Case-Usage"} {
		if bytes.Contains([]byte(h.Get(name)), []byte("standard_access")) {
			return true
		}
	}
	return false
}

// reachThrottled says whether Meta marks the quota of old reach in an answer.
// What the header holds is not known (META_API.md §10): that it is there says
// that such questions are counted.
func reachThrottled(h http.Header) bool { return h.Get("X-Fb-Ads-Insights-Reach-Throttle") != "" }
