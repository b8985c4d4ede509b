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
		Calls looseFloat `json:"call_count"`
		Time  looseFloat `json:"total_time"`
		CPU   looseFloat `json:"total_cputime"`
	}
	if !read(h, "X-App-Usage", &u) {
		return nil
	}
	return []fetch.Load{{Bucket: string(scopeApp), Used: usedShare(u.Calls, u.Time, u.CPU)}}
}

// usedShare returns the largest of some percentages, 1 = 100 %.
func usedShare(percentages ...looseFloat) float64 {
	return float64(max(0, slices.Max(percentages))) / 100
}

func insightsUsage(h http.Header, b budget) (loads []fetch.Load) {
	var u struct {
		App     looseFloat `json:"app_id_util_pct"`
		Account looseFloat `json:"acc_id_util_pct"`
	}
	if !read(h, "X-Fb-Ads-Insights-Throttle", &u) {
		return nil
	}
	loads = append(loads, fetch.Load{Bucket: string(scopeApp), Used: usedShare(u.App)})
	if b.account != "" {
		loads = append(loads, fetch.Load{Bucket: b.bucket(scopeInsights), Used: usedShare(u.Account)})
	}
	return loads
}

func accountUsage(h http.Header, b budget) []fetch.Load {
	var u struct {
		Used  looseFloat `json:"acc_id_util_pct"`
		Reset looseFloat `json:"reset_time_duration"` // seconds until the score is reset
	}
	if !read(h, "X-Ad-Account-Usage", &u) {
		return nil
	}
	l := fetch.Load{Bucket: b.bucket(scopeAccount), Used: usedShare(u.Used), Recovers: sensible(u.Reset, time.Second)}
	if u.Used >= 100 {
		l.For = l.Recovers
	}
	return []fetch.Load{l}
}

func businessUsage(h http.Header, b budget) (loads []fetch.Load) {
	for _, uses := range useCases(h) {
		for _, u := range uses {
			if use := scope(u.Type); use == scopeInsights || use == scopeManagement {
				loads = append(loads, fetch.Load{Bucket: b.bucket(use), Used: usedShare(u.Calls, u.Time, u.CPU), For: sensible(u.Minutes, time.Minute)})
			}
		}
	}
	return loads
}

// useCase is how much of the rate limit of a use case is spent.
type useCase struct {
	Type    looseText
	Calls   looseFloat `json:"call_count"`
	Time    looseFloat `json:"total_time"`
	CPU     looseFloat `json:"total_cputime"`
	Minutes looseFloat `json:"estimated_time_to_regain_access"`
}

// useCases reads X-Business-Use-Case-Usage, which is keyed by ad account, or by the
// business that owns it. A part in another form costs that part only.
func useCases(h http.Header) map[string][]useCase {
	all := map[string]json.RawMessage{}
	if text := h.Get("X-Business-Use-Case-Usage"); json.Unmarshal([]byte(text), &all) != nil {
		all[""] = []byte(text) // a list without keys, or nothing that can be read
	}
	found := map[string][]useCase{}
	for id, raw := range all {
		var list []json.RawMessage
		if json.Unmarshal(raw, &list) != nil {
			list = []json.RawMessage{raw}
		}
		for _, one := range list {
			var u useCase
			if json.Unmarshal(one, &u) == nil {
				found[id] = append(found[id], u)
			}
		}
	}
	return found
}
