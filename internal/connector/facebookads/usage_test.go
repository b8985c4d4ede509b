package facebookads_test

import (
	"testing"
	"time"
)

// waited returns how long a read waits after a refusal with a header.
func waited(t *testing.T, refusal answer) time.Duration {
	t.Helper()
	began := time.Now()
	m := &fakeGraph{t: t, answers: map[string][]answer{insights: {refusal, pageOf("", "1")}}}
	m.readWithRestarts("basic_ad", day, &note{}, "ad_id").want(t, "1")
	return time.Since(began).Round(time.Second)
}

// A malformed part of a header costs this part: what else it states is obeyed.
func TestUsage_MalformedHeader(t *testing.T) {
	const business = "X-Business-Use-Case-Usage"
	for said, c := range map[string]struct {
		header string
		want   time.Duration
	}{
		`{"7":[{"type":"ads_insights","call_count":"100","estimated_time_to_regain_access":"7"}]}`:                 {business, 7 * time.Minute},
		`{"7":[null,"x",{"type":"ads_insights","call_count":[],"estimated_time_to_regain_access":7}],"8":{"x":1}}`: {business, 7 * time.Minute},
		`{"7":{"type":"ads_insights","estimated_time_to_regain_access":7}}`:                                        {business, 7 * time.Minute},
		`{"7":[{"type":7,"estimated_time_to_regain_access":7}]}`:                                                   {business, 7 * time.Minute},
		`{"7":[{"type":"ads_insights","estimated_time_to_regain_access":-7}]}`:                                     {business, 5 * time.Minute},
		`{"7":[{"type":"ads_insights","estimated_time_to_regain_access":"soon"}]}`:                                 {business, 5 * time.Minute},
		`{"7":[{"type":"ads_insights","estimated_time_to_regain_access":1e999}]}`:                                  {business, 5 * time.Minute},
		`[{"type":"ads_insights","estimated_time_to_regain_access":7}]`:                                            {business, 7 * time.Minute},
		`nonsense`: {business, 5 * time.Minute},
		`{"acc_id_util_pct":"100","reset_time_duration":"30"}`:     {"X-Ad-Account-Usage", 30 * time.Second},
		`{"acc_id_util_pct":null,"reset_time_duration":"30 s"}`:    {"X-Ad-Account-Usage", 5 * time.Minute},
		`{"acc_id_util_pct":["x"],"reset_time_duration":30.4}`:     {"X-Ad-Account-Usage", 30 * time.Second},
		`{"call_count":"99 %","total_time":{},"total_cputime":-1}`: {"X-App-Usage", 5 * time.Minute},
	} {
		t.Run(said, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				no := refuses(400, 80000, 0, "too many calls")
				if c.header == "X-Ad-Account-Usage" {
					no = refuses(400, 17, 0, "too many calls")
				}
				no.header = map[string]string{c.header: said}
				if got := waited(t, no); got != c.want {
					t.Errorf("waited %s, want %s", got, c.want)
				}
			})
		})
	}
}

// The share in use may be a text.
func TestUsage_ShareAsText(t *testing.T) {
	for name, said := range map[string]string{
		"X-App-Usage": `{"call_count":"99","total_time":"x"}`, "X-Ad-Account-Usage": `{"acc_id_util_pct":"99.5"}`,
		"X-Fb-Ads-Insights-Throttle": `{"app_id_util_pct":"98","acc_id_util_pct":null}`, "X-Business-Use-Case-Usage": `{"7":[{"type":"ads_insights","total_time":"98"}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				began, full := time.Now(), pageOf("A", "1")
				full.header = map[string]string{name: said}
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {full, pageOf("", "2")}}}
				m.readWithRestarts("basic_ad", day, &note{}, "ad_id").want(t, "1 2")
				if time.Since(began) < time.Minute {
					t.Errorf("waited %s", time.Since(began))
				}
			})
		})
	}
}

// Retry-After may be a date (RFC 9110), by the clock of the answer.
func TestRetryAfter_Forms(t *testing.T) {
	for said, want := range map[string]time.Duration{
		"30": 30 * time.Second, "30.5": 31 * time.Second, "Sat, 01 Jan 2000 00:00:40 GMT": 40 * time.Second,
		"Fri, 31 Dec 1999 00:00:40 GMT": 5 * time.Minute, "-3": 5 * time.Minute, "soon": 5 * time.Minute, "": 5 * time.Minute,
	} {
		t.Run(said, func(t *testing.T) {
			inBubble(t, func(t *testing.T) { // synctest starts on 1 January 2000
				if got := waited(t, answer{status: 429, body: "<html>", header: map[string]string{"Retry-After": said}}); got != want {
					t.Errorf("waited %s, want %s", got, want)
				}
			})
		})
	}
}
