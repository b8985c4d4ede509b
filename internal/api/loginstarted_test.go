package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

// back is a browser that returns from the platform's login with a code.
func (h *testServer) back(begun reply, code string) {
	h.t.Helper()
	var b api.LoginStarted
	begun.is(http.StatusCreated).into(&b)
	u, err := url.Parse(b.URL)
	if err != nil {
		h.t.Fatal(err)
	}
	browser := h.as(append(h.cookies, begun.cookies()...)...)
	browser.ask("GET", "/auth/facebookads/callback?state="+url.QueryEscape(u.Query().Get("state"))+"&code="+code, "").is(http.StatusFound)
}

// A login that waits for confirmation is listed at its source. The person who started
// it, the creator of its link or an admin can use it; nobody else can, and no other
// source.
func TestLogins_AreUsedByTheirStarterOrAnAdmin(t *testing.T) {
	t.Parallel()
	type people struct{ admin, ana, bob *testServer }
	for _, c := range []struct {
		name   string
		link   bool
		user   func(people) *testServer
		status int
	}{
		{"by its starter", false, func(p people) *testServer { return p.ana }, http.StatusOK},
		{"by an admin", false, func(p people) *testServer { return p.admin }, http.StatusOK},
		{"by another builder", false, func(p people) *testServer { return p.bob }, http.StatusForbidden},
		{"by the creator of its link", true, func(p people) *testServer { return p.ana }, http.StatusOK},
		{"of a link, by another builder", true, func(p people) *testServer { return p.bob }, http.StatusForbidden},
	} {
		h, path := connected(t)
		p := people{h, h.guest("anna@example.com", adtally.Builder, adtally.Credentials), h.guest("bob@example.com", adtally.Builder, adtally.Credentials)}
		id := path[strings.LastIndex(path, "/")+1:]
		if c.link {
			made := p.ana.ask("POST", path+"/connect-links", "{}").is(http.StatusCreated).field("url")
			stranger := h.as()
			stranger.back(stranger.ask("POST", "/api/v1/links/"+made[strings.LastIndex(made, "/")+1:]+"/login", ""), "other")
		} else {
			p.ana.back(p.ana.ask("POST", "/api/v1/logins", `{"connector":"facebookads","source":"`+id+`"}`), "other")
		}
		var list struct{ Items []api.LoginView }
		p.bob.ask("GET", path+"/logins", "").is(http.StatusOK).into(&list)
		if len(list.Items) != 1 || list.Items[0].State != "waiting" || !c.link && list.Items[0].ByName != "anna@example.com" {
			t.Fatalf("%s: the source's logins are %+v", c.name, list.Items)
		}
		use := `{"login":"` + list.Items[0].ID + `","confirm":true}`
		other := "/api/v1/sources/" + h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
		h.ask("PUT", other+"/credential", use).refused(http.StatusUnprocessableEntity, "invalid").names(t, "body.login")
		got := c.user(p).ask("PUT", path+"/credential", use)
		if got.Code != c.status {
			t.Errorf("%s: %d %s", c.name, got.Code, got.Body)
		}
		state := map[int]string{http.StatusOK: "taken", http.StatusForbidden: "waiting"}[c.status]
		same(t, c.name+": its state", p.ana.ask("GET", "/api/v1/logins/"+list.Items[0].ID, "").is(http.StatusOK).field("state"), state)
	}
	h, path := connected(t)
	h.guest("vic@example.com", adtally.Viewer).ask("GET", path+"/logins", "").refused(http.StatusForbidden, "forbidden")
	h.ask("GET", "/api/v1/sources/nobody/logins", "").refused(http.StatusNotFound, "not_found")
}

