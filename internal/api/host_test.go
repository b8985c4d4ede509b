package api_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"adtally/internal/api"
)

// A page of a foreign host whose name resolves to this server gets no answer (DNS
// rebinding).
func TestHost_IsCheckedAgainstTheConfiguredAddresses(t *testing.T) {
	t.Parallel()
	const lan, loop = "192.0.2.7:8085", "127.0.0.1:8085"
	for _, c := range []struct {
		public, local, host string
		taken               bool
	}{
		{"https://ads.example.com", lan, "ads.example.com", true},
		{"https://ads.example.com", lan, "ADS.example.com.", true},
		{"https://ads.example.com", lan, "ads.example.com:443", true},
		{"https://ads.example.com", lan, "ads.example.com:80", false},
		{"https://ads.example.com:443", lan, "ads.example.com", true},
		{"https://ads.example.com:8443", lan, "ads.example.com:8443", true},
		{"https://ads.example.com:8443", lan, "ads.example.com", false},
		{"https://ads.example.com", lan, "inside:8085", true},
		{"https://ads.example.com", lan, "inside", false},
		{"https://ads.example.com", lan, "evil.example", false},
		{"https://ads.example.com", lan, "evil.example:8085", false},
		{"https://ads.example.com", lan, "ads.example.com.evil.example", false},
		{"https://ads.example.com", lan, "ads.example.com@evil.example", false},
		{"https://ads.example.com", lan, "", false},
		{"https://ads.example.com", lan, lan, true},
		{"https://ads.example.com", lan, "192.0.2.7:9", false},
		{"https://ads.example.com", lan, "192.0.2.8:8085", false},
		{"https://ads.example.com", lan, loop, false},
		{"https://ads.example.com", "[::ffff:192.0.2.7]:8085", lan, true},
		{"https://ads.example.com", "[2001:db8::7]:8085", "[2001:DB8:0::7]:8085", true},
		{"https://ads.example.com", "192.0.2.7:80", "192.0.2.7", true},
		{"http://127.0.0.1:8085", loop, loop, true},
		{"http://127.0.0.1:8085", loop, "localhost:8085", true},
		{"http://127.0.0.1:8085", loop, "[::1]:8085", true},
		{"http://127.0.0.1:8085", loop, "localhost", false},
		{"http://127.0.0.1:8085", loop, "localhost:9", false},
		{"http://127.0.0.1:8085", loop, "evil.localhost:8085", false},
		{"http://127.0.0.1:8085", loop, "evil.example:8085", false},
	} {
		h := newTestServer(t, func(a *api.Config) { a.PublicURL, a.Hosts = c.public, []string{"inside:8085"} })
		got := h.reached(c.local, c.host, "/api/v1/setup")
		if c.taken {
			got.is(http.StatusOK)
			continue
		}
		got.refused(http.StatusMisdirectedRequest, "foreign_host")
		h.reached(c.local, c.host, "/nowhere").refused(http.StatusMisdirectedRequest, "foreign_host")
		h.reached(c.local, c.host, "/api/openapi.json").refused(http.StatusMisdirectedRequest, "foreign_host")
		for _, path := range []string{"/healthz", "/readyz"} { // probes may use any name
			h.reached(c.local, c.host, path).is(http.StatusOK)
		}
	}
}

// reached is a request to a local address with the given Host header.
func (h *testServer) reached(local, host, path string) reply {
	h.t.Helper()
	address, err := net.ResolveTCPAddr("tcp", local)
	if err != nil {
		h.t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(context.WithValue(ctx, http.LocalAddrContextKey, net.Addr(address)), http.MethodGet, path, http.NoBody)
	r.Host = host
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return reply{w, h.t}
}

// A long or odd name is shortened and quoted in the answer.
func TestHost_IsShortenedInTheAnswer(t *testing.T) {
	t.Parallel()
	got := newTestServer(t).reached("127.0.0.1:1", strings.Repeat("x", 4000)+"<script>", "/api/v1/setup").refused(http.StatusMisdirectedRequest, "foreign_host")
	if detail := got.problem().Detail; len(detail) > 200 || strings.Contains(detail, "<script>") {
		t.Errorf("it says %s", detail)
	}
}
