package graphsim_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// notRead are errors in the catalogue that reading ads cannot cause.
var notRead = map[string]string{
	"17/1885172":  "changes of a spending limit",
	"506/0":       "posts, not ads",
	"613/5044001": "writes",
}

// Every error of the catalogue can be injected with its exact text.
func TestCatalogue_IsComplete(t *testing.T) {
	t.Parallel()
	var catalogue struct {
		Errors []struct {
			Code      any
			Subcode   int
			HTTP      any
			Text      string
			Title     string `json:"user_title"`
			Type      string
			Transient *bool `json:"is_transient"`
		}
	}
	if err := json.Unmarshal(shared(t, "meta/derived/error_catalogue.json"), &catalogue); err != nil || len(catalogue.Errors) < 50 {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, row := range catalogue.Errors {
		code, isNumber := row.Code.(float64)
		name := fmt.Sprintf("%v/%d", row.Code, row.Subcode)
		if !isNumber || seen[name] || notRead[name] != "" {
			continue // a range, no code, or another text of the same code
		}
		seen[name] = true
		bubble(t, graphsim.Options{}, "error "+name, func(t *testing.T, s *within) {
			r := s.get("act_1/ads")
			status := 400
			if n, isStatus := row.HTTP.(float64); isStatus {
				status = int(n)
			}
			e := refused(t, r)
			if e.Code != int(code) || e.Subcode != row.Subcode || r.status != status && row.HTTP != "400|500|503" {
				t.Errorf("%s: %d %+v", name, r.status, e)
			}
			if row.Title != "" && e.Title != row.Title || row.Transient != nil && (e.Transient == nil || *e.Transient != *row.Transient) || row.Type != "" && e.Type != row.Type {
				t.Errorf("%s: %+v, the catalogue has %+v", name, e, row)
			}
			if r = s.get("act_1/ads"); r.status != 200 {
				t.Errorf("%s came twice", name)
			}
		})
	}
}

// Errors that users quoted are returned exactly.
func TestCatalogue_QuotedErrors(t *testing.T) {
	t.Parallel()
	for name, code := range map[string]string{"17_2446079_ad_account_too_many_calls": "17/2446079", "4_application_request_limit": "4", "80004_ads_management_buc": "80004/2446079",
		"17_user_request_limit_2017": "17", "3_no_capability": "3", "273_user_not_admin": "273", "2601_1815107_async_not_ready": "2601/1815107", "2642_invalid_cursors": "2642"} {
		var quoted struct {
			Response struct{ Body struct{ Error graphError } }
		}
		if err := json.Unmarshal(shared(t, "recordings/errors-quoted/"+name+".json"), &quoted); err != nil {
			t.Fatal(err)
		}
		bubble(t, graphsim.Options{}, "error "+code, func(t *testing.T, s *within) {
			e, want := refused(t, s.get("act_1/ads")), quoted.Response.Body.Error
			if !strings.Contains(want.Message, "<not captured") && e.Message != want.Message {
				t.Errorf("%s: %q, quoted %q", code, e.Message, want.Message)
			}
			if want.Transient != nil && (e.Transient == nil || *e.Transient != *want.Transient) || want.Title != "" && e.Title != want.Title {
				t.Errorf("%s: %+v, quoted %+v", code, e, want)
			}
		})
	}
}

// Only what the line names is rejected.
func TestFaults_Refusals(t *testing.T) {
	t.Parallel()
	day := []string{"level", "ad", "time_increment", "1", "fields", "ad_id,spend", "time_range", `{"since":"2026-06-01","until":"2026-06-01"}`}
	with := func(pairs ...string) []string { return append(slices.Clone(day), pairs...) }
	two := []string{"level", "ad", "time_increment", "1", "fields", "ad_id,spend", "time_range", twoDays}
	type call struct {
		path  string
		pairs []string
	}
	for script, c := range map[string]struct {
		applied, free call
		status        int
		code          string
	}{
		"too much when rows > 1 on insights":                     {call{"act_1/insights", day}, call{"act_1/insights", with("limit", "1")}, 500, "1/0"},
		"too much when rows > 1":                                 {call{"act_1/ads", nil}, call{"act_1/ads", []string{"limit", "1"}}, 500, "1/0"},
		"too much when all rows > 3":                             {call{"act_1/insights", append([]string{"limit", "1"}, two...)}, call{"act_1/insights", day}, 500, "1/0"},
		"too much as 100/1487534 when days > 1":                  {call{"act_1/insights", two}, call{"act_1/insights", day}, 400, "100/1487534"},
		"too much when limit > 100":                              {call{"act_1/ads", []string{"limit", "101"}}, call{"act_1/ads", []string{"limit", "100"}}, 500, "1/0"},
		"too much when fields > 2":                               {call{"act_1/insights", with("fields", "spend,clicks,reach")}, call{"act_1/insights", day}, 500, "1/0"},
		"too much when field clicks on day 2026-06-01":           {call{"act_1/insights", with("fields", "clicks")}, call{"act_1/insights", day}, 500, "1/0"},
		"too much when field spend on day 2026-05-31":            {call{"act_1/insights", two}, call{"act_1/insights", day}, 500, "1/0"},
		"too much when ad 3":                                     {call{"act_1/insights", day}, call{"act_1/insights", with("filtering", `[{"field":"ad.id","operator":"IN","value":["6"]}]`)}, 500, "1/0"},
		"too much when ad 3 and level ad":                        {call{"act_1/insights", day}, call{"act_1/insights", with("level", "campaign")}, 500, "1/0"},
		"too much when campaign 1":                               {call{"act_1/campaigns", nil}, call{"act_1/campaigns", []string{"filtering", `[{"field":"name","operator":"EQUAL","value":"D"}]`}}, 500, "1/0"},
		"too much when breakdown country":                        {call{"act_1/insights", with("breakdowns", "country")}, call{"act_1/insights", day}, 500, "1/0"},
		"breakdown country refused":                              {call{"act_1/insights", with("breakdowns", "country")}, call{"act_1/insights", day}, 400, "100/0"},
		"field owner needs business_management":                  {call{"act_1", []string{"fields", "name,owner"}}, call{"act_1", []string{"fields", "name"}}, 403, "200/0"},
		"field owner needs business_management on me/adaccounts": {call{"me/adaccounts", []string{"fields", "owner"}}, call{"act_1", []string{"fields", "owner"}}, 403, "200/0"},
		"field name unknown on ads":                              {call{"act_1/ads", []string{"fields", "id,name"}}, call{"act_1/ads", []string{"fields", "id"}}, 400, "100/0"},
		"creative 41 is broken":                                  {call{"act_1/adcreatives", []string{"fields", "name"}}, call{"act_2/ads", nil}, 400, "100/2446289"},
		"creative 42 is broken":                                  {call{"42", nil}, call{"act_1/adcreatives", []string{"limit", "1"}}, 400, "100/2446289"},
		"account act_1 is forbidden":                             {call{"act_1/ads", nil}, call{"act_2/ads", nil}, 403, "200/0"},
		"account act_1 is gone":                                  {call{"act_1", nil}, call{"act_2", nil}, 400, "100/33"},
		"error 190 when no param locale":                         {call{"act_1", nil}, call{"act_1", []string{"locale", "en_US"}}, 400, "190/0"},
		"error 2 always when param level is \"ad\"":              {call{"act_1/insights", day}, call{"act_1/insights", with("level", "campaign")}, 503, "2/0"},
		"error 1/99 always on GET act/insights":                  {call{"act_1/insights", day}, call{"act_1/ads", nil}, 500, "1/99"},
		"error 1/99 always on \"GET act/*\"":                     {call{"act_1/ads", nil}, call{"act_1", nil}, 500, "1/99"},
		"version v25.0 ended":                                    {call{"/v25.0/act_1", nil}, call{"/v26.0/act_1", nil}, 400, "2635/0"},
		"error 190/463 always on act_1":                          {call{"act_1/ads", nil}, call{"act_2/ads", nil}, 400, "190/463"},
		"error 100/33 on run always":                             {call{"run", nil}, call{"act_1", nil}, 400, "100/33"},
	} {
		t.Run(script, func(t *testing.T) {
			bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
				if c.applied.path == "run" {
					c.applied.path = s.job()
				}
				if r := s.get(c.free.path, c.free.pairs...); r.status != 200 {
					t.Errorf("%v: %d %s", c.free, r.status, r.body)
				}
				for range 3 {
					r := s.get(c.applied.path, c.applied.pairs...)
					if e := refused(t, r); r.status != c.status || fmt.Sprintf("%d/%d", e.Code, e.Subcode) != c.code {
						t.Errorf("%d %+v", r.status, e)
					}
				}
			})
		})
	}
}

