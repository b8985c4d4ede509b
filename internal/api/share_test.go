package api_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/api"
)

const sharedBoard = `{"title":"Mine","range":{"preset":"last_7_days"},"filters":[{"dimension":"channel","in":["facebook"]},{"dimension":"campaign"}],"tiles":[` +
	`{"id":"secret-id","kind":"metric","metrics":["cac"],"at":[0,0,3,2]},{"id":"b","kind":"text","text":"Hello","at":[3,0,3,2]},` +
	`{"id":"c","kind":"table","metrics":["spend"],"by":["campaign"],"at":[0,2,3,2]},{"id":"d","kind":"coverage","at":[3,2,3,2]},{"id":"e","kind":"metric","metrics":["reach"],"at":[0,4,3,2]}]}`

// sharing is a server with a dashboard that links show.
type sharing struct {
	*testServer
	owner *testServer
	board string
	asked *[]analytics.Query
	clock *atomic.Int64 // seconds after noon
}

func newSharing(t *testing.T) *sharing {
	t.Helper()
	s := &sharing{asked: &[]analytics.Query{}, clock: &atomic.Int64{}}
	noon := time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC)
	s.testServer = newTestServer(t, func(c *api.Config) {
		c.Now = func() time.Time { return noon.Add(time.Duration(s.clock.Load()) * time.Second) }
		c.Service.Analytics = fakeAnalytics{asked: s.asked}
	})
	s.owner = s.admin()
	s.board = s.owner.ask("POST", "/api/v1/dashboards", sharedBoard).is(http.StatusCreated).field("id")
	return s
}

// link creates a link with further settings and returns its ID and token.
func (s *sharing) link(more string) (id, token string) {
	s.t.Helper()
	made := s.owner.ask("POST", "/api/v1/share-links", `{"name":"For the client","dashboard":"`+s.board+`"`+more+`}`).is(http.StatusCreated)
	return made.field("id"), made.field("token")
}

// hold sends a request with a link's token.
func (h *testServer) hold(token, method, path, body string, headers ...string) reply {
	h.t.Helper()
	return h.ask(method, path, body, append(headers, "Authorization: Share "+token)...)
}

const tilePath = "/s/api/tiles/1/answer"

func TestShareLink_FromCreationToRevocation(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	id, token := s.link(`,"lock":[{"dimension":"campaign","in":["7","8"]}],"days":{"preset":"custom","from":"2026-03-05","to":"2026-03-31"},"fee":"0.15","filters":["campaign"]`)
	if !strings.HasPrefix(token, "ats_") || len(token) != 47 {
		t.Errorf("the token is %s", token)
	}
	var d api.SharedDashboard
	shown := s.as().hold(token, "GET", "/s/api/dashboard", "").is(http.StatusOK)
	shown.into(&d)
	if d.Title != "Mine" || len(d.Tiles) != 5 || d.Tiles[2].Tile != 3 || !d.Tiles[3].Refused || d.From.String() != "2026-03-05" || d.To.String() != "2026-03-09" || d.Earliest.String() != "2026-03-05" ||
		len(d.Filters) != 1 || d.Filters[0].Title != "Campaign" || len(d.Locked) != 1 || d.Download {
		t.Errorf("%s", shown.Body)
	}
	for _, secret := range []string{s.board, id, "secret-id", "0.15", "Ana", "For the client"} {
		if strings.Contains(shown.Body.String(), secret) {
			t.Errorf("the holder reads %q: %s", secret, shown.Body)
		}
	}
	got := s.as().hold(token, "POST", "/s/api/tiles/3/answer", `{"filters":[{"filter":1,"in":["9"]}],"range":{"preset":"last_30_days"},"compare":"previous_year"}`).is(http.StatusOK)
	if strings.Contains(got.Body.String(), "SELECT") || strings.Contains(got.Body.String(), "EUR and USD") {
		t.Errorf("%s", got.Body)
	}
	q := (*s.asked)[len(*s.asked)-1]
	same(t, "the lock", fmt.Sprintln(q.Lock, q.LockFrom, q.LockTo, q.Fee, q.Shared), "[{campaign [7 8] []}] 2026-03-05 2026-03-31 0.15 true\n")
	same(t, "the filters", fmt.Sprint(q.Filters), "[{channel [facebook] []} {campaign [9] []}]")
	if q.Compare != analytics.PreviousYear || q.From.String() != "2026-02-08" {
		t.Errorf("%+v", q)
	}
	s.owner.ask("DELETE", "/api/v1/share-links/"+id, "").is(http.StatusNoContent)
	for _, path := range []string{"/s/api/dashboard", tilePath, "/s/api/session"} {
		s.as().hold(token, map[bool]string{true: "GET", false: "POST"}[strings.HasSuffix(path, "board")], path, `{"password":"x"}`).refused(http.StatusGone, "share_gone")
	}
	if state := s.owner.ask("GET", "/api/v1/share-links/"+id, "").is(http.StatusOK).field("state"); state != "revoked" {
		t.Errorf("it is %s", state)
	}
	if done := fmt.Sprint(audited(t, s.owner, "share.")); done != "[share.create share.revoke]" {
		t.Errorf("the audit log has %s", done)
	}
}

