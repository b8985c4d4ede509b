package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/api"
)

// The queue's page creates styles at run time; its scripts come only from this server.
func TestMount_HasItsOwnPolicy(t *testing.T) {
	t.Parallel()
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })
	h := newTestServer(t, func(c *api.Config) {
		c.Mounts = []api.Mount{{Pattern: "/styled/", Access: api.Access{Role: adtally.Admin}, Handler: page, Policy: api.StyledPolicy}, {Pattern: "/plain/", Access: api.Access{Role: adtally.Admin}, Handler: page}}
	}).admin()
	const ours = "default-src 'none'; script-src 'self'; style-src 'self';"
	for path, styled := range map[string]bool{"/styled/": true, "/plain/": false} {
		got := h.ask("GET", path, "").is(http.StatusOK).Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(got, ours) || strings.Contains(got, "style-src-elem 'self' 'unsafe-inline'") != styled || strings.Contains(got, "script-src 'self' 'unsafe") {
			t.Errorf("%s: %s", path, got)
		}
	}
	if got := h.as().ask("GET", "/styled/", "").is(http.StatusUnauthorized).Header().Get("Content-Security-Policy"); strings.Contains(got, "unsafe") {
		t.Errorf("who is refused gets %s", got)
	}
}

// The reference fits narrow screens: long words break, and tables scroll.
func TestReference_FitsANarrowScreen(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("reference/reference.css")
	if err != nil {
		t.Fatal(err)
	}
	_, narrow, _ := strings.Cut(string(raw), "@media (max-width: 50rem)")
	for text, want := range map[string]string{narrow: "grid-template-columns: minmax(0, 1fr)", string(raw): "overflow-wrap: anywhere"} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s", want)
		}
	}
}
