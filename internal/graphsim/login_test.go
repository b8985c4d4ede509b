package graphsim_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

const (
	simApp = "1029384756"
	petra  = "10228765432109876"
	back   = "http://127.0.0.1:9/back"
)

// authorize goes through the login page like a person with a browser, and returns the URL
// of the redirect.
func (s *sim) authorize(change url.Values) *url.URL {
	s.t.Helper()
	form := url.Values{"client_id": {simApp}, "redirect_uri": {back}, "state": {"st"}, "response_type": {"code"}, "scope": {"ads_read,business_management"}}
	for name, values := range change {
		form[name] = values
	}
	page := s.do("GET", "/v25.0/dialog/oauth?"+form.Encode(), "")
	if page.status != 200 || !strings.Contains(string(page.body), "Petra Person") {
		s.t.Fatalf("%d %s", page.status, page.body)
	}
	for name, value := range map[string][]string{"person": {petra}, "grant": {"ads_read", "business_management"}, "decision": {"continue"}} {
		if form[name] == nil {
			form[name] = value
		}
	}
	req := s.request("POST", "/v25.0/dialog/oauth", form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	to, err := res.Location()
	if err != nil {
		s.t.Fatalf("%d %v", res.StatusCode, err)
	}
	return to
}

// form posts a form like an OAuth client.
func (s *sim) form(path string, form url.Values, bearer string) reply {
	s.t.Helper()
	req := s.request("POST", "/v25.0/"+path, form.Encode())
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	r, err := s.send(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func (s *sim) secret() string {
	a, _ := s.App(simApp)
	return a.Secret
}

func (s *sim) exchangeCode(code, redirect string) reply {
	return s.form("oauth/access_token", url.Values{"client_id": {simApp}, "client_secret": {s.secret()}, "redirect_uri": {redirect}, "code": {code}}, "")
}

func (s *sim) exchange(token string, more ...string) reply {
	v := url.Values{"grant_type": {"fb_exchange_token"}, "client_id": {simApp}, "client_secret": {s.secret()}, "fb_exchange_token": {token}}
	for i := 0; i+1 < len(more); i += 2 {
		v.Set(more[i], more[i+1])
	}
	return s.form("oauth/access_token", v, "")
}

type handed struct {
	Token   string `json:"access_token"`
	Type    string `json:"token_type"`
	Expires *int64 `json:"expires_in"`
}

func given(t *testing.T, r reply) (h handed) {
	t.Helper()
	if err := json.Unmarshal(r.body, &h); err != nil || r.status != 200 || h.Token == "" {
		t.Fatalf("%d %s %v", r.status, r.body, err)
	}
	return h
}

// debug returns what debug_token says about a token.
func (s *sim) debug(token string) (d struct {
	Type, Application string
	AppID             string `json:"app_id"`
	UserID            string `json:"user_id"`
	Valid             bool   `json:"is_valid"`
	Expires           int64  `json:"expires_at"`
	Issued            int64  `json:"issued_at"`
	Access            int64  `json:"data_access_expires_at"`
	Scopes            []string
	Error             struct{ Code, Subcode int }
},
) {
	s.t.Helper()
	r := s.do("GET", "/v25.0/debug_token?input_token="+token+"&access_token="+url.QueryEscape(simApp+"|"+s.secret()), "")
	var body struct{ Data any }
	body.Data = &d
	if err := json.Unmarshal(r.body, &body); err != nil || r.status != 200 {
		s.t.Fatalf("%d %s %v", r.status, r.body, err)
	}
	return d
}

func (s *sim) with(token, path string) reply {
	s.t.Helper()
	req := s.request("GET", "/v25.0/"+path, "")
	req.Header.Set("Authorization", "Bearer "+token)
	r, err := s.send(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

// Dialog, code, short-lived token, long-lived token (docs/meta-api.md#login).
func TestLogin_LongLivedToken(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	to := s.authorize(nil)
	if to.Query().Get("state") != "st" || to.Query().Get("code") == "" || to.Fragment != "_=_" {
		t.Fatal(to)
	}
	code := to.Query().Get("code")
	if r := s.exchangeCode(code, back+"/"); !strings.Contains(string(r.body), "redirect_uri is identical") {
		t.Errorf("another redirect: %s", r.body)
	}
	short := given(t, s.exchangeCode(code, back))
	if e := refused(t, s.exchangeCode(code, back)); e.Code != 100 || e.Subcode != 36009 {
		t.Errorf("twice: %+v", e)
	}
	long := given(t, s.exchange(short.Token))
	if long.Type != "bearer" || long.Expires == nil || *long.Expires != 5184000 || *short.Expires != 7200 {
		t.Errorf("%+v %+v", short, long)
	}
	d := s.debug(long.Token)
	if !d.Valid || d.Type != "USER" || d.AppID != simApp || d.UserID != petra || time.Unix(d.Expires, 0).Sub(noon) != 60*24*time.Hour || time.Unix(d.Access, 0).Sub(noon) != 90*24*time.Hour || len(d.Scopes) != 3 {
		t.Errorf("%+v", d)
	}
	s.Advance(59 * 24 * time.Hour)
	again := given(t, s.exchange(long.Token))
	s.Advance(2 * 24 * time.Hour)
	if e := refused(t, s.with(long.Token, "me")); e.Code != 190 || e.Subcode != 463 {
		t.Errorf("%+v", e)
	}
	if e := refused(t, s.exchange(long.Token)); e.Code != 190 {
		t.Errorf("an expired one was exchanged: %+v", e)
	}
	if r := s.with(again.Token, "act_55"); r.status != 200 {
		t.Errorf("%s", r.body)
	}
	s.Advance(30 * 24 * time.Hour)
	if e := refused(t, s.with(again.Token, "me")); e.Code != 190 || e.Subcode != 493 {
		t.Errorf("its access to data should have ended: %+v", e)
	}
	if d := s.debug(again.Token); d.Valid || d.Error.Code != 190 || d.Error.Subcode != 493 {
		t.Errorf("%+v", d)
	}
}

func TestLogin_Errors(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	cancelled := s.authorize(url.Values{"decision": {"cancel"}}).Query()
	if cancelled.Get("error") != "access_denied" || cancelled.Get("error_reason") != "user_denied" || cancelled.Get("state") != "st" || cancelled.Get("code") != "" {
		t.Error(cancelled)
	}
	unticked := given(t, s.exchangeCode(s.authorize(url.Values{"grant": {"business_management"}}).Query().Get("code"), back))
	if r := s.with(unticked.Token, "me/permissions"); !strings.Contains(string(r.body), `{"permission":"ads_read","status":"declined"}`) {
		t.Errorf("%s", r.body)
	}
	if r := s.with(unticked.Token, "act_55"); r.status != 403 {
		t.Errorf("%d", r.status)
	}
	old := s.authorize(nil).Query().Get("code")
	s.Advance(10 * time.Minute)
	if e := refused(t, s.exchangeCode(old, back)); e.Code != 100 || e.Subcode != 36007 {
		t.Errorf("%+v", e)
	}
	wrong := url.Values{"client_id": {simApp}, "client_secret": {"no"}, "redirect_uri": {back}, "code": {"x"}}
	if e := refused(t, s.form("oauth/access_token", wrong, "")); e.Code != 1 {
		t.Errorf("%+v", e)
	}
	wrong.Set("client_id", "77")
	if e := refused(t, s.form("oauth/access_token", wrong, "")); e.Code != 101 {
		t.Errorf("%+v", e)
	}
	s.SetApp(graphsim.App{ID: simApp, Name: "x", Development: true, Redirects: []string{back}})
	form := url.Values{"client_id": {simApp}, "redirect_uri": {back}, "response_type": {"code"}, "person": {petra}, "decision": {"continue"}}
	if r := s.form("dialog/oauth", form, ""); r.status != 400 || !strings.Contains(string(r.body), "App not active") {
		t.Errorf("%d %s", r.status, r.body)
	}
	form.Set("redirect_uri", back+"/other")
	if r := s.form("dialog/oauth", form, ""); !strings.Contains(string(r.body), "URL Blocked") {
		t.Errorf("%d %s", r.status, r.body)
	}
}

// Events of a person or an app end existing tokens, but not later ones (docs/meta-api.md#tokens).
func TestTokens_Events(t *testing.T) {
	t.Parallel()
	for event, subcode := range map[string]int{"password_changed": 460, "logged_out": 467, "app_removed": 458, "checkpoint": 459} {
		s := serve(t, graphsim.Options{}, hand{id: "55"})
		long, _ := s.Mint(graphsim.LongToken, petra, simApp)
		s.Advance(time.Hour)
		if err := s.InjectEvent(event, petra, simApp); err != nil {
			t.Fatal(err)
		}
		if e := refused(t, s.with(long, "me")); e.Code != 190 || e.Subcode != subcode {
			t.Errorf("%s: %+v", event, e)
		}
		if r := s.get("me"); r.status != 200 {
			t.Errorf("%s: the system user's token died too: %s", event, r.body)
		}
		revived := long
		if event == "checkpoint" { // the token becomes valid again
			_ = s.InjectEvent("checkpoint_passed", petra, "")
		} else {
			s.Advance(time.Second)
			revived, _ = s.Mint(graphsim.LongToken, petra, simApp)
		}
		if r := s.with(revived, "me"); r.status != 200 {
			t.Errorf("%s: %s", event, r.body)
		}
	}
	s := serve(t, graphsim.Options{})
	long, _ := s.Mint(graphsim.LongToken, petra, simApp)
	s.SetApp(graphsim.App{ID: simApp, Development: true})
	if e := refused(t, s.with(long, "me")); e.Subcode != 492 {
		t.Errorf("%+v", e)
	}
	s.SetApp(graphsim.App{ID: simApp, Blocked: true})
	if e := refused(t, s.get("me")); e.Code != 200 || !strings.Contains(e.Message, "API access blocked") {
		t.Errorf("%+v", e)
	}
}

// A system user's token never expires, or after 60 days; the latter can be exchanged in
// time (docs/meta-api.md#tokens).
func TestTokens_SystemUser(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	s.SetPerson(graphsim.Person{ID: "1", Name: "Robot", System: true})
	made := func(more ...string) string {
		v := url.Values{"business_app": {simApp}, "scope": {"ads_read"}, "appsecret_proof": {proof(s.secret(), token)}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		return given(t, s.form("1/access_tokens", v, token)).Token
	}
	never, sixty := made(), made("set_token_expires_in_60_days", "true")
	if d := s.debug(never); d.Type != "SYSTEM_USER" || d.Expires != 0 || d.Access != 0 || d.UserID != "1" {
		t.Errorf("%+v", d)
	}
	s.Advance(50 * 24 * time.Hour)
	if r := s.exchange(sixty); r.status != 400 {
		t.Errorf("without set_token_expires_in_60_days: %s", r.body)
	}
	next := given(t, s.exchange(sixty, "set_token_expires_in_60_days", "true")).Token
	s.Advance(11 * 24 * time.Hour)
	for token, lives := range map[string]bool{never: true, next: true, sixty: false} {
		if r := s.with(token, "me"); (r.status == 200) != lives {
			t.Errorf("%v: %s", lives, r.body)
		}
	}
}

func proof(secret, token string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(token))
	return fmt.Sprintf("%x", mac.Sum(nil))
}

func TestApp_RequiresProof(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	if e := refused(t, s.get("me", "appsecret_proof", "00")); e.Message != "Invalid appsecret_proof provided in the API argument" || e.Type != "GraphMethodException" {
		t.Errorf("%+v", e)
	}
	s.SetApp(graphsim.App{ID: simApp, Proof: true})
	if e := refused(t, s.get("me")); e.Message != "API calls from the server require an appsecret_proof argument" {
		t.Errorf("%+v", e)
	}
	good := proof(s.secret(), token)
	if r := s.get("act_55/ads", "limit", "1", "appsecret_proof", good); r.status != 200 || strings.Contains(string(r.body), "appsecret_proof") {
		t.Errorf("%d %s", r.status, r.body)
	}
	batch := url.Values{"batch": {`[{"method":"GET","relative_url":"me"}]`}, "appsecret_proof": {good}}
	if r := s.form("", batch, token); r.status != 200 || !strings.Contains(string(r.body), `"code":200`) {
		t.Errorf("%s", r.body)
	}
}

// A person sees an account only while it is shared with them.
func TestPerson_SharedAccounts(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"}, hand{id: "56"})
	s.SetPerson(graphsim.Person{ID: petra, Name: "Petra Person", Accounts: []string{"act_55"}})
	long, _ := s.Mint(graphsim.LongToken, petra, simApp)
	if r := s.with(long, "me/adaccounts"); !strings.Contains(string(r.body), "act_55") || strings.Contains(string(r.body), "act_56") {
		t.Errorf("%s", r.body)
	}
	for path, status := range map[string]int{"act_55/ads": 200, "act_56/ads": 403, "act_56": 403} {
		if r := s.with(long, path); r.status != status {
			t.Errorf("%s: %d %s", path, r.status, r.body)
		}
	}
}

// Everything can be set up over HTTP, for tests in other languages and for experiments.
func TestControl_SetUp(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	for path, body := range map[string]string{
		"person": `{"id":"9","name":"Nora","accounts":["55"]}`,
		"app":    `{"id":"8","name":"Other","terse":true}`,
	} {
		if r := s.do("POST", "/__sim/"+path, body); r.status != 200 {
			t.Fatalf("%s: %s", path, r.body)
		}
	}
	var made struct{ Token string }
	r := s.do("POST", "/__sim/token", `{"kind":"long","person":"9","app":"8","scopes":["ads_read"]}`)
	if err := json.Unmarshal(r.body, &made); err != nil || made.Token == "" {
		t.Fatalf("%s", r.body)
	}
	if r := s.with(made.Token, "me"); !strings.Contains(string(r.body), "Nora") {
		t.Errorf("%s", r.body)
	}
	if r := s.do("POST", "/__sim/event", `{"event":"flies","person":"9"}`); r.status != 400 {
		t.Errorf("%s", r.body)
	}
	if r := s.do("GET", "/v25.0/debug_token?input_token="+made.Token, ""); r.status != 400 || !strings.Contains(string(r.body), "did not match the Viewing App") {
		t.Errorf("another app's token: %d %s", r.status, r.body)
	}
}