// The page's status is that of the link, also for a page that writes no header itself.
func TestSharedPage_HasTheStatusOfItsLink(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(c *api.Config) {
		c.Site = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Path) })
	})
	owner := h.admin()
	made := owner.ask("POST", "/api/v1/share-links", `{"name":"x","dashboard":"performance"}`).is(http.StatusCreated)
	path := "/s/" + made.field("token")
	page := h.as().ask("GET", path, "").is(http.StatusOK)
	same(t, "the file", page.Body.String(), "/shared.html")
	same(t, "Cache-Control", page.Header().Get("Cache-Control"), "no-store, private")
	owner.ask("DELETE", "/api/v1/share-links/"+made.field("id"), "").is(http.StatusNoContent)
	h.as().ask("GET", path, "").is(http.StatusGone)
	h.as().ask("GET", "/s/ats_x", "").is(http.StatusNotFound)
}

// A link ends with its expiry, its maker's rights and its dashboard. Unknown and malformed
// tokens are answered alike.
func TestShareLink_Ends(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	state := func(token string) int { return s.as().hold(token, "GET", "/s/api/dashboard", "").Code }
	_, short := s.link(`,"expires":"2026-03-10T13:00:00Z"`)
	_, boards := s.link("")
	eve := s.owner.guest("eve@example.com", adtally.Editor)
	hers := eve.ask("POST", "/api/v1/share-links", `{"name":"x","dashboard":"performance"}`).is(http.StatusCreated).field("token")
	same(t, "at first", []int{state(short), state(boards), state(hers)}, []int{200, 200, 200})
	s.clock.Store(3600)
	s.owner.disable("eve@example.com")
	s.owner.ask("DELETE", "/api/v1/dashboards/"+s.board, "").is(http.StatusNoContent)
	same(t, "at last", []int{state(short), state(boards), state(hers)}, []int{410, 410, 410})
	unknown := s.as().hold("ats_"+strings.Repeat("x", 43), "GET", "/s/api/dashboard", "").refused(404, "not_found")
	for _, token := range []string{"", "ats_", "x", "%", strings.Repeat("y", 5000), "ats_\x00"} {
		got := s.as().hold(token, "GET", "/s/api/dashboard", "").refused(404, "not_found")
		if got.Body.Len() != unknown.Body.Len() {
			t.Errorf("%q: %s", token, got.Body)
		}
	}
	s.as().ask("GET", "/s/api/dashboard", "").refused(404, "not_found")
	s.owner.ask("GET", "/s/api/dashboard", "").refused(404, "not_found")
}

