package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/api"
)

// guested is a server with a guest, whom a fresh database knows as well.
type guested struct {
	*sharing
	eve *testServer
	id  string
}

func newGuested(t *testing.T) *guested {
	t.Helper()
	g := &guested{sharing: newSharing(t)}
	g.eve = g.owner.guest("eve@example.com", adtally.Guest)
	g.id = g.eve.ask("GET", "/api/v1/session", "").is(http.StatusOK).field("id")
	u, err := g.store.User(t.Context(), g.id)
	if err != nil {
		t.Fatal(err)
	}
	if err := g.database.AddUser(t.Context(), u, adtally.AuditEntry{ID: "eve"}); err != nil {
		t.Fatal(err)
	}
	return g
}

// give gives the server's dashboard under a lock.
func (g *guested) give(members string) {
	g.t.Helper()
	g.owner.ask("PUT", "/api/v1/users/"+g.id+"/dashboards", `{"items":[{"dashboard":"`+g.board+`","lock":[{"dimension":"campaign","in":[`+members+`]}]}]}`).is(http.StatusOK)
}

// open opens the dashboard and returns the token of its link.
func (g *guested) open() string {
	g.t.Helper()
	path := g.eve.ask("POST", "/api/v1/given-dashboards/"+g.board+"/open", "").is(http.StatusCreated).field("path")
	return strings.TrimPrefix(path, "/s/")
}

// A guest sees the dashboards that they were given, with the rows that they were given, until
// that changes.
func TestGuest_SeesGivenDashboards(t *testing.T) {
	t.Parallel()
	g := newGuested(t)
	open := "/api/v1/given-dashboards/" + g.board + "/open"
	g.eve.ask("POST", open, "").refused(404, "not_found")
	g.give(`"7"`)
	var all struct{ Items []api.GivenTitle }
	g.eve.ask("GET", "/api/v1/given-dashboards", "").is(http.StatusOK).into(&all)
	if len(all.Items) != 1 || all.Items[0].Title != "Mine" {
		t.Errorf("%+v", all)
	}
	g.eve.ask("POST", strings.Replace(open, g.board, "performance", 1), "").refused(404, "not_found")
	token := g.open()
	g.as().hold(token, "POST", "/s/api/tiles/3/answer", `{"filters":[{"filter":1,"in":["9"]}]}`).is(http.StatusOK)
	q := (*g.asked)[len(*g.asked)-1]
	same(t, "the lock", fmt.Sprint(q.Lock, q.Shared), fmt.Sprint([]analytics.Filter{{Dimension: "campaign", In: []string{"7"}}}, true))
	same(t, "links that are listed", len(listOf(g.owner)), 0)
	g.give(`"8"`)
	g.as().hold(token, "GET", "/s/api/dashboard", "").refused(http.StatusGone, "share_gone")
	token = g.open()
	g.as().hold(token, "GET", "/s/api/dashboard", "").is(http.StatusOK)
	g.owner.disable("eve@example.com")
	g.as().hold(token, "GET", "/s/api/dashboard", "").refused(http.StatusGone, "share_gone")
}

// What a guest has open is closed when they log out.
func TestGuest_LogsOut(t *testing.T) {
	t.Parallel()
	g := newGuested(t)
	g.give(`"7"`)
	token := g.open()
	g.as().hold(token, "GET", "/s/api/dashboard", "").is(http.StatusOK)
	g.eve.ask("DELETE", "/api/v1/session", "").is(http.StatusNoContent)
	g.as().hold(token, "GET", "/s/api/dashboard", "").refused(http.StatusGone, "share_gone")
}

// A guest cannot ask for anything else: what they can call is a short list.
func TestGuest_ReachesNothingElse(t *testing.T) {
	t.Parallel()
	g := newGuested(t)
	g.give(`"7"`)
	var reached []string
	for _, o := range g.document() {
		if o.Access.Public || o.Access.Share {
			continue
		}
		if !o.Access.Role.Reaches(adtally.Viewer) {
			reached = append(reached, o.Method+" "+o.Path)
			continue
		}
		body := ""
		if o.Body != nil {
			body = "{}"
		}
		got := g.eve.ask(o.Method, strings.NewReplacer("{id}", g.board).Replace(o.Path), body)
		if got.Code != http.StatusForbidden || strings.Contains(got.Body.String(), "Mine") {
			t.Errorf("%s %s: %d %s", o.Method, o.Path, got.Code, got.Body)
		}
	}
	same(t, "what guests reach", len(reached), 5)
}

func TestGiveDashboards_Refusals(t *testing.T) {
	t.Parallel()
	g := newGuested(t)
	path := "/api/v1/users/" + g.id + "/dashboards"
	for _, items := range []string{`{"dashboard":"nobodys"}`, `{"dashboard":"performance"},{"dashboard":"performance"}`, `{"dashboard":"performance","lock":[{"dimension":"nothing","in":["1"]}]}`} {
		g.owner.ask("PUT", path, `{"items":[`+items+`]}`).refused(http.StatusUnprocessableEntity, "invalid")
	}
	g.owner.ask("PUT", "/api/v1/users/nobody/dashboards", `{"items":[]}`).refused(404, "not_found")
	g.owner.ask("GET", "/api/v1/users/nobody/dashboards", "").refused(404, "not_found")
}
