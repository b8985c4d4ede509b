package api_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally/internal/analytics"
	"adtally/internal/api"
)

// marked are the operations of the OpenAPI document that a share link reaches.
func (h *testServer) marked() (all map[string]bool, every []operation) {
	h.t.Helper()
	var doc struct {
		Paths map[string]map[string]struct {
			Share string `json:"x-share"`
		}
	}
	h.ask("GET", "/api/openapi.json", "").is(http.StatusOK).into(&doc)
	all = map[string]bool{}
	for path, methods := range doc.Paths {
		for method, o := range methods {
			all[strings.ToUpper(method)+" "+path] = o.Share == "allow"
		}
	}
	return all, h.document()
}

// With a link's token, every operation without the mark answers as if it did not exist,
// with every method and also for an admin, and nothing is written.
func TestShareLink_ReachesMarkedOperationsOnly(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	_, token := s.link("")
	marked, every := s.marked()
	allowed, tried := 0, 0
	for _, is := range marked {
		if is {
			allowed++
		}
	}
	same(t, "marked operations", allowed, 6)
	log := s.owner.ask("GET", "/api/v1/audit?limit=200", "").is(http.StatusOK).Body.String()
	extra := []operation{{Path: "/metrics"}, {Path: "/api/openapi.json"}, {Path: "/api/docs"}, {Path: "/api/v1/nothing"}, {Path: "/"}, {Path: "/s/api/nothing"}, {Path: "/s/api/dashboard/"}}
	for _, o := range slices.Concat(every, extra) {
		path := strings.NewReplacer("{id}", s.board, "{tile}", "1", "{filter}", "1", "{connector}", "facebookads", "{dimension}", "campaign", "{name}", "x").Replace(o.Path)
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"} {
			if marked[method+" "+o.Path] || method == "HEAD" && marked["GET "+o.Path] {
				continue
			}
			for _, who := range []*testServer{s.as(), s.owner} {
				tried++
				got := who.hold(token, method, path, `{}`)
				if got.Code != http.StatusNotFound || method != "HEAD" && got.problem().Code != "not_found" || len(got.cookies()) > 0 {
					t.Errorf("%s %s: %d %s", method, path, got.Code, got.Body)
				}
			}
		}
	}
	if after := s.owner.ask("GET", "/api/v1/audit?limit=200", "").Body.String(); after != log {
		t.Error("something was written")
	}
	t.Logf("%d requests", tried)
}