// Refused logins and refused reveals of a token are in the audit log.
func TestAudit_RecordsRefusals(t *testing.T) {
	t.Parallel()
	db := newStore(t)
	h := newTestServer(t, func(c *api.Config) { c.Store, c.Service = db, serviceOf(db) }).admin()
	path := "/api/v1/sources/" + h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good"}`).is(http.StatusCreated).field("id")
	h.login("nobody@example.com", "WRONG-CANARY").refused(http.StatusUnauthorized, "wrong_login")
	h.ask("POST", path+"/credential/reveal", `{"password":"WRONG-CANARY"}`).refused(http.StatusForbidden, "wrong_password")
	h.ask("POST", path+"/credential/reveal", `{"password":"`+goodWord+`"}`).is(http.StatusOK)
	h.ask("PATCH", "/api/v1/settings", `{"reveal":false}`, `If-Match: "0"`).is(http.StatusOK)
	h.ask("POST", path+"/credential/reveal", `{"password":"`+goodWord+`"}`).refused(http.StatusForbidden, "reveal_off")
	var got []string
	var log struct{ Items []api.AuditEntry }
	raw := h.ask("GET", "/api/v1/audit", "").is(http.StatusOK)
	raw.into(&log)
	for _, d := range log.Items {
		if strings.HasPrefix(d.What, "session.refused") || strings.HasPrefix(d.What, "credential.") {
			got = append(got, fmt.Sprint(d.What, " ", d.Name, " ", d.Detail))
		}
	}
	same(t, "the audit log", got, []string{"credential.reveal_refused Ana map[why:reveal_off]", "credential.reveal Ana map[]",
		"credential.reveal_refused Ana map[why:wrong_password]", "session.refused  map[email:nobody@example.com]"})
	if strings.Contains(raw.Body.String(), "CANARY") {
		t.Error("the audit log holds a password that was tried")
	}
}

// The API never shows a zero time, and shows the name of a person beside their ID.
func TestAnswers_HaveNoZeroTimesAndNamePeople(t *testing.T) {
	t.Parallel()
	db := newStore(t)
	h := newTestServer(t, func(c *api.Config) { c.Store, c.Service = db, serviceOf(db) }).admin()
	key := h.key(adtally.Builder, []adtally.Permission{adtally.Credentials, adtally.Syncs})
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	path := "/api/v1/sources/" + source
	byKey := h.as().ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`, "Authorization: Bearer "+key).is(http.StatusCreated)
	same(t, "who made a source by a key", byKey.field("created_by_name"), "k")
	run := h.ask("POST", path+"/runs", "{}").is(http.StatusCreated).field("id")
	h.ask("POST", path+"/connect-links", "{}").is(http.StatusCreated)
	channel := h.ask("POST", "/api/v1/channels", `{"kind":"webhook","settings":{"url":"up"}}`).is(http.StatusCreated).field("id")
	h.guest("eve@example.com", adtally.Viewer)
	login := h.ask("POST", "/api/v1/logins", `{"connector":"facebookads"}`)
	h.back(login, "good")
	tests := []string{h.ask("POST", path+"/credential/test", `{"token":"other"}`).is(http.StatusOK).Body.String(),
		h.ask("PUT", path+"/credential", `{"token":"other"}`).refused(http.StatusConflict, "accounts_lost").Body.String()}
	named := 0
	for _, at := range []string{"/api/v1/sources", path, path + "/credential", path + "/connect-links", path + "/accounts", path + "/logins", path + "/dependents", "/api/v1/runs", "/api/v1/runs/" + run,
		"/api/v1/channels", "/api/v1/channels/" + channel, "/api/v1/invites", "/api/v1/keys", "/api/v1/users", "/api/v1/audit", "/api/v1/alerts", "/api/v1/logins/" + login.field("id")} {
		text := h.ask("GET", at, "").is(http.StatusOK).Body.String()
		tests = append(tests, text)
		var v any
		if err := json.Unmarshal([]byte(text), &v); err != nil {
			t.Fatal(err)
		}
		named += people(t, at, v)
	}
	for _, text := range tests {
		if strings.Contains(text, `"0001-01-01`) {
			t.Errorf("a zero time: %s", text)
		}
	}
	if named < 12 {
		t.Errorf("only %d people were found", named)
	}
}

// people counts the IDs of people in a value and checks that their names are present.
func people(t *testing.T, where string, v any) (count int) {
	t.Helper()
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			count += people(t, where, one)
		}
	case map[string]any:
		for field, value := range v {
			count += people(t, where, value)
			id, _ := value.(string)
			if !strings.HasPrefix(id, "user:") || field == "who" {
				continue
			}
			count++
			if name, _ := v[field+"_name"].(string); name == "" {
				t.Errorf("%s: %s is %s, and has no name beside it", where, field, id)
			}
		}
	}
	return count
}
