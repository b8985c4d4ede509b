package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api"
)

// invite creates an invite and returns its code and ID.
func (h *testServer) invite(email string, role adtally.Role) (code, id string) {
	h.t.Helper()
	made := h.ask("POST", "/api/v1/invites", form("email", email, "role", string(role))).is(http.StatusCreated)
	link := made.field("link")
	before, code, _ := strings.Cut(link, "#")
	same(h.t, "link", before, "http://ads.example.com/invite")
	return code, made.field("id")
}

var newcomer = form("name", "Eve", "password", goodWord)

func TestInvite_CreatesOneUser(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	code, _ := admin.invite("Eve@Example.com", adtally.Editor)
	var seen api.InviteView
	h.ask("GET", "/api/v1/invites/"+code, "").is(http.StatusOK).into(&seen)
	same(t, "invite", seen, api.InviteView{Email: "eve@example.com", Role: adtally.Editor, Expires: seen.Expires})
	eve := h.as(h.ask("POST", "/api/v1/invites/"+code, newcomer).is(http.StatusCreated).cookies()...)
	same(t, "role", eve.ask("GET", "/api/v1/session", "").is(http.StatusOK).field("role"), "editor")
	h.ask("POST", "/api/v1/invites/"+code, newcomer).refused(http.StatusNotFound, "invite_gone")
	h.ask("GET", "/api/v1/invites/"+code, "").refused(http.StatusNotFound, "invite_gone")
	admin.ask("POST", "/api/v1/invites", form("email", "eve@example.com", "role", "viewer")).refused(http.StatusConflict, "email_taken")
	admin.ask("POST", "/api/v1/invites", form("email", "a@example.com", "role", "owner")).refused(http.StatusUnprocessableEntity, "invalid")
}

func TestInvite_IsUsedOnceConcurrently(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	code, _ := h.admin().invite("eve@example.com", adtally.Viewer)
	var in atomic.Int64
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if h.ask("POST", "/api/v1/invites/"+code, newcomer).Code == http.StatusCreated {
				in.Add(1)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 || len(h.store.users) != 2 {
		t.Errorf("%d came in; there are %d users", in.Load(), len(h.store.users))
	}
}

func TestInvite_RevokedOrExpired(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t)
		admin := h.admin()
		back, id := admin.invite("a@example.com", adtally.Viewer)
		admin.ask("DELETE", "/api/v1/invites/"+id, "").is(http.StatusNoContent)
		admin.ask("DELETE", "/api/v1/invites/"+id, "").refused(http.StatusNotFound, "invite_gone")
		h.ask("POST", "/api/v1/invites/"+back, newcomer).refused(http.StatusNotFound, "invite_gone")
		late, _ := admin.invite("b@example.com", adtally.Viewer)
		time.Sleep(7*24*time.Hour - time.Second)
		h.ask("GET", "/api/v1/invites/"+late, "").is(http.StatusOK)
		time.Sleep(time.Second)
		h.ask("POST", "/api/v1/invites/"+late, newcomer).refused(http.StatusNotFound, "invite_gone")
		var list struct{ Items []api.Invite }
		h.admin2().ask("GET", "/api/v1/invites", "").is(http.StatusOK).into(&list)
		same(t, "states", []string{list.Items[0].State, list.Items[1].State}, []string{"expired", "revoked"})
	})
}