// Everything that a holder can put into a parameter leaves the lock and the fee as they are,
// or is refused.
func TestSharedTile_TamperedParameters(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	_, token := s.link(`,"lock":[{"dimension":"campaign","in":["7"]}],"fee":"0.1","filters":["campaign"]`)
	holds := func() {
		t.Helper()
		for _, q := range *s.asked {
			if fmt.Sprint(q.Lock) != "[{campaign [7] []}]" || q.Fee != "0.1" || !q.Shared || !slices.ContainsFunc(q.Filters, func(f analytics.Filter) bool { return f.Dimension == "channel" && fmt.Sprint(f.In) == "[facebook]" }) {
				t.Fatalf("%+v", q)
			}
		}
	}
	tamper := func(method, path, body string, headers ...string) {
		t.Helper()
		s.clock.Add(60) // the limits are tested elsewhere
		got := s.as().hold(token, method, path, body, headers...)
		if got.Code >= 500 || got.Code < 300 && len(*s.asked) == 0 {
			t.Errorf("%s %s %s: %d %s", method, path, body, got.Code, got.Body)
		}
		holds()
	}
	for _, tile := range []string{"0", "6", "99", "-1", "1e0", "%EF%BC%91", "٣", "secret-id", s.board, "1%2f..%2f2", "1;2", "__proto__", "1?tile=9", "1?tile=1&tile=9", "1?dashboard=performance", "1?lock=[]"} {
		tamper("POST", "/s/api/tiles/"+tile+"/answer", "{}")
		tamper("GET", "/s/api/filters/"+tile+"/members", "")
	}
	for _, body := range []string{`{"lock":[]}`, `{"lock":null}`, `{"fee":""}`, `{"fee":"0","Fee":"0"}`, `{"metrics":["spend"]}`, `{"tile":9}`, `{"Shared":false}`, `{"by":["account"]}`, `{"currency":"USD"}`, `{"__proto__":{"lock":[]}}`,
		`{"filters":null}`, `{"filters":[]}`, `{"filters":[{"filter":1}]}`, `{"filters":[{"filter":1,"in":[]}]}`, `{"filters":[{"filter":1,"in":null}]}`, `{"filters":[{"filter":1,"all":true}]}`, `{"filters":[{"filter":2,"all":true}]}`,
		`{"filters":[{"filter":0,"in":["8"]}]}`, `{"filters":[{"filter":1,"in":["8"],"not_in":["7"]}]}`, `{"filters":[{"filter":1,"in":["*","%","","' OR 1=1 --","7 "]}]}`, `{"filters":[{"filter":1,"not_in":["7"]}]}`,
		`{"filters":[{"filter":1,"in":["8"]},{"filter":1,"all":true}]}`, `{"filters":[{"dimension":"channel","in":["google"]}]}`, `{"filters":[{"filter":"1","in":["8"]}]}`, `{"filters":[{"filter":1,"in":"8"}]}`,
		`{"opened":["8"]}`, `{"opened":["7","x","y"]}`, `{"range":{"preset":"custom","from":"0001-01-01","to":"9999-12-31"}}`, `{"range":{"preset":"forever"}}`, `{"compare":"DROP"}`, `[]`, `null`, `{`, `"x"`, strings.Repeat("[", 10000),
		`{"filters":[{"filter":1,"in":[` + strings.Repeat(`"8",`, 1001) + `"8"]}]}`} {
		tamper("POST", "/s/api/tiles/3/answer", body)
		tamper("POST", "/s/api/tiles/1/answer", body)
	}
	for _, header := range []string{"Cookie: adtally=x", "Share-Session: x", "X-Forwarded-For: 127.0.0.1", "X-Original-URL: /api/v1/users", "X-HTTP-Method-Override: DELETE", "Content-Type: application/x-www-form-urlencoded", "Idempotency-Key: x", "Origin: https://evil.example"} {
		tamper("POST", "/s/api/tiles/3/answer", `{}`, header)
	}
	if len(*s.asked) < 10 {
		t.Errorf("only %d questions were asked", len(*s.asked))
	}
}

// A link's answer does not depend on who is logged in, nor on other requests at the same time.
func TestSharedTile_InterleavedAnswers(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	var tokens []string
	for i := range 20 { // few enough questions for the limits
		_, token := s.link(fmt.Sprintf(`,"lock":[{"dimension":"campaign","in":["%d"]}]`, i))
		tokens = append(tokens, token)
	}
	var all sync.WaitGroup
	for n := range 1000 {
		all.Go(func() {
			i := n % len(tokens)
			who := []*testServer{s.as(), s.owner}[n/len(tokens)%2]
			got := who.hold(tokens[i], "POST", tilePath, "{}")
			if want := fmt.Sprintf(`"value":"%d"`, i); got.Code != http.StatusOK || !strings.Contains(got.Body.String(), want) {
				t.Errorf("link %d: %d %s", i, got.Code, got.Body)
			}
		})
	}
	all.Wait()
}

