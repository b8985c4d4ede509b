package main

import (
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// nowhere checks that no output or file contains the secrets.
func (h *env) nowhere(secrets ...string) {
	h.t.Helper()
	for _, secret := range secrets {
		if secret == "" {
			h.t.Error("a secret is empty")
		}
		h.holdsNoSecret(secret)
	}
}

// credentials returns the number of stored credentials.
func (h *env) credentials() int {
	h.t.Helper()
	all, err := h.s.store.Credentials(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	return len(all)
}

// way is one login, with the URLs that the browser visited.
type way struct {
	*env
	states, codes []string
}

func (w *way) begin() (page string) {
	page, _ = w.ask("POST", "/api/v1/logins", map[string]any{"connector": "facebookads"}, 201)["url"].(string)
	u, _ := url.Parse(page)
	w.states = append(w.states, u.Query().Get("state"))
	return page
}

func (w *way) decided(change url.Values) (back string) {
	back = w.consented(w.begin(), change)
	if u, _ := url.Parse(back); u.Query().Get("code") != "" {
		w.codes = append(w.codes, u.Query().Get("code"))
	}
	return back
}

// failed returns the reason of a failed login.
func (w *way) failed(landed *url.URL) string {
	w.t.Helper()
	id := landed.Query().Get("login")
	if id == "" {
		return landed.Query().Get("problem")
	}
	l := w.ask("GET", "/api/v1/logins/"+id, nil, 200)
	f, _ := l["fault"].(map[string]any)
	if l["state"] != "failed" || f["message"] == "" || f["hint"] == "" {
		w.t.Errorf("%v", l)
	}
	code, _ := f["code"].(string)
	return code
}

// ways are the ways in which a login can fail, by error code.
func (w *way) ways() map[string]func() *url.URL {
	incident, err := graphsim.ParseScript("error 2 on \"POST oauth/access_token\" three times")
	if err != nil {
		w.t.Fatal(err)
	}
	return map[string]func() *url.URL{
		"login_cancelled": func() *url.URL { return w.back(w.decided(url.Values{"decision": {"cancel"}})) },
		"login_refused": func() *url.URL {
			u, _ := url.Parse(w.begin())
			return w.back(w.url + "/auth/facebookads/callback?error=server_error&error_description=No.&state=" + u.Query().Get("state"))
		},
		"permission": func() *url.URL { return w.back(w.decided(url.Values{"grant": {""}})) },
		"login_late": func() *url.URL {
			to := w.decided(nil)
			w.sim.Advance(11 * time.Minute)
			return w.back(to)
		},
		"login_stale": func() *url.URL { return w.back(w.url + "/auth/facebookads/callback?code=x&state=y") },
		"login_foreign": func() *url.URL {
			to := w.decided(nil)
			mine := w.http.Jar
			w.http.Jar, _ = cookiejar.New(nil)
			defer func() { w.http.Jar = mine }()
			return w.back(to)
		},
		"meta_trouble": func() *url.URL {
			to := w.decided(nil)
			w.sim.Inject(incident...)
			return w.back(to)
		},
	}
}

// Each way in which a login fails has its own message, leaves no source and
// keeps no token.
func TestLogin_FailureLeavesNothing(t *testing.T) {
	t.Parallel()
	w := &way{env: newEnv(t, "accounts=1,ads=2,days=60,seed=8")}
	if got := w.ask("POST", "/api/v1/logins", map[string]any{"connector": "facebookads"}, 422); got["code"] != "no_app" {
		t.Errorf("%v", got)
	}
	w.sim.SetApp(graphsim.App{ID: simApp, Name: "Ours"})
	shown, _ := w.head("/api/v1/catalog/facebookads/app")
	for _, id := range []string{simApp, "31"} {
		got := w.ask("PUT", "/api/v1/catalog/facebookads/app", map[string]any{"id": id, "secret": "0123456789abcdef"}, 422, "If-Match", shown.Get("ETag"))
		if got["code"] != "app_config" {
			t.Errorf("%v", got)
		}
	}
	w.set(graphsim.App{ID: simApp, Name: "Ours"})
	told := map[string]bool{"meta_trouble": true} // of Meta, not of the login
	faults, _ := w.ask("GET", "/api/v1/catalog/facebookads/faults", nil, 200)["items"].([]any)
	for _, one := range faults {
		c, _ := one.(map[string]any)
		told[c["code"].(string)] = c["message"] != "" && c["hint"] != "" && c["retry"] != ""
	}
	before := w.credentials()
	for want, do := range w.ways() {
		if got := w.failed(do()); got != want || !told[got] {
			t.Errorf("%s: %s, told %v", want, got, told[got])
		}
	}
	if n := w.credentials(); n != before {
		t.Errorf("%d credentials were kept", n-before)
	}
	if all, _ := w.ask("GET", "/api/v1/sources", nil, 200)["items"].([]any); len(all) > 0 {
		t.Errorf("%v", all)
	}
}

// A successful login can be used once. Its code and state, the app's secret and the token
// are stored nowhere in clear text.
func TestLogin_WorksOnce(t *testing.T) {
	t.Parallel()
	w := &way{env: newEnv(t, "accounts=1,ads=2,days=60,seed=8")}
	w.set(graphsim.App{ID: simApp, Name: "Ours"})
	good := w.decided(nil)
	landed := w.back(good)
	if got := w.failed(w.back(good)); got != "login_used" {
		t.Errorf("a second time: %s", got)
	}
	made := map[string]any{"connector": "facebookads", "login": landed.Query().Get("login"), "all_accounts": true, "tables": []string{"basic_ad"}, "since": "2026-05-20"}
	id, _ := w.ask("POST", "/api/v1/sources", made, 201)["id"].(string)
	w.ask("POST", "/api/v1/sources", made, 422)
	w.tick()
	k, err := w.s.keyAt(t.Context(), w.credential(id), w.sim.Now())
	if err != nil || w.source(id)["stage"] != "running" {
		t.Fatal(err, w.source(id))
	}
	app, _ := w.sim.App(simApp)
	w.s.close()
	w.supported()
	w.nowhere(append(w.codes, app.Secret, k.secret.Reveal())...)
	w.said = &safeBuffer{} // only the person who began a login was told its state
	w.nowhere(w.states...)
}

// fingerprint is everything about a source except its token and the results of syncs.
func (h *env) fingerprint(id string) string {
	h.t.Helper()
	s := h.source(id)
	var text []string
	for _, name := range []string{"id", "name", "connector", "dataset", "accounts", "all_accounts", "tables", "since", "every_minutes", "created", "created_by", "reports", "metrics"} {
		text = append(text, name, strings.TrimSpace(strings.Join(strings.Fields(toText(s[name])), " ")))
	}
	return strings.Join(text, "|") + one(h.t, h.closed(), "SELECT md5(string_agg(t::VARCHAR, '|' ORDER BY account_id, date, ad_id)) FROM (SELECT * EXCLUDE (_asked_at, _synced_at, _load_id) FROM "+s["dataset"].(string)+".basic_ad) AS t")
}

// A failed source recovers by a login (one request to us, one to Facebook), by another
// source's token, by a connect link, and by copying a token from a second source. Nothing
// else about the source changes.
func TestSource_Reconnect(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=3,days=60,seed=8,steady=1")
	h.set(graphsim.App{ID: simApp, Name: "Ours"})
	for way, cure := range map[string]func(id string){
		"reconnect": func(id string) {
			if landed := h.logIn(id); landed.Path != "/sources/"+id+"/configuration" {
				t.Error(landed)
			}
		},
		"copy": func(id string) {
			second := h.connected(h.mint(graphsim.LongToken, petra), map[string]any{"name": "Second"})
			h.ask("PUT", "/api/v1/sources/"+id+"/credential", map[string]any{"from_source": second}, 200)
		},
		"connect link": h.byLink,
		"the long way": h.longWay,
		"paste a short": func(id string) { // exchanged for a long one at once
			h.ask("PUT", "/api/v1/sources/"+id+"/credential", map[string]any{"token": h.mint(graphsim.ShortToken, petra)}, 200)
			if c := h.ask("GET", "/api/v1/sources/"+id+"/credential", nil, 200); !strings.HasPrefix(c["expires"].(string), h.sim.Now().Add(60*oneDay).UTC().Format("2006-01-02")) {
				t.Errorf("%v", c)
			}
		},
	} {
		id := h.connected(h.mint(graphsim.LongToken, petra), map[string]any{"name": way})
		before := h.fingerprint(id)
		h.sim.Advance(time.Second)
		_ = h.sim.InjectEvent("password_changed", petra, "")
		h.sim.Advance(time.Second)
		h.ask("POST", "/api/v1/sources/"+id+"/runs", map[string]any{}, 201)
		h.tick()
		if h.faultCode(id) != "token_password_changed" {
			t.Fatalf("%s: it is not red: %v", way, h.source(id))
		}
		cure(id)
		h.tick()
		if s := h.source(id); s["fault"] != nil || s["failures"].(float64) != 0 {
			t.Errorf("%s: it is not green: %v", way, s)
		}
		if after := h.fingerprint(id); after != before {
			t.Errorf("%s: something else changed:\n%s\n%s", way, before, after)
		}
	}
	// Only the reveal has shown a token, and the audit log knows of it.
	entries, _ := h.ask("GET", "/api/v1/audit?what=credential.reveal", nil, 200)["items"].([]any)
	if len(entries) != 1 {
		t.Errorf("%v", entries)
	}
}

// byLink has Petra, who has no account here, log in with a connect link.
func (h *env) byLink(id string) {
	h.t.Helper()
	made := h.ask("POST", "/api/v1/sources/"+id+"/connect-links", map[string]any{}, 201)
	code := made["url"].(string)[strings.LastIndex(made["url"].(string), "/")+1:]
	ours := h.http.Jar
	h.http.Jar, _ = cookiejar.New(nil)
	if l := h.ask("GET", "/api/v1/links/"+code, nil, 200); l["source"] != "connect link" {
		h.t.Errorf("%v", l)
	}
	cancelled := h.ask("POST", "/api/v1/links/"+code+"/login", nil, 201)["url"].(string)
	if landed := h.back(h.consented(cancelled, url.Values{"decision": {"cancel"}})); landed.Query().Get("outcome") != "login_cancelled" {
		h.t.Error(landed)
	}
	page := h.ask("POST", "/api/v1/links/"+code+"/login", nil, 201)["url"].(string)
	if landed := h.back(h.consented(page, nil)); landed.Query().Get("outcome") != "good" {
		h.t.Error(landed)
	}
	h.ask("GET", "/api/v1/links/"+code, nil, 404)
	h.ask("POST", "/api/v1/links/"+code+"/login", nil, 404)
	h.ask("GET", "/api/v1/sources", nil, 401)
	h.http.Jar = ours
	links, _ := h.ask("GET", "/api/v1/sources/"+id+"/connect-links", nil, 200)["items"].([]any)
	if l, _ := links[0].(map[string]any); len(links) != 1 || l["used"] == nil || l["open"] != false || l["url"] != nil {
		h.t.Errorf("%v", links)
	}
	again := h.ask("POST", "/api/v1/sources/"+id+"/connect-links", map[string]any{"days": 1}, 201)
	h.ask("DELETE", "/api/v1/sources/"+id+"/connect-links/"+again["id"].(string), nil, 204)
}

// longWay is the workaround that other tools force on people: create a second source, copy
// its token, sync, delete the second source.
func (h *env) longWay(id string) {
	h.t.Helper()
	landed := h.logIn("")
	second, _ := h.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "name": "Rescue", "login": landed.Query().Get("login"), "all_accounts": true, "tables": []string{"basic_ad"}, "since": "2026-05-25"}, 201)["id"].(string)
	reveal := "/api/v1/sources/" + second + "/credential/reveal"
	h.ask("POST", reveal, map[string]any{"password": "wrong wrong wrong"}, 403)
	tag, _ := h.head("/api/v1/settings")
	off := h.ask("PATCH", "/api/v1/settings", map[string]any{"reveal": false}, 200, "If-Match", tag.Get("ETag"))
	if got := h.ask("POST", reveal, map[string]any{"password": anasWord}, 403); got["code"] != "reveal_off" {
		h.t.Errorf("%v", got)
	}
	h.ask("PATCH", "/api/v1/settings", map[string]any{"reveal": true}, 200, "If-Match", off["etag"].(string))
	token, _ := h.ask("POST", reveal, map[string]any{"password": anasWord}, 200)["token"].(string)
	h.ask("PUT", "/api/v1/sources/"+id+"/credential", map[string]any{"token": token}, 200)
	h.tick()
	h.ask("POST", "/api/v1/sources/"+id+"/runs", map[string]any{}, 201)
	h.tick()
	headers, status := h.head("/api/v1/sources/" + second)
	if status != http.StatusOK {
		h.t.Error(status)
	}
	h.ask("DELETE", "/api/v1/sources/"+second, nil, 200, "If-Match", headers.Get("ETag"))
}
