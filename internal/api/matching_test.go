package api_test

import (
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/api"
)

// What belongs to no campaign is listed with the most orders first, and an editor matches it.
func TestMatching_ListAndMatch(t *testing.T) {
	t.Parallel()
	var asked []analytics.Query
	h := newTestServer(t, func(c *api.Config) { c.Service.Analytics = fakeAnalytics{asked: &asked} }).admin()
	editor, viewer := h.guest("e@example.com", adtally.Editor), h.guest("v@example.com", adtally.Viewer)
	text := viewer.ask("GET", "/api/v1/unmatched-touches?from=2026-01-01&to=2026-01-31&currency=EUR", "").is(http.StatusOK).Body.String()
	if !strings.Contains(text, `"items":[{"orders":{"value":"12"},"revenue":{"value":"5.00","currency":"EUR"},"new_customers":{"value":"1"}},{"id":"7","utm_source":"facebook","utm_campaign":"Spring","orders":{"value":"9"}`) || !strings.Contains(text, `"total":2`) {
		t.Errorf("the list: %s", text)
	}
	if q := asked[0]; q.Filters[0].Dimension != "campaign" || q.Filters[0].In[0] != analytics.Unmatched || q.Currency != "EUR" || q.From.String() != "2026-01-01" {
		t.Errorf("the question: %+v", q)
	}
	viewer.ask("GET", "/api/v1/unmatched-touches?from=2026-02-01&to=2026-01-31", "").refused(422, "invalid").names(t, "query.to")
	const one = "/api/v1/campaign-matches/7"
	viewer.ask("PUT", one, `{"campaign_id":"1"}`).refused(http.StatusForbidden, "forbidden")
	editor.ask("PUT", one, `{"campaign_id":"2"}`).refused(422, "invalid").names(t, "body.campaign_id")
	editor.ask("PUT", "/api/v1/campaign-matches/8", `{"campaign_id":"1"}`).refused(http.StatusNotFound, "not_found")
	editor.ask("PUT", one, `{"campaign_id":"1"}`).is(http.StatusOK)
	if text := viewer.ask("GET", "/api/v1/campaign-matches", "").is(200).Body.String(); !strings.Contains(text, `"id":"7","utm_source":"facebook","utm_campaign":"Spring","campaign_id":"1","campaign_name":"Spring"`) {
		t.Errorf("the matches: %s", text)
	}
	viewer.ask("DELETE", one, "").refused(http.StatusForbidden, "forbidden")
	editor.ask("DELETE", one, "").is(http.StatusNoContent)
	editor.ask("DELETE", one, "").refused(http.StatusNotFound, "not_found")
	for _, what := range []string{"campaign_match.set", "campaign_match.delete"} {
		if all, err := h.database.AuditEntries(ctx, adtally.AuditFilter{What: what, Limit: 10}); err != nil || len(all) != 1 {
			t.Errorf("the audit log of %s: %v, %v", what, all, err)
		}
	}
}
