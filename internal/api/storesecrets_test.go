package api_test

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/store"
)

var _ api.Store = (*store.DB)(nil)

// The life of a user on the real database: afterwards the file contains no secret.
func TestStore_HoldsNoPlaintextSecrets(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	db, err := store.Open(ctx, filepath.Join(folder, "adtally.db"))
	if err != nil {
		t.Fatal(err)
	}
	h := newTestServer(t, func(c *api.Config) { c.Store = db })
	admin := h.admin()
	code, _ := admin.invite("eve@example.com", adtally.Viewer)
	eve := h.as(h.ask("POST", "/api/v1/invites/"+code, newcomer).is(http.StatusCreated).cookies()...)
	h.ask("POST", "/api/v1/invites/"+code, newcomer).refused(http.StatusNotFound, "invite_gone")
	var self api.Self
	eve.ask("GET", "/api/v1/session", "").is(http.StatusOK).into(&self)
	path := "/api/v1/users/" + self.ID
	tag := "If-Match: " + admin.ask("GET", path, "").is(http.StatusOK).Header().Get("ETag")
	admin.ask("PATCH", path, `{"role":"builder","permissions":["syncs"]}`, tag).is(http.StatusOK)
	admin.ask("PATCH", path, `{"role":"viewer"}`, tag).refused(http.StatusPreconditionFailed, "stale_edit")
	same(t, "role", eve.ask("GET", "/api/v1/session", "").is(http.StatusOK).field("role"), "builder")
	key := admin.key(adtally.Viewer, nil)
	h.ask("GET", "/api/v1/session", "", "Authorization: Bearer "+key).is(http.StatusOK)
	h.login(ana, "WRONG-CANARY").refused(http.StatusUnauthorized, "wrong_login")
	again := h.login(ana, goodWord).is(http.StatusOK).cookies()
	for _, list := range []string{"users", "invites", "keys", "audit"} {
		var got struct {
			Items []struct{}
			Next  string
		}
		admin.ask("GET", "/api/v1/"+list+"?limit=1", "").is(http.StatusOK).into(&got)
		if len(got.Items) != 1 || list == "audit" && got.Next == "" {
			t.Errorf("%s: %+v", list, got)
		}
		if got.Next != "" {
			admin.ask("GET", "/api/v1/"+list+"?limit=1&cursor="+got.Next, "").is(http.StatusOK)
		}
	}
	eve.ask("DELETE", "/api/v1/session?everywhere=true", "").is(http.StatusNoContent)
	eve.ask("GET", "/api/v1/session", "").refused(http.StatusUnauthorized, "unauthenticated")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(folder + "/*")
	if err != nil || len(kept) == 0 {
		t.Fatal(kept, err)
	}
	for _, name := range kept {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{goodWord, code, key, "CANARY", admin.cookies[0].Value, again[0].Value} {
			if bytes.Contains(raw, []byte(secret)) {
				t.Errorf("%s holds %s", name, secret)
			}
		}
	}
}