func TestKey_Authenticates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newTestServer(t)
		admin := h.admin()
		end := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		made := admin.ask("POST", "/api/v1/keys", `{"name":"ci","role":"builder","permissions":["syncs"],"expires":"`+end+`"}`).is(http.StatusCreated)
		token := made.field("token")
		bearer := "Authorization: Bearer " + token
		var self api.Self
		h.ask("GET", "/api/v1/session", "", bearer).is(http.StatusOK).into(&self)
		same(t, "the key", self, api.Self{Kind: "key", ID: made.field("id"), Name: "ci", Role: adtally.Builder, Permissions: []adtally.Permission{adtally.Syncs}})
		if list := admin.ask("GET", "/api/v1/keys", "").is(http.StatusOK).Body.String(); strings.Contains(list, token) || !strings.Contains(list, "last_used") {
			t.Errorf("the list is %s", list)
		}
		for _, bad := range []string{"Bearer adt_made_up", "Bearer " + token + "x", "Basic " + token, token, "Bearer", "Bearer  " + token} {
			// An invalid key is refused even together with a valid session.
			admin.ask("GET", "/api/v1/session", "", "Authorization: "+bad).refused(http.StatusUnauthorized, "unauthenticated")
		}
		time.Sleep(time.Hour)
		h.ask("GET", "/api/v1/session", "", bearer).refused(http.StatusUnauthorized, "unauthenticated")
		other := admin.ask("POST", "/api/v1/keys", `{"name":"x","role":"viewer"}`).is(http.StatusCreated)
		admin.ask("DELETE", "/api/v1/keys/"+other.field("id"), "").is(http.StatusNoContent)
		h.ask("GET", "/api/v1/session", "", "Authorization: Bearer "+other.field("token")).refused(http.StatusUnauthorized, "unauthenticated")
		admin.ask("POST", "/api/v1/keys", `{"name":"x","role":"viewer","expires":"1999-01-01T00:00:00Z"}`).refused(http.StatusUnprocessableEntity, "invalid")
	})
}

func TestUser_LastAdminStays(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	var self api.Self
	admin.ask("GET", "/api/v1/session", "").into(&self)
	path := "/api/v1/users/" + self.ID
	tag := "If-Match: " + admin.ask("GET", path, "").is(http.StatusOK).Header().Get("ETag")
	for _, change := range []string{`{"role":"builder"}`, `{"disabled":true}`} {
		admin.ask("PATCH", path, change, tag).refused(http.StatusConflict, "last_admin")
	}
	admin.guest("eve@example.com", adtally.Admin)
	admin.ask("PATCH", path, `{"role":"viewer"}`, tag).is(http.StatusOK)
	admin.ask("GET", "/api/v1/users", "").refused(http.StatusForbidden, "forbidden") // immediately
}

func TestUser_UpdateRequiresIfMatch(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	var self api.Self
	admin.ask("GET", "/api/v1/session", "").into(&self)
	path := "/api/v1/users/" + self.ID
	tag := admin.ask("GET", path, "").is(http.StatusOK).Header().Get("ETag")
	admin.ask("PATCH", path, `{"name":"A"}`).refused(http.StatusPreconditionRequired, "edit_unconditional")
	for _, bad := range []string{"*", `W/` + tag, `"99"`, "1", `"one"`} {
		admin.ask("PATCH", path, `{"name":"A"}`, "If-Match: "+bad).refused(http.StatusPreconditionFailed, "stale_edit")
	}
	next := admin.ask("PATCH", path, `{"name":"A"}`, "If-Match: "+tag).is(http.StatusOK)
	same(t, "name", next.field("name"), "A")
	admin.ask("PATCH", path, `{"name":"B"}`, "If-Match: "+tag).refused(http.StatusPreconditionFailed, "stale_edit")
	admin.ask("PATCH", path, `{"name":"B"}`, "If-Match: "+next.Header().Get("ETag")).is(http.StatusOK)
	admin.ask("PATCH", "/api/v1/users/nobody", `{"name":"B"}`, "If-Match: "+tag).refused(http.StatusNotFound, "not_found")
}

