package api_test

import (
	"net/http"
	"strings"
	"testing"

	"adtally/internal/analytics"
	"adtally/internal/api"
)

const someQuestion = `{"metrics":["spend"],"from":"2026-01-01","to":"2026-01-31","by":["campaign"],"compare":"previous_period","totals":true,"currency":"EUR","filters":[{"dimension":"channel","in":["facebook"],"not_in":[]}],"top":{"n":3,"by":"spend"},"as_of":"2026-01-30","zone":"Europe/Berlin"}`

func TestRunQuery_PassesTheQuestionOn(t *testing.T) {
	t.Parallel()
	var asked []analytics.Query
	h := newTestServer(t, func(c *api.Config) { c.Service.Analytics = fakeAnalytics{asked: &asked} }).admin()
	var a api.QueryAnswer
	h.ask("POST", "/api/v1/query", someQuestion).is(http.StatusOK).into(&a)
	q := asked[0]
	if q.From.String() != "2026-01-01" || q.To.String() != "2026-01-31" || q.By[0] != "campaign" || q.Compare != analytics.PreviousPeriod || !q.Totals || q.Currency != "EUR" ||
		q.Filters[0].Dimension != "channel" || q.Filters[0].In[0] != "facebook" || q.Top.N != 3 || q.AsOf.String() != "2026-01-30" || q.Zone != "Europe/Berlin" || q.Lock != nil {
		t.Errorf("the question is %+v", q)
	}
	if len(a.Rows) != 2 || a.Rows[0].Figures[0] != (api.QueryFigure{Value: "-1.50", Currency: "EUR"}) || a.Rows[1].Figures[0].Refused.Code != "mixed_currency" || a.Rows[1].Figures[0].Value != "" ||
		a.Total[0].Value != "2.00" || a.Compared.Change[0].Value != "1.000000" || a.SQL[0].Values[0] != "2026-01-01" || a.Notes[0].Days[0].String() != "2024-10-04" || a.Took != 12 || a.AsOf == nil {
		t.Errorf("the answer is %+v", a)
	}
}

// A refusal keeps its code, and says how to get the figure. A question is validated before
// it is asked.
func TestRunQuery_Refuses(t *testing.T) {
	t.Parallel()
	var asked []analytics.Query
	h := newTestServer(t, func(c *api.Config) { c.Service.Analytics = fakeAnalytics{asked: &asked} }).admin()
	for _, path := range []string{"/api/v1/query", "/api/v1/query.csv"} {
		got := h.ask("POST", path, `{"metrics":["reach"],"from":"2026-01-01","to":"2026-01-31"}`).refused(422, "grain_not_held").problem()
		if got.Detail != "The reach of a week was not fetched." && got.Detail != "The reach of a week was not fetched" || got.Hint != "Ask for days." {
			t.Errorf("%+v", got)
		}
		h.ask("POST", path, `{"metrics":["locked"],"from":"2026-01-01","to":"2026-01-31"}`).refused(503, "warehouse_busy")
		asked = nil
		h.ask("POST", path, `{"metrics":["spend"],"from":"2026-02-01","to":"2026-01-31"}`).refused(422, "invalid").names(t, "body.to")
		h.ask("POST", path, `{"metrics":[],"from":"2026-01-01","to":"2026-01-31"}`).refused(422, "invalid")
		h.ask("POST", path, `{"metrics":["spend"],"from":"2026-01-01","to":"2026-01-31","grain":"hour"}`).refused(422, "invalid").names(t, "body.grain")
		h.ask("POST", path, `{"metrics":["spend"],"from":"2026-01-01","to":"2026-01-31","lock":[{"dimension":"account"}]}`).refused(422, "invalid").names(t, "body.lock")
		h.ask("POST", path, `{"metrics":["spend"],"from":"2026-01-01","to":"2026-01-31","currency":"euro"}`).refused(422, "invalid").names(t, "body.currency")
		if len(asked) > 0 {
			t.Errorf("%s asked %+v", path, asked)
		}
	}
}

// A spreadsheet runs no cell as a formula, and negative numbers stay numbers.
func TestRunQueryCSV_EscapesFormulas(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	got := h.ask("POST", "/api/v1/query.csv", someQuestion).is(http.StatusOK)
	want := `campaign_id,campaign,spend,spend_currency,spend_before,spend_change
7,"'=HYPERLINK(""x"")",-1.50,EUR,1.00,-2.500000
8,-5,(mixed_currency),,,
(total),(total),2.00,EUR,1.00,1.000000
`
	if got.Body.String() != want || !strings.HasPrefix(got.Header().Get("Content-Type"), "text/csv") || !strings.HasPrefix(got.Header().Get("Content-Disposition"), "attachment") {
		t.Errorf("%s\n%v", got.Body, got.Header())
	}
}

func TestSafeCell(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"": "", "Sale": "Sale", "=1+1": "'=1+1", "+49 30": "'+49 30", "+5": "'+5", "-5": "-5", "-5.25": "-5.25", "-5-5": "'-5-5", "-": "'-", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\rx": "'\rx", "a=b": "a=b", "\n=1": "'\n=1",
	} {
		if got := analytics.SafeCell(cell); got != want {
			t.Errorf("%q: %q, want %q", cell, got, want)
		}
	}
}

func TestListMetrics_DimensionsAndMembers(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	for path, want := range map[string]string{
		"/api/v1/metrics":    `"name":"cac"`,
		"/api/v1/dimensions": `"name":"campaign"`,
		"/api/v1/dimensions/campaign/members?search=Su&limit=1": `"items":[{"id":"2","name":"Summer"}]`,
	} {
		if got := h.ask("GET", path, "").is(http.StatusOK).Body.String(); !strings.Contains(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := h.ask("GET", "/api/v1/dimensions/campagne/members", "").refused(404, "not_found").problem(); got.Hint != "Did you mean campaign?" {
		t.Errorf("%+v", got)
	}
}
