package api_test

import (
	"net/http"
	"testing"

	"adtally"
	"adtally/internal/api"
)

func TestSetup_CreatesFirstAdmin(t *testing.T) {
	t.Parallel()
	h := newTestServer(t)
	same(t, "needed", h.ask("GET", "/api/v1/setup", "").is(http.StatusOK).field("needed"), "true")
	h.ask("POST", "/api/v1/setup", form("code", "wrong", "email", ana, "name", "Ana", "password", goodWord)).refused(http.StatusForbidden, "wrong_code")
	h.ask("POST", "/api/v1/setup", form("code", setupCode, "email", ana, "name", "Ana", "password", "short")).refused(http.StatusUnprocessableEntity, "weak_password")
	h.ask("POST", "/api/v1/setup", form("code", setupCode, "email", "Ana <ana@example.com>", "name", "Ana", "password", goodWord)).refused(http.StatusUnprocessableEntity, "invalid")
	admin := h.admin()
	var self api.Self
	admin.ask("GET", "/api/v1/session", "").is(http.StatusOK).into(&self)
	same(t, "the admin", self, api.Self{Kind: "user", ID: self.ID, Name: "Ana", Role: adtally.Admin, Permissions: adtally.Permissions()})
	same(t, "needed", h.ask("GET", "/api/v1/setup", "").field("needed"), "false")
	h.ask("POST", "/api/v1/setup", form("code", setupCode, "email", "b@example.com", "name", "B", "password", goodWord)).refused(http.StatusConflict, "setup_done")
}

func TestSetup_RequiresCode(t *testing.T) {
	t.Parallel()
	h := newTestServer(t, func(c *api.Config) { c.SetupCode = adtally.Secret{} })
	h.ask("POST", "/api/v1/setup", form("code", "", "email", ana, "name", "Ana", "password", goodWord)).refused(http.StatusForbidden, "wrong_code")
}
