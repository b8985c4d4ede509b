package facebookads

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"adtally/internal/fetch"
)

// budget identifies the rate limit that a call counts against: an ad account ("" =
// none) and a use case by Meta's name.
type budget struct {
	account  string
	use      scope
	oldReach bool // counts against the account's daily quota for old reach
}

func insightsOf(account string) budget { return budget{account: account, use: scopeInsights} }
func objectsOf(account string) budget  { return budget{account: account, use: scopeManagement} }

// oldReach names the bucket for an account's requests for old reach with breakdowns
// (docs/meta-api.md#rate-limits). Other requests do not wait for it.
func oldReach(account string) string { return "act_" + account + " old_reach" }

// buckets returns the names of the rate limits: the app's, the account's, and the use
// case's. A throttle of one leaves the others open.
func (b budget) buckets() []string {
	if b.account == "" {
		return []string{string(scopeApp)}
	}
	all := []string{string(scopeApp), b.bucket(scopeAccount)}
	if b.oldReach {
		all = append(all, oldReach(b.account))
	}
	return append(all, b.bucket(b.use))
}

// bucket names the rate limit of a scope. A scope that is neither the app nor a use
// case means the account.
func (b budget) bucket(s scope) string {
	switch {
	case b.account == "" || s == scopeApp:
		return string(scopeApp)
	case s == scopeInsights || s == scopeManagement:
		return "act_" + b.account + " " + string(s)
	}
	return "act_" + b.account
}

func budgetOf(buckets []string) budget {
	account, use, _ := strings.Cut(buckets[len(buckets)-1], " ")
	if account == string(scopeApp) {
		return budget{}
	}
	id := strings.TrimPrefix(account, "act_")
	return budget{account: id, use: scope(use), oldReach: slices.Contains(buckets, oldReach(id))}
}

// readUsage reads the four usage headers of an answer and the throttle in an error
// (docs/meta-api.md#rate-limits). The percentages can be too low: they slow requests
// down, but an error can still stop them.
func readUsage(r fetch.Request, a fetch.Answer, judged error) (loads []fetch.Load) {
	b := budgetOf(r.Buckets)
	loads = append(loads, appUsage(a.Header)...)
	loads = append(loads, insightsUsage(a.Header, b)...)
	if b.account != "" {
		loads = append(loads, accountUsage(a.Header, b)...)
		loads = append(loads, businessUsage(a.Header, b)...)
	}
	if f := refusalOf(judged); f != nil && f.class == classThrottle {
		loads = append(loads, fetch.Load{Bucket: b.bucket(f.scope), Used: 1, For: f.wait})
	}
	if f := refusalOf(judged); f != nil && f.class == classReachQuota && b.oldReach {
		loads = append(loads, fetch.Load{Bucket: oldReach(b.account), Used: 1, For: f.wait})
	}
	return loads
}

// read parses a header. A header that is missing or has an unknown form is ignored.
func read(h http.Header, name string, into any) bool {
	text := h.Get(name)
	return text != "" && json.Unmarshal([]byte(text), into) == nil
}

func appUsage(h http.Header) []fetch.Load {
	var u struct {
		Calls float64 `json:"call_count"`
		Time  float64 `json:"total_time"`
		CPU   float64 `json:"total_cputime"`
	}
	if !read(h, "X-App-Usage", &u) {
		return nil
	}
	return []fetch.Load{{Bucket: string(scopeApp), Used: max(u.Calls, u.Time, u.CPU) / 100}}
}

func insightsUsage(h http.Header, b budget) (loads []fetch.Load) {
	var u struct {
		App     float64 `json:"app_id_util_pct"`
		Account float64 `json:"acc_id_util_pct"`
	}
	if !read(h, "X-Fb-Ads-Insights-Throttle", &u) {
		return nil
	}
	loads = append(loads, fetch.Load{Bucket: string(scopeApp), Used: u.App / 100})
	if b.account != "" {
		loads = append(loads, fetch.Load{Bucket: b.bucket(scopeInsights), Used: u.Account / 100})
	}
	return loads
}

func accountUsage(h http.Header, b budget) []fetch.Load {
	var u struct {
		Used  float64 `json:"acc_id_util_pct"`
		Reset float64 `json:"reset_time_duration"` // seconds until the score is reset
	}
	if !read(h, "X-Ad-Account-Usage", &u) {
		return nil
	}
	l := fetch.Load{Bucket: b.bucket(scopeAccount), Used: u.Used / 100, Recovers: sensible(u.Reset, time.Second)}
	if u.Used >= 100 {
		l.For = l.Recovers
	}
	return []fetch.Load{l}
}

// businessUsage is keyed by ad account, or by the business that owns it.
func businessUsage(h http.Header, b budget) (loads []fetch.Load) {
	var usage map[string][]struct {
		Type    scope
		Calls   float64 `json:"call_count"`
		Time    float64 `json:"total_time"`
		CPU     float64 `json:"total_cputime"`
		Minutes float64 `json:"estimated_time_to_regain_access"`
	}
	if !read(h, "X-Business-Use-Case-Usage", &usage) {
		return nil
	}
	for _, uses := range usage {
		for _, u := range uses {
			if u.Type != scopeInsights && u.Type != scopeManagement {
				continue
			}
			loads = append(loads, fetch.Load{Bucket: b.bucket(u.Type), Used: max(u.Calls, u.Time, u.CPU) / 100, For: sensible(u.Minutes, time.Minute)})
		}
	}
	return loads
}