// Every change is in the audit log with caller, action, object, time and address.
// Neither the audit log nor the server's log contains a secret.
func TestAudit_RecordsChangesWithoutSecrets(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin().at("198.51.100.7")
	admin.cookies = h.login(ana, goodWord).cookies()
	code, _ := admin.invite("eve@example.com", adtally.Viewer)
	h.ask("POST", "/api/v1/invites/"+code, newcomer).is(http.StatusCreated)
	key := admin.key(adtally.Builder, adtally.Permissions())
	h.ask("GET", "/api/v1/session", "", "Authorization: Bearer "+key).is(http.StatusOK)
	h.login("eve@example.com", "WRONG-CANARY").is(http.StatusUnauthorized)
	admin.disable("eve@example.com")
	h.ask("GET", "/auth/oidc/callback?code=CODE-CANARY&state=x", "")
	cookies := admin.ask("PUT", "/api/v1/session/password", form("current", goodWord, "new", "NEW-PASSWORD-CANARY")).is(http.StatusNoContent).cookies()
	admin = admin.as(cookies...)
	audit := admin.ask("GET", "/api/v1/audit?limit=200", "").is(http.StatusOK)
	var list struct{ Items []api.AuditEntry }
	audit.into(&list)
	var what []string
	for _, d := range list.Items {
		what = append(what, d.What)
		if d.ID == "" || d.At.IsZero() || d.From == "" || d.Object == "" || (d.Who == "") != (d.What == "session.refused") {
			t.Errorf("it says only %+v", d)
		}
	}
	same(t, "entries", what, []string{"user.password", "user.update", "session.refused", "key.create", "invite.accept", "invite.create", "session.start", "setup"})
	if d := list.Items[1]; d.From != "198.51.100.7" || d.Name != "Ana" || d.Detail["disabled"] != "false → true" {
		t.Errorf("the change: %+v", d)
	}
	raw, err := json.Marshal(h.store.audit)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{setupCode, goodWord, code, key, "CANARY", cookies[0].Value, "argon2"} {
		if strings.Contains(audit.Body.String()+string(raw), secret) {
			t.Errorf("the audit log holds %s", secret)
		}
		if strings.Contains(h.log.String(), secret) {
			t.Errorf("the log holds %s", secret)
		}
	}
}

func TestAudit_Filters(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	for i := range 5 {
		admin.invite(fmt.Sprintf("u%d@example.com", i), adtally.Viewer)
	}
	count := func(query string) int {
		var list struct{ Items []api.AuditEntry }
		admin.ask("GET", "/api/v1/audit"+query, "").is(http.StatusOK).into(&list)
		return len(list.Items)
	}
	for query, want := range map[string]int{"": 6, "?what=invite.create": 5, "?what=setup": 1, "?who=user:nobody": 0, "?since=2999-01-01T00:00:00Z": 0, "?until=2999-01-01T00:00:00Z": 6, "?object=" + h.store.audit[1].Object: 1} {
		if got := count(query); got != want {
			t.Errorf("%q: %d, want %d", query, got, want)
		}
	}
	admin.ask("GET", "/api/v1/audit?whose=1", "").refused(http.StatusUnprocessableEntity, "invalid")
}

// Pages return every item once, and a cursor fits only its own list.
func TestPages_ReturnEveryItemOnce(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	admin := h.admin()
	for i := range 7 {
		admin.invite(fmt.Sprintf("u%d@example.com", i), adtally.Viewer)
	}
	for _, path := range []string{"/api/v1/invites", "/api/v1/audit?what=invite.create"} {
		seen, cursor := map[string]bool{}, ""
		for pages := 0; pages == 0 || cursor != ""; pages++ {
			var list struct {
				Items []struct{ ID string }
				Next  string
			}
			admin.ask("GET", with(path, "limit=3&cursor="+cursor), "").is(http.StatusOK).into(&list)
			for _, i := range list.Items {
				seen[i.ID] = true
			}
			if len(list.Items) == 0 || pages > 3 {
				t.Fatalf("page %d of %s: %+v", pages, path, list)
			}
			cursor = list.Next
		}
		if len(seen) != 7 {
			t.Errorf("%s gave %d items", path, len(seen))
		}
	}
	next := admin.ask("GET", "/api/v1/invites?limit=3", "").field("next")
	for _, path := range []string{"/api/v1/keys?cursor=" + next, "/api/v1/audit?cursor=" + next, "/api/v1/invites?cursor=" + next[:len(next)-2] + "AA", "/api/v1/invites?cursor=x"} {
		admin.ask("GET", path, "").refused(http.StatusUnprocessableEntity, "bad_cursor")
	}
	admin.ask("GET", "/api/v1/invites?limit=201", "").refused(http.StatusUnprocessableEntity, "invalid")
}

func with(path, query string) string {
	if strings.Contains(path, "?") {
		return path + "&" + query
	}
	return path + "?" + query
}
