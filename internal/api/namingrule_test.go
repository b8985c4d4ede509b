package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

const someRule = `{"title":"Market","level":"campaign","kind":"delimiter","delimiter":"_","parts":[{"index":1,"dimension":"market"},{"index":2,"dimension":"goal"}]}`

func TestNamingRules_EveryVersionStays(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/naming-rules", someRule).is(http.StatusCreated)
	path := "/api/v1/naming-rules/" + made.field("id")
	changed := strings.Replace(someRule, "Market", "Country", 1)
	h.ask("PUT", path, changed, `If-Match: "2"`).refused(412, "stale_edit")
	if got := h.ask("PUT", path, changed, `If-Match: "1"`).is(http.StatusOK); got.Header().Get("ETag") != `"2"` || got.field("title") != "Country" {
		t.Errorf("%s", got.Body)
	}
	h.ask("POST", "/api/v1/naming-rules", someRule).refused(422, "invalid").names(t, "body.parts[0].dimension", "body.parts[1].dimension")
	h.ask("POST", "/api/v1/naming-rules", strings.Replace(someRule, "market", "channel", 1)).refused(422, "invalid").names(t, "body.parts[0].dimension", "body.parts[1].dimension")
	h.ask("POST", "/api/v1/naming-rules", strings.Replace(someRule, `"delimiter","delimiter":"_"`, `"regex","pattern":"("`, 1)).refused(422, "invalid")
	h.ask("DELETE", path, "").is(http.StatusNoContent)
	h.ask("DELETE", path, "").refused(404, "not_found")
	h.ask("PUT", path, changed, `If-Match: "3"`).refused(404, "not_found")
	var all struct{ Items []api.StoredNamingRule }
	h.ask("GET", path+"/versions", "").is(http.StatusOK).into(&all)
	var lines []string
	for _, r := range all.Items {
		lines = append(lines, fmt.Sprint(r.Version, " ", r.Title, " ", r.Deleted, " ", r.Parts[0].Dimension, " ", r.ByName))
	}
	same(t, "versions", lines, []string{"3 Country true market Ana", "2 Country false market Ana", "1 Market false market Ana"})
	h.ask("GET", "/api/v1/naming-rules", "").is(http.StatusOK).into(&all)
	if len(all.Items) != 0 {
		t.Errorf("%+v", all.Items)
	}
	h.ask("GET", "/api/v1/naming-rules/nothing/versions", "").refused(404, "not_found")
	h.ask("POST", "/api/v1/naming-rules", someRule).is(http.StatusCreated) // the names are free again
}

// Shares are by currency, names count once, and what cannot be split comes first.
func TestPreviewNamingRule_SharesBySpend(t *testing.T) {
	t.Parallel()
	names := []adtally.NamedSpend{{Name: "DE_sales", Spend: "70.50", Currency: "EUR"}, {Name: "Summer", Spend: "29.50", Currency: "EUR"}, {Name: "DE_sales", Spend: "5", Currency: "USD"}, {Name: "AT_sales", Spend: "0", Currency: ""}}
	h := newTestServer(t, func(c *api.Config) { c.Service.Analytics = fakeAnalytics{names: names} }).admin()
	var p api.NamingPreview
	h.ask("POST", "/api/v1/naming-rules/preview", someRule).is(http.StatusOK).into(&p)
	if p.Names != 3 || p.Unparsed != 1 || p.Whole != 1 || p.Sample[0].Name != "Summer" || p.Sample[0].Parsed || p.Sample[1].Parts["market"] != "DE" {
		t.Errorf("%+v", p)
	}
	same(t, "spend", fmt.Sprint(p.Spend), "[{ 0 0 } {EUR 100 29.50 0.295000} {USD 5 0 0.000000}]")
	same(t, "values", fmt.Sprint(p.Values), "[{market 2 [{AT 1} {DE 1}]} {goal 1 [{sales 2}]}]")
}