// Every answer for holders has the headers, also errors, and none sets a cookie.
func TestShared_Headers(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	_, token := s.link("")
	_, framed := s.link(`,"origins":["https://x.example","https://y.example:8443"]`)
	gone, ended := s.link("")
	s.owner.ask("DELETE", "/api/v1/share-links/"+gone, "").is(http.StatusNoContent)
	want := map[string]string{"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow, noarchive", "X-Content-Type-Options": "nosniff", "Cross-Origin-Opener-Policy": "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store, private", "Vary": "Authorization", "X-Frame-Options": "DENY", "Set-Cookie": "",
		"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}
	check := func(got reply, status int, frames string) {
		t.Helper()
		got.is(status)
		for name, value := range want {
			if frames != "" && name == "X-Frame-Options" {
				value = ""
			}
			if frames != "" && name == "Content-Security-Policy" {
				value = strings.Replace(value, "frame-ancestors 'none'", "frame-ancestors "+frames, 1)
			}
			if have := got.Header().Get(name); have != value {
				t.Errorf("%d: %s is %q, want %q", status, name, have, value)
			}
		}
	}
	check(s.hold(token, "GET", "/s/api/dashboard", ""), 200, "")
	check(s.hold(token, "POST", tilePath, "{"), 400, "")
	check(s.hold(token, "POST", "/s/api/tiles/9/answer", "{}"), 404, "")
	check(s.hold(token, "POST", "/s/api/tiles/5/answer", "{}"), 422, "")
	check(s.hold(ended, "GET", "/s/api/dashboard", ""), 410, "")
	check(s.ask("GET", "/s/api/dashboard", ""), 404, "")
	check(s.ask("GET", "/s/nothing/at/all", ""), 404, "")
	check(s.ask("GET", "/s/"+token, ""), 200, "")
	check(s.ask("GET", "/s/"+framed, ""), 200, "https://x.example https://y.example:8443")
	check(s.ask("GET", "/s/"+ended, ""), 410, "")
	check(s.ask("GET", "/s/ats_unknown", ""), 404, "")
	for _, secret := range []string{token, framed, ended} {
		if strings.Contains(s.log.String(), secret) {
			t.Error("the log holds a token")
		}
	}
}

// An open page hears that its link was revoked, and its stream ends.
func TestSharedEvents_SaysGone(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	id, token := s.link("")
	server := httptest.NewServer(s.handler)
	t.Cleanup(server.Close)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+"/s/api/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Share "+token)
	r.Host = "ads.example.com"
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		t.Fatal(answer.Status)
	}
	s.owner.ask("DELETE", "/api/v1/share-links/"+id, "").is(http.StatusNoContent)
	began, text := time.Now(), ""
	for lines := bufio.NewScanner(answer.Body); lines.Scan(); {
		text += lines.Text() + "\n"
	}
	if took := time.Since(began); !strings.Contains(text, "event: gone\n") || took > 2*time.Second {
		t.Errorf("after %s it said %q", took, text)
	}
}

// Openings are counted once, with the browser and without the address; robots and previews
// are told apart.
func TestShareOpenings(t *testing.T) {
	t.Parallel()
	s := newSharing(t)
	id, token := s.link("")
	look := func(from, agent string) {
		s.as().at(from).hold(token, "GET", "/s/api/dashboard", "", "User-Agent: "+agent).is(http.StatusOK)
	}
	const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
	look("203.0.113.5", firefox)
	look("203.0.113.5", firefox)
	look("203.0.113.6", "Mozilla/5.0 (iPhone) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1")
	look("203.0.113.7", "Slackbot-LinkExpanding 1.0")
	s.as().ask("GET", "/s/"+token, "").is(http.StatusOK) // the page alone is no opening
	got := s.owner.ask("GET", "/api/v1/share-links/"+id+"/openings", "").is(http.StatusOK)
	var all struct{ Items []api.ShareOpening }
	got.into(&all)
	if len(all.Items) != 3 || strings.Contains(got.Body.String(), "203.0.113") || strings.Contains(got.Body.String(), "Slack") {
		t.Errorf("%s", got.Body)
	}
	if l := listOf(s.owner)[0]; l.Opened != 2 || l.Devices != 2 || l.LastOpened == nil {
		t.Errorf("%+v", l)
	}
}
