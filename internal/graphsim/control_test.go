package graphsim_test

import (
	"net/http"
	"strings"
	"testing"

	"adtally/internal/graphsim"
)

func TestInject_MatchAndTimes(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"}, hand{id: "56"})
	r := s.do("POST", "/__sim/faults", `[{"match":"GET act/*","account":"act_55","after":1,"times":2,"code":17,"subcode":2446079,"message":"User request limit reached","is_transient":false}]`)
	if r.status != http.StatusOK || !strings.Contains(string(r.body), "2446079") {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for i, path := range []string{"act_55/ads", "act_56/ads", "act_55", "act_55/ads", "act_55/insights", "act_55/ads"} {
		r := s.get(path)
		if applies := i == 3 || i == 4; applies != (r.status == 400) {
			t.Errorf("call %d, %s: %d %s", i, path, r.status, r.body)
		} else if applies {
			if e := refused(t, r); e.Code != 17 || e.Subcode != 2446079 || e.Transient == nil || *e.Transient || r.header.Get("X-Business-Use-Case-Usage") == "" {
				t.Errorf("%+v %v", e, r.header)
			}
		}
	}
	if left := strings.TrimSpace(string(s.do("GET", "/__sim/faults", "").body)); left != "[]" {
		t.Errorf("still there: %s", left)
	}
}

// A fault that was sent as JSON is shown as an equivalent script line.
func TestFaults_JSONAsLines(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	s.do("POST", "/__sim/faults", `[{"match":"GET act/*","account":"act_55","after":1,"times":2,"code":17,"subcode":2446079,"message":"User \"request\" limit","status":400},
		{"drop":true},{"truncate":9},{"body":"<html>"},{"delay_ms":1500,"times":3},{"job":"fail"},{"job":"skip"},{"job":"stall"},{"job":"running100"},{"job":"notready"},{"job":"unstarted"}]`)
	told := s.Faults()
	again, err := graphsim.ParseScript(strings.Join(told, "\n"))
	if err != nil || len(again) != 11 || told[0] != `error 17/2446079 saying "User \"request\" limit" status 400 on "GET act/*" on act_55 after 1 calls twice` {
		t.Errorf("%v: %v", err, told)
	}
}

func TestFaults_DropTruncateReplace(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(30))
	s.Inject(graphsim.Fault{Match: "GET act/insights", Drop: true}, graphsim.Fault{Match: "GET act/insights", Cut: 40}, graphsim.Fault{Match: "GET act/insights", Body: "<html>busy</html>"})
	ask := func() (reply, error) { return s.send(s.request("GET", "/v25.0/act_55/insights?time_increment=1", "")) }
	if r, err := ask(); err == nil {
		// Go's client repeats a GET by itself if the connection is closed.
		t.Logf("the lost answer was asked for again: %d", r.status)
	}
	for range 3 {
		r, err := ask()
		if err == nil && string(r.body) == "<html>busy</html>" {
			break
		}
		if err == nil && r.status == 200 && strings.HasSuffix(string(r.body), "}") {
			t.Fatalf("a whole answer: %s", r.body)
		}
	}
	if r, err := ask(); err != nil || r.status != 200 || !strings.HasSuffix(string(r.body), "}") {
		t.Errorf("after the faults: %v %d", err, r.status)
	}
}

