package media_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/media"
)

// wire answers requests without a network.
type wire func(*http.Request) (*http.Response, error)

func (w wire) RoundTrip(r *http.Request) (*http.Response, error) { return w(r) }

func answered(r *http.Request, status int, body string, header http.Header) *http.Response {
	return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}
}

func codeOf(err error) string {
	if f := adtally.FaultOf(err); f != nil {
		return f.Code
	}
	return ""
}

var meta = []string{"fbcdn.net", "facebook.com"}

// Pictures are downloaded only by https and only from allowed hosts, because anybody can
// put a link into an ad.
func TestLinks_AllowedHosts(t *testing.T) {
	t.Parallel()
	asked := 0
	links := media.NewLinks(meta, "http://127.0.0.1:8086/v25.0", wire(func(r *http.Request) (*http.Response, error) {
		asked++
		if len(r.Header) > 0 {
			t.Errorf("%s gets the headers %v", r.URL, r.Header)
		}
		return answered(r, 200, "x", nil), nil
	}))
	for link, want := range map[string]string{
		"https://scontent.xx.fbcdn.net/v/a.png?oh=1": "",
		"https://FBCDN.net/a":                        "",
		"https://www.facebook.com/ads/image/?d=1":    "",
		"https://external-prg1-1.xx.fbcdn.net:443/a": "",
		"http://127.0.0.1:8086/__cdn/a":              "",
		"http://scontent.xx.fbcdn.net/a":             "refused",
		"https://scontent.xx.fbcdn.net:8443/a":       "refused",
		"https://me@scontent.xx.fbcdn.net/a":         "refused",
		"https://fbcdn.net.evil.example/a":           "refused",
		"https://evilfbcdn.net/a":                    "refused",
		"https://evil.example/?fbcdn.net":            "refused",
		"https://169.254.169.254/latest/meta-data":   "refused",
		"http://127.0.0.1:8087/a":                    "refused",
		"https://127.0.0.1:8086/a":                   "refused",
		"file:///etc/passwd":                         "refused",
		"//scontent.xx.fbcdn.net/a":                  "refused",
		"":                                           "refused",
		"https://scontent.xx.fbcdn.net/%zz":          "refused",
	} {
		before := asked
		body, err := links.Fetch(t.Context(), link)
		if codeOf(err) != want || (err == nil) != (string(body) == "x") || (asked > before) != (want == "") {
			t.Errorf("%s: %q, %v, want %q", link, body, err, want)
		}
	}
}

// Redirects are followed only to allowed hosts, and only a few times.
func TestLinks_Redirects(t *testing.T) {
	t.Parallel()
	var asked []string
	links := media.NewLinks(meta, "", wire(func(r *http.Request) (*http.Response, error) {
		asked = append(asked, r.URL.Host)
		if to := r.URL.Query().Get("to"); to != "" {
			return answered(r, 302, "", http.Header{"Location": {to}}), nil
		}
		return answered(r, 200, "x", nil), nil
	}))
	for to, want := range map[string]string{
		"https://b.fbcdn.net/x":                     "",
		"/elsewhere":                                "",
		"http://b.fbcdn.net/x":                      "refused",
		"https://b.evil.example/x":                  "refused",
		"http://localhost:8086/x":                   "refused",
		"https://a.fbcdn.net/?to=/?to=/?to=/?to=/x": "",
	} {
		asked = nil
		_, err := links.Fetch(t.Context(), "https://a.fbcdn.net/?to="+to)
		if codeOf(err) != want || strings.Contains(strings.Join(asked, " "), "evil") {
			t.Errorf("%s: %v after %v, want %q", to, err, asked, want)
		}
	}
	forever := media.NewLinks(meta, "", wire(func(r *http.Request) (*http.Response, error) {
		return answered(r, 302, "", http.Header{"Location": {"https://a.fbcdn.net/"}}), nil
	}))
	if _, err := forever.Fetch(t.Context(), "https://a.fbcdn.net/"); codeOf(err) != "refused" {
		t.Errorf("a redirect loop: %v", err)
	}
}

// Statuses and sizes map to fault codes.
func TestLinks_FaultCodes(t *testing.T) {
	t.Parallel()
	for want, answer := range map[string]func(*http.Request) (*http.Response, error){
		"expired": func(r *http.Request) (*http.Response, error) {
			return answered(r, 403, "URL signature expired", nil), nil
		},
		"gone": func(r *http.Request) (*http.Response, error) { return answered(r, 410, "", nil), nil },
		"unreachable": func(*http.Request) (*http.Response, error) {
			return nil, errors.New("no route to https://a.fbcdn.net")
		},
		"too_big": func(r *http.Request) (*http.Response, error) {
			res := answered(r, 200, "", nil)
			res.Body = io.NopCloser(endless{})
			return res, nil
		},
	} {
		_, err := media.NewLinks(meta, "", wire(answer)).Fetch(t.Context(), "https://a.fbcdn.net/a?oh=secret")
		if codeOf(err) != want || strings.Contains(err.Error(), "secret") || adtally.FaultOf(err).Act != adtally.Retry {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

type endless struct{}

func (endless) Read(b []byte) (int, error) { return len(b), nil }

// An allowed host with a private address is not contacted, because DNS names can point
// anywhere. The simulator's address is allowed because the user has set it.
func TestLinks_PrivateAddresses(t *testing.T) {
	t.Parallel()
	asked := 0
	answer := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked++
		_, _ = w.Write([]byte("x"))
	})
	server := httptest.NewServer(answer)
	defer server.Close()
	if _, err := media.NewLinks([]string{"localhost"}, "", nil).Fetch(context.Background(), "https://localhost/a"); codeOf(err) != "refused" || asked > 0 {
		t.Errorf("%v after %d requests", err, asked)
	}
	if body, err := media.NewLinks(meta, server.URL, nil).Fetch(context.Background(), server.URL+"/__cdn/a"); err != nil || string(body) != "x" {
		t.Errorf("%q, %v", body, err)
	}
}