// An editor sees and changes own links only. What a link shows changes only with its maker's
// will.
func TestShareLink_OwnersAndLaterChanges(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	id, token := s.link("")
	eve := s.owner.guest("eve@example.com", adtally.Editor)
	path := "/api/v1/share-links/" + id
	form := `{"name":"x","dashboard":"` + s.board + `"`
	eve.ask("GET", path, "").refused(404, "not_found")
	eve.ask("DELETE", path, "").refused(404, "not_found")
	eve.ask("PUT", path, form+`}`, `If-Match: "1"`).refused(404, "not_found")
	same(t, "hers", len(listOf(eve)), 0)
	same(t, "all", len(listOf(s.owner)), 1)
	s.owner.ask("PUT", "/api/v1/dashboards/"+s.board, strings.Replace(sharedBoard, "Mine", "Changed", 1), `If-Match: "1"`).is(http.StatusOK)
	title := func() string {
		return s.as().hold(token, "GET", "/s/api/dashboard", "").is(http.StatusOK).field("title")
	}
	if got := s.owner.ask("GET", path, "").field("behind"); got != "true" || title() != "Mine" {
		t.Errorf("behind is %s, the title %s", got, title())
	}
	s.owner.ask("PUT", path, form+`,"refresh":true}`, `If-Match: "1"`).is(http.StatusOK)
	if title() != "Changed" {
		t.Errorf("the title is %s", title())
	}
	s.owner.ask("PUT", path, form+`}`, `If-Match: "1"`).refused(412, "stale_edit")
}

func listOf(h *testServer) []api.ShareLink {
	var all struct{ Items []api.ShareLink }
	h.ask("GET", "/api/v1/share-links", "").is(http.StatusOK).into(&all)
	return all.Items
}

// Settings that would open more than they say are refused.
func TestShareLink_RefusesBadSettings(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	for more, field := range map[string]string{`"origins":["*"]`: "body.origins[0]", `"origins":["null"]`: "body.origins[0]", `"origins":["http://x.example"]`: "body.origins[0]",
		`"origins":["https://x.example/a"]`: "body.origins[0]", `"origins":["https://x.example; script-src *"]`: "body.origins[0]", `"origins":["https://*.example.com"]`: "body.origins[0]",
		`"fee":"15"`: "body.fee", `"fee":"0.15*0"`: "body.fee", `"fee":"-0.5"`: "body.fee", `"filters":["account"]`: "body.filters[0]", `"lock":[{"dimension":"nothing","in":[]}]`: "body.lock[0].dimension",
		`"days":{"preset":"custom"}`: "body.days", `"expires":"2020-01-01T00:00:00Z"`: "body.expires"} {
		s.owner.ask("POST", "/api/v1/share-links", `{"name":"x","dashboard":"`+s.board+`",`+more+`}`).refused(422, "invalid").names(t, field)
	}
	s.owner.ask("POST", "/api/v1/share-links", `{"name":"x","dashboard":"nothing"}`).refused(422, "invalid")
	s.owner.ask("POST", "/api/v1/share-links", `{"name":"x","dashboard":"`+s.board+`","password":"short"}`).refused(422, "weak_password")
	s.link(`,"origins":["https://x.example","http://localhost:5173","https://y.example:8443"]`)
}

func TestShareLink_Warns(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	s.link(`,"lock":[{"dimension":"campaign","in":["7"]}]`)
	codes := func(more string) (all []string) {
		var out struct{ Items []api.ShareWarning }
		s.owner.ask("POST", "/api/v1/share-links/check", `{"name":"x","dashboard":"`+s.board+`"`+more+`}`).is(http.StatusOK).into(&out)
		for _, w := range out.Items {
			all = append(all, strings.TrimSpace(w.Code+" "+w.Tile))
		}
		return all
	}
	same(t, "open", codes(""), []string{"no_password", "no_end", "no_lock", "text b", "tile_refused d", "tile_refused e"})
	closed := `{"name":"x","dashboard":"channels","password":true,"expires":"2027-01-01T00:00:00Z","lock":[{"dimension":"campaign","in":["9"]}]}`
	if got := s.owner.ask("POST", "/api/v1/share-links/check", closed).is(http.StatusOK).Body.String(); strings.Contains(got, "null") {
		t.Errorf("nothing to warn of is %s", got)
	}
	same(t, "closed", codes(`,"password":true,"expires":"2027-01-01T00:00:00Z","fee":"0.1","lock":[{"dimension":"campaign","in":["7","8"]}]`), []string{"fee_known", "text b", "tile_refused d", "tile_refused e", "differences"})
}