func TestControl_Reset(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, days(3))
	run := s.run("act_55")
	s.do("POST", "/__sim/faults", `[{"code":2,"message":"failure","times":2},{"scopes":["none"]}]`)
	wantRefusal(t, s.get("me"), 400, 2, 0)
	if r := s.do("POST", "/__sim/reset", ""); r.status != 200 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	if c := s.Calls(); c.Counted != 0 || c.HTTP != 0 || len(c.By) != 0 || len(s.Jobs()) != 0 {
		t.Errorf("%+v, %v", c, s.Jobs())
	}
	decode[list](t, s.get(run+"/insights")) // the results of a job stay readable
	for name, want := range map[string]string{"calls": `{"counted":1,"http":1,"by":{"GET run/insights":1},"account":{"act_55":1},"blocked":{}}`, "jobs": "[]", "faults": "[]"} {
		if got := strings.TrimSpace(string(s.do("GET", "/__sim/"+name, "").body)); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestControl_InvalidInput(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	for _, c := range [][3]string{
		{"POST", "clock", `{}`}, {"POST", "clock", `{"advance":"soon"}`}, {"POST", "clock", `{"now":"2026-07-01T00:00:00Z","advance":"1h"}`}, {"POST", "clock", `{"later":"1h"}`},
		{"POST", "faults", `{"code":1}`}, {"POST", "faults", `[{"cod":1}]`}, {"POST", "faults", ``}, {"GET", "wings", ""}, {"DELETE", "faults", ""}, {"GET", "reset", ""},
	} {
		if r := s.do(c[0], "/__sim/"+c[1], c[2]); r.status != http.StatusBadRequest || !strings.Contains(string(r.body), `"error"`) {
			t.Errorf("%v: %d %s", c, r.status, r.body)
		}
	}
	if !s.Now().Equal(noon) || s.Calls().HTTP != 0 {
		t.Errorf("it is %s after %d calls", s.Now(), s.Calls().HTTP)
	}
}

// No token, an unknown one, an expired one, and one with too few permissions.
func TestTokens_Permissions(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	with := func(auth, path string) reply {
		r := s.request("GET", "/v25.0/"+path, "")
		r.Header.Set("Authorization", auth)
		got, err := s.send(r)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	for _, c := range []struct {
		auth, path string
		code       int
	}{{"", "act_55", 104}, {"Bearer EAAother", "act_55", 190}, {"", "act_55?access_token=EAAother", 190}, {"", "debug_token?input_token=x", 104}} {
		r := with(c.auth, c.path)
		wantRefusal(t, r, 400, c.code, 0)
		if !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") || r.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%v", r.header)
		}
	}
	if r := with("", "act_55?access_token="+token); r.status != 200 {
		t.Errorf("a token in the address: %s", r.body)
	}
	dead := 463
	s.Inject(graphsim.Fault{Revoke: &dead})
	wantRefusal(t, s.get("act_55"), 400, 190, 463)
	wantRefusal(t, s.do("POST", "/v25.0/", params("batch", "[]").Encode()), 400, 190, 463)
	alive := 0
	s.Inject(graphsim.Fault{Revoke: &alive}, graphsim.Fault{Scopes: []string{"public_profile"}})
	wantRefusal(t, s.get("act_55/ads"), 403, 200, 0)
	wantBody(t, s.get("me/adaccounts"), `{"data":[]}`)
	wantBody(t, s.get("me/permissions"), `{"data":[{"permission":"public_profile","status":"granted"}]}`)
	s.Inject(graphsim.Fault{Scopes: []string{"ads_read"}})
	wantBody(t, s.get("act_55/ads"), `{"data":[]}`)
	wantRefusal(t, s.get("act_55", "fields", "name,owner"), 403, 200, 0)
	wantBody(t, s.get("act_55", "fields", "name"), `{"name":"Hand\/made","id":"act_55"}`)
}

func TestDebugToken(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	type debug struct {
		Data struct {
			Valid   bool   `json:"is_valid"`
			Kind    string `json:"type"`
			Expires *int64 `json:"expires_at"`
			Scopes  []string
			Error   *graphError
		}
	}
	d := decode[debug](t, s.get("debug_token", "input_token", token)).Data
	if !d.Valid || d.Kind != "SYSTEM_USER" || d.Expires == nil || *d.Expires != 0 || len(d.Scopes) == 0 || d.Error != nil {
		t.Errorf("%+v", d)
	}
	if d = decode[debug](t, s.get("debug_token", "input_token", "EAAother")).Data; d.Valid || d.Error == nil || d.Error.Code != 190 {
		t.Errorf("a foreign one: %+v", d)
	}
	dead := 460
	s.Inject(graphsim.Fault{Revoke: &dead})
	wantRefusal(t, s.get("debug_token", "input_token", token), 400, 190, 460)
	r := s.request("GET", "/v25.0/debug_token?input_token="+token, "")
	r.Header.Set("Authorization", "Bearer "+simApp+"|"+s.secret())
	got, err := s.send(r)
	if err != nil {
		t.Fatal(err)
	}
	if d = decode[debug](t, got).Data; d.Valid || d.Error == nil || d.Error.Code != 190 {
		t.Errorf("a dead one: %+v", d)
	}
}