// A line can replace the catalogue's text; an error need not have a code.
func TestFaults_ErrorText(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, `error 100 saying "(#100) Missing \"permissions\"" status 403 type FacebookApiException twice`+"\nerror without code", func(t *testing.T, s *within) {
		for range 2 {
			r := s.get("act_1")
			if e := refused(t, r); r.status != 403 || e.Type != "FacebookApiException" || e.Message != `(#100) Missing "permissions"` || e.Title != "" {
				t.Errorf("%d %+v", r.status, e)
			}
		}
		if r := s.get("act_1"); r.status != 503 || string(r.body) != `{"error":{"message":"Call was not successful"}}` {
			t.Errorf("%d %s", r.status, r.body)
		}
		if r := s.get("act_1"); r.status != 200 {
			t.Errorf("%d %s", r.status, r.body)
		}
	})
}

// A token can die immediately or later; a permission can be missing.
func TestFaults_TokenDead(t *testing.T) {
	t.Parallel()
	for _, subcode := range []int{458, 459, 460, 463, 464, 467, 492, 493} {
		bubble(t, graphsim.Options{}, fmt.Sprintf("token dead %d after 2 calls", subcode), func(t *testing.T, s *within) {
			s.get("act_1")
			s.get("act_1")
			for range 2 {
				wantRefusal(t, s.get("act_1"), 400, 190, subcode)
			}
			s.Inject(parsed(t, "token lives\nscope ads_read missing")...)
			wantRefusal(t, s.get("act_1"), 403, 200, 0)
		})
	}
}

