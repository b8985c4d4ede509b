package graphsim_test

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

// examples returns the lines of faults.md.
func examples(t testing.TB) (lines []string) {
	t.Helper()
	text, err := os.ReadFile("faults.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range regexp.MustCompile("(?s)```faults\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		lines = append(lines, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	return lines
}

func parsed(t testing.TB, script string) []graphsim.Fault {
	t.Helper()
	list, err := graphsim.ParseScript(script)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// within is a simulator without a socket and with a running clock.
type within struct {
	*graphsim.Server
	t *testing.T
}

// shop returns an account of two campaigns with days, countries and creatives.
func shop() hand {
	h := hand{id: "1", objects: map[advertiser.Kind][]advertiser.Object{
		advertiser.Campaign: {object("1", "name", "C"), object("9", "name", "D")},
		advertiser.AdSet:    {object("2", "campaign_id", "1", "effective_status", "ACTIVE")},
		advertiser.Ad: {
			object("3", "adset_id", "2", "campaign_id", "1", "name", "A", "effective_status", "ACTIVE"),
			object("4", "adset_id", "2", "campaign_id", "1", "name", "B", "effective_status", "ARCHIVED"),
			object("5", "adset_id", "2", "campaign_id", "1", "name", "E", "effective_status", "DELETED"),
			object("6", "adset_id", "2", "campaign_id", "1", "name", "F", "effective_status", "ACTIVE")},
		advertiser.Creative: {object("41", "name", "K"), object("42", "name", "L")},
	}}
	for _, day := range []string{"2026-05-31", "2026-06-01"} {
		for i, ad := range []string{"3", "4", "5", "6"} {
			r := row(day, ad, int64(100+i), 3, 2_500_000)
			r.Text = map[string]string{"country": "NL"}
			r.Actions = []advertiser.Action{{Type: "omni_purchase", Value: "2"}, {Type: "link_click", Value: "3"}}
			r.ActionValues = []advertiser.Action{{Type: "omni_purchase", Value: "20"}}
			h.rows = append(h.rows, r)
		}
	}
	return h
}

func newWithin(t *testing.T, o graphsim.Options) *within {
	o.Token = token
	if o.Start.IsZero() && o.Now.IsZero() {
		o.Start = noon
	}
	s := graphsim.New(o)
	other := shop()
	other.id = "2"
	s.Add(shop())
	s.Add(other)
	t.Cleanup(s.Close)
	return &within{s, t}
}

func (s *within) client() *http.Client { return &http.Client{Transport: s.Transport()} }

// try sends a request and returns what a client can see.
func (s *within) try(method, path string, pairs ...string) (reply, error) {
	s.t.Helper()
	address, body := "https://graph.example/v25.0/"+path, params(pairs...).Encode()
	if strings.HasPrefix(path, "/") {
		address = "https://graph.example" + path
	}
	if method == http.MethodGet && !strings.Contains(path, "?") {
		address, body = address+"?"+body, ""
	}
	r, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := s.client().Do(r)
	if err != nil {
		return reply{}, err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, text}, err
}

func (s *within) get(path string, pairs ...string) reply {
	s.t.Helper()
	r, err := s.try(http.MethodGet, path, pairs...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *within) post(path string, pairs ...string) reply {
	s.t.Helper()
	r, err := s.try(http.MethodPost, path, pairs...)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// job starts a report job.
func (s *within) job(pairs ...string) string {
	s.t.Helper()
	return decode[struct {
		ID string `json:"report_run_id"`
	}](s.t, s.post("act_1/insights", pairs...)).ID
}

var (
	twoDays = `{"since":"2026-05-31","until":"2026-06-01"}`
	byAd    = []string{"level", "ad", "time_range", twoDays, "time_increment", "1", "fields", "ad_id,spend,actions"}
)

var changing = regexp.MustCompile(`"fbtrace_id":"[^"]*"`)

// story returns what a client sees of everything, and how long it took.
func (s *within) story() string {
	s.t.Helper()
	began := time.Now()
	var b strings.Builder
	note := func(what string, r reply, err error) {
		fmt.Fprintln(&b, what, r.status, changing.ReplaceAllString(string(r.body), ""), err)
		for _, name := range []string{"X-App-Usage", "X-Ad-Account-Usage", "X-Business-Use-Case-Usage", "X-Fb-Ads-Insights-Throttle", "Facebook-Api-Version", "X-Ad-Api-Version-Warning"} {
			fmt.Fprintln(&b, r.header.Get(name))
		}
	}
	ask := func(method, path string, pairs ...string) reply {
		r, err := s.try(method, path, pairs...)
		note(method+" "+path, r, err)
		return r
	}
	walk := func(path string, pairs ...string) {
		at := append([]string{"limit", "3"}, pairs...)
		for range 6 {
			var page list
			r := ask("GET", path, at...)
			if decodeMaybe(r, &page); page.Paging.Next == "" {
				return
			}
			at = append(slices.Clip(append([]string{"limit", "3"}, pairs...)), "after", page.Paging.Cursors.After)
		}
	}
	ask("GET", "me/adaccounts", "fields", "name,owner")
	ask("GET", "act_1", "fields", "name,owner")
	walk("act_1/ads", "fields", "name", "limit", "1")
	walk("act_1/adcreatives", "fields", "name")
	ask("GET", "41")
	walk("act_1/insights", byAd...)
	walk("act_1/insights", append([]string{"filtering", allStatuses}, byAd...)...)
	ask("GET", "act_1/insights", "level", "campaign", "time_range", twoDays, "fields", "spend")
	ask("GET", "act_1/insights", "time_range", twoDays, "fields", "actions", "breakdowns", "country")
	ask("GET", "act_1/insights", "time_range", twoDays, "fields", "actions,action_values,spend")
	for range 3 {
		ask("GET", "act_1/insights", "level", "ad", "time_range", `{"since":"2025-01-01","until":"2025-01-02"}`, "fields", "reach")
		run := ask("POST", "act_1/insights", append([]string{"breakdowns", "country"}, byAd...)...)
		var made struct {
			ID string `json:"report_run_id"`
		}
		decodeMaybe(run, &made)
		if made.ID == "" {
			continue
		}
		for range 5 {
			time.Sleep(10 * time.Second)
			ask("GET", made.ID)
			ask("GET", made.ID+"/insights", "limit", "3")
		}
	}
	ask("GET", "debug_token", "input_token", token)
	ask("POST", "", "batch", `[{"method":"GET","relative_url":"me"},{"method":"GET","relative_url":"act_1"}]`, "include_headers", "false")
	return b.String() + time.Since(began).String()
}

const allStatuses = `[{"field":"ad.effective_status","operator":"IN","value":["ACTIVE","PAUSED","DELETED","ARCHIVED","IN_PROCESS","WITH_ISSUES","CAMPAIGN_PAUSED","ADSET_PAUSED","DISAPPROVED","PENDING_BILLING_INFO","PENDING_REVIEW","PREAPPROVED"]}]`

// Every line of faults.md is parsed and has a visible effect.
func TestScript_EveryExampleApplies(t *testing.T) {
	t.Parallel()
	told := func(t *testing.T, script string) (story string) {
		synctest.Test(t, func(t *testing.T) {
			s := newWithin(t, graphsim.Options{JobTime: 5 * time.Second})
			s.Inject(parsed(t, script)...)
			story = s.story()
		})
		return story
	}
	if told(t, "") != told(t, "# nothing") {
		t.Fatal("the story changes by itself")
	}
	// These lines undo others.
	undone := map[string]string{"token lives": "token dead\n", "tier full": "tier limited\n"}
	for _, line := range examples(t) {
		t.Run(line, func(t *testing.T) {
			before := undone[line]
			if told(t, before) == told(t, before+line) {
				t.Error("nobody noticed")
			}
		})
	}
}

// Every form needs an example in faults.md, so that people find it.
func TestScript_EveryFormHasAnExample(t *testing.T) {
	t.Parallel()
	used := graphsim.FormsOf(examples(t))
	for _, form := range graphsim.Forms() {
		if !used[form] {
			t.Errorf("faults.md has no example of %q", form)
		}
	}
}

// The remaining faults are printed as lines that parse to the same faults.
func TestScript_RoundTrip(t *testing.T) {
	t.Parallel()
	for _, line := range examples(t) {
		f := parsed(t, line)
		again, err := graphsim.ParseScript(f[0].String())
		if err != nil || len(again) != 1 || again[0].String() != f[0].String() {
			t.Errorf("%q is told as %q: %v", line, f[0], err)
		}
	}
}

func TestScript_Errors(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"# fine\n\nthrotle app for 5m":     `line 3: expected `,
		"throttle app for soon":            `a duration such as 30m`,
		"throttle app":                     `needs a time: for 30m`,
		"throttle app on act_1 for 5m":     `cannot name an account`,
		"throttle wings for 5m":            `app, insights, score, ads_insights, ads_management or custom_audience after "throttle", but "wings" was found`,
		"error 77":                         `the error 77/0 is not in the catalogue: add saying "…"`,
		"error 1/99 on insihgts":           `a call such as GET act/insights`,
		"error 1/99 status 99":             `not an HTTP status`,
		"tier full twice":                  `"twice" is not allowed after "tier full"`,
		"too much when rows > many":        `a number after "too much when rows >"`,
		"too much when day 2026-13-01":     `a day such as 2026-05-03`,
		"job fails with 5/5":               `not in the catalogue`,
		"token dead 7":                     `190/7 is not in the catalogue`,
		"body \"never closed":              `a closing quote is missing`,
		"breakdown mood refused":           `"mood" is not a breakdown`,
		"cursor dies after page 2 on wing": `a call such as`,
		"error":                            `but the line ended`,
	} {
		if list, err := graphsim.ParseScript(script); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "line ") {
			t.Errorf("%q: %v %v", script, list, err)
		}
	}
}

func FuzzScript(f *testing.F) {
	for _, line := range examples(f) {
		f.Add(line)
	}
	for _, seed := range []string{"", "#", "\"", "error 1 saying \"\\\"", "on on on", "error -2/2490547", "too much when rows > 99999999999999999999", "\x00", "error 1\nerror"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, script string) {
		list, err := graphsim.ParseScript(script)
		if err != nil {
			return
		}
		for _, fault := range list {
			again, err := graphsim.ParseScript(fault.String())
			if err != nil || len(again) != 1 || again[0].String() != fault.String() {
				t.Errorf("%q is told as %q: %v", script, fault, err)
			}
		}
		s := fuzzed()
		s.Inject(list...)
		s.Faults()
	})
}