// The password is asked for by every operation. Attempts are slowed: 50 at once are not 50
// guesses, a forged address does not help, and the right one has to wait as well.
func TestSharedPassword_IsSlowed(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	id, token := s.link(`,"password":"correct horse"`)
	holder := s.as().at("192.0.2.77")
	bodies := map[string]bool{}
	for path, method := range map[string]string{"/s/api/dashboard": "GET", tilePath: "POST", tilePath + ".csv": "POST", "/s/api/filters/1/members": "GET", "/s/api/events": "GET"} {
		body := map[string]string{"POST": "{}"}[method]
		p := holder.hold(token, method, path, body).refused(401, "share_password").problem()
		p.Request = ""
		bodies[fmt.Sprintf("%+v", p)] = true
	}
	same(t, "different answers", len(bodies), 1)
	good := holder.hold(token, "POST", "/s/api/session", `{"password":"correct horse"}`).is(http.StatusOK)
	opened := "Share-Session: " + good.field("session")
	if strings.Contains(good.Body.String(), "Set-Cookie") || len(good.cookies()) > 0 {
		t.Error("it sets a cookie")
	}
	before := s.passwords.compared.Load()
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			got := holder.hold(token, "POST", "/s/api/session", fmt.Sprintf(`{"password":"wrong guess %d"}`, i), fmt.Sprintf("X-Forwarded-For: 198.51.100.%d", i))
			if got.Code != http.StatusUnauthorized && got.Code != http.StatusTooManyRequests {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		})
	}
	all.Wait()
	if n := s.passwords.compared.Load() - before; n != 5 {
		t.Errorf("%d of 50 guesses were compared", n)
	}
	slowed := holder.hold(token, "POST", "/s/api/session", `{"password":"correct horse"}`).refused(429, "share_busy")
	if slowed.Header().Get("Retry-After") != "2" {
		t.Errorf("Retry-After is %q", slowed.Header().Get("Retry-After"))
	}
	holder.hold(token, "GET", "/s/api/dashboard", "", opened).is(http.StatusOK)
	s.clock.Add(2)
	holder.hold(token, "POST", "/s/api/session", `{"password":"correct horse"}`).is(http.StatusOK)
	_, other := s.link(`,"password":"correct horse"`)
	holder.hold(other, "GET", "/s/api/dashboard", "", opened).refused(401, "share_password")
	s.owner.ask("PUT", "/api/v1/share-links/"+id, `{"name":"y","dashboard":"`+s.board+`"}`, `If-Match: "1"`).is(http.StatusOK)
	holder.hold(token, "GET", "/s/api/dashboard", "", opened).refused(401, "share_password")
	if strings.Contains(s.log.String(), token) || strings.Contains(s.log.String(), good.field("session")) || strings.Contains(s.log.String(), "correct horse") {
		t.Error("the log holds a secret")
	}
}

func TestSharedAnswer_Limits(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	_, closed := s.link("")
	_, open := s.link(`,"download":true`)
	s.as().hold(closed, "POST", tilePath+".csv", "{}").refused(403, "share_download")
	file := s.as().hold(open, "POST", "/s/api/tiles/3/answer.csv", "{}").is(http.StatusOK).Body.String()
	if strings.Contains(file, "_id") || !strings.Contains(file, "'=HYPERLINK") {
		t.Errorf("%s", file)
	}
	for range 60 {
		s.as().hold(closed, "POST", tilePath, "{}").is(http.StatusOK)
	}
	s.as().hold(closed, "POST", tilePath, "{}").refused(429, "share_busy")
	s.as().hold(open, "POST", tilePath, "{}").is(http.StatusOK)
	for range 9 {
		s.as().hold(open, "POST", tilePath+".csv", "{}").is(http.StatusOK)
	}
	s.as().hold(open, "POST", tilePath+".csv", "{}").refused(429, "share_busy")
	s.clock.Add(60)
	s.as().hold(closed, "POST", tilePath, "{}").is(http.StatusOK)
	s.as().hold(open, "POST", tilePath+".csv", "{}").refused(429, "share_busy")
}