func TestFaults_VersionUpgraded(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "version v25.0 upgraded to v26.0", func(t *testing.T, s *within) {
		h := s.get("act_1").header
		if h.Get("Facebook-Api-Version") != "v26.0" || h.Get("X-Ad-Api-Version-Warning") != "The call has been auto-upgraded to v26.0 as v25.0 has been deprecated." {
			t.Errorf("%v", h)
		}
	})
}

func TestFaults_Jobs(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"job fails":                               "Job Failed 0",
		"job skips":                               "Job Skipped 0",
		"job stalls":                              "Job Running 0",
		"job never starts":                        "Job Not Started 0",
		"job says running at 100% three times":    "Job Running 100",
		"job takes 48h":                           "Job Running 50",
		"job completes but 2601 once":             "Job Completed 100",
		"job fails with 4/1504022 when days > 1":  "Job Failed 0",
		"too much when days > 1":                  "Job Failed 0",
		"too much as -3/1504045 when field spend": "Job Failed 0",
		"error 1/99 on GET act/insights":          "Job Completed 100",
		"job fails when days > 2":                 "Job Completed 100",
		"job stalls on act_2":                     "Job Completed 100",
	} {
		t.Run(script, func(t *testing.T) {
			bubble(t, graphsim.Options{JobTime: time.Minute}, script, func(t *testing.T, s *within) {
				run := s.job(byAd...)
				time.Sleep(24 * time.Hour)
				if p := decode[runState](t, s.get(run)); fmt.Sprint(p.Status, " ", p.Percent) != want {
					t.Errorf("%+v", p)
				}
			})
		})
	}
}

// Since v25, a failed job says why (docs/meta-api.md#report-jobs).
func TestFaults_JobFailsWithReason(t *testing.T) {
	t.Parallel()
	bubble(t, graphsim.Options{}, "job fails with 100/1487534 for every job\njob says running at 100% twice", func(t *testing.T, s *within) {
		for range 2 {
			run := s.job(byAd...)
			type failed struct {
				Code    int    `json:"error_code"`
				Subcode int    `json:"error_subcode"`
				Message string `json:"error_message"`
				Title   string `json:"error_user_title"`
			}
			if f := decode[failed](t, s.get(run)); f.Code != 100 || f.Subcode != 1487534 || f.Message == "" || f.Title == "" {
				t.Errorf("%+v", f)
			}
			if f := decode[failed](t, s.get("/v24.0/"+run)); f != (failed{}) {
				t.Errorf("v24.0: %+v", f)
			}
		}
	})
	bubble(t, graphsim.Options{}, "job completes but 2601 twice", func(t *testing.T, s *within) {
		run := s.job(byAd...)
		for i := range 3 {
			if r := s.get(run + "/insights"); (r.status == 200) != (i == 2) {
				t.Errorf("read %d: %d", i, r.status)
			}
		}
	})
	bubble(t, graphsim.Options{}, "job says running at 100% twice", func(t *testing.T, s *within) {
		run := s.job(byAd...)
		for i := range 3 {
			if p := decode[runState](t, s.get(run)); (p.Status == "Job Completed") != (i == 2) {
				t.Errorf("poll %d: %+v", i, p)
			}
		}
	})
}
