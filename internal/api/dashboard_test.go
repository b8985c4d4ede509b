package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

const someDashboard = `{"title":"Mine","range":{"preset":"last_7_days"},"filters":[{"dimension":"channel"}],"tiles":[{"id":"a","kind":"metric","metrics":["cac"],"at":[0,0,3,2],"compare":""},{"id":"b","kind":"text","text":"Hello","at":[3,0,3,2]}]}`

// at sets the server's clock.
func at(moment string) func(*api.Config) {
	return func(c *api.Config) {
		now, err := time.Parse(time.RFC3339, moment)
		if err != nil {
			panic(err)
		}
		c.Now = func() time.Time { return now }
	}
}

func TestDashboards_FromCreationToDeletion(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, at("2026-03-10T12:00:00Z")).admin()
	made := h.ask("POST", "/api/v1/dashboards", someDashboard).is(http.StatusCreated)
	var d api.Dashboard
	made.into(&d)
	if d.Title != "Mine" || len(d.Tiles) != 2 || d.Tiles[0].Compare == nil || *d.Tiles[0].Compare != "" || d.Tiles[1].Compare != nil || d.From.String() != "2026-03-03" || d.To.String() != "2026-03-09" ||
		d.AsOf.String() != "2026-03-09" || d.BuiltIn || d.ByName != "Ana" || d.ETag != `"1"` || made.Header().Get("ETag") != `"1"` || d.Updated == nil {
		t.Errorf("%+v", d)
	}
	path := "/api/v1/dashboards/" + d.ID
	changed := strings.Replace(someDashboard, "Mine", "Ours", 1)
	h.ask("PUT", path, changed).refused(428, "edit_unconditional")
	h.ask("PUT", path, changed, `If-Match: "7"`).refused(412, "stale_edit")
	if got := h.ask("PUT", path, changed, `If-Match: "1"`).is(http.StatusOK); got.field("title") != "Ours" || got.Header().Get("ETag") != `"2"` {
		t.Errorf("%s", got.Body)
	}
	h.ask("PUT", "/api/v1/dashboards/nobody", changed, `If-Match: "1"`).refused(404, "not_found")
	copied := h.ask("POST", path+"/duplicate", `{}`).is(http.StatusCreated)
	if copied.field("title") != "Ours (copy)" || copied.field("id") == d.ID {
		t.Errorf("%s", copied.Body)
	}
	if got := h.ask("POST", path+"/duplicate", `{"title":"Other"}`).is(http.StatusCreated).field("title"); got != "Other" {
		t.Errorf("the copy is %s", got)
	}
	h.ask("DELETE", path, "").is(http.StatusNoContent)
	h.ask("GET", path, "").refused(404, "not_found")
	h.ask("DELETE", path, "").refused(404, "not_found")
	done := fmt.Sprint(audited(t, h, "dashboard."))
	if done != "[dashboard.create dashboard.update dashboard.create dashboard.create dashboard.delete]" {
		t.Errorf("the audit log has %s", done)
	}
}

// audited are the actions in the audit log of the database, oldest first.
func audited(t *testing.T, h *testServer, prefix string) (all []string) {
	t.Helper()
	entries, err := h.database.AuditEntries(ctx, adtally.AuditFilter{Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range entries {
		if strings.HasPrefix(d.What, prefix) {
			all = append([]string{d.What}, all...)
		}
	}
	return all
}

// The built-in dashboards can be read and copied only.
func TestDashboards_BuiltInOnesStay(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, at("2026-03-01T12:00:00Z")).admin()
	var all struct{ Items []api.Dashboard }
	h.ask("GET", "/api/v1/dashboards", "").is(http.StatusOK).into(&all)
	var names []string
	for _, d := range all.Items {
		names = append(names, d.ID)
		if !d.BuiltIn || d.Updated != nil || d.By != "" {
			t.Errorf("%+v", d)
		}
	}
	same(t, "built-in", names, []string{"performance", "channels", "cac-and-revenue", "budget-pacing", "data-health"})
	const path = "/api/v1/dashboards/budget-pacing"
	var d api.Dashboard
	h.ask("GET", path, "").is(http.StatusOK).into(&d)
	if d.From.String() != "2026-03-01" || d.To.String() != "2026-03-01" || d.AsOf.String() != "2026-02-28" {
		t.Errorf("%s to %s, budgets on %s", d.From, d.To, d.AsOf)
	}
	h.ask("PUT", path, someDashboard, `If-Match: "0"`).refused(409, "conflict")
	h.ask("DELETE", path, "").refused(409, "conflict")
	h.ask("POST", path+"/duplicate", `{}`).is(http.StatusCreated)
	h.ask("GET", "/api/v1/dashboards", "").is(http.StatusOK).into(&all)
	if last := all.Items[len(all.Items)-1]; len(all.Items) != 6 || last.BuiltIn || last.Title != "Budget pacing (copy)" {
		t.Errorf("%+v", last)
	}
}

func TestDashboards_InvalidFieldsAreNamed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	tile := func(rest string) string {
		return `{"title":"Mine","range":{"preset":"today"},"tiles":[{"id":"a","at":[0,0,3,2],` + rest + `}]}`
	}
	for body, field := range map[string]string{
		tile(`"kind":"metric","metrics":["cacc"]`):                                       "body.tiles[0].metrics[0]",
		tile(`"kind":"bar","metrics":["cac"],"by":["chanel"]`):                           "body.tiles[0].by[0]",
		tile(`"kind":"pie","metrics":["cac"],"by":["channel"],"top":{"n":3,"by":"cac"}`): "body.tiles[0].top",
		tile(`"kind":"radar","metrics":["cac"]`):                                         "body.tiles[0].kind",
		tile(`"kind":"metric","metrics":["cac"],"colour":"red"`):                         "body.tiles[0].colour",
		strings.Replace(tile(`"kind":"text","text":"x"`), "Mine", " ", 1):                "body.title",
		strings.Replace(tile(`"kind":"text","text":"x"`), "[0,0,3,2]", "[0,0,3]", 1):     "body.tiles[0].at",
		strings.Replace(tile(`"kind":"text","text":"x"`), "today", "never", 1):           "body.range.preset",
	} {
		h.ask("POST", "/api/v1/dashboards", body).refused(422, "invalid").names(t, field)
	}
}
