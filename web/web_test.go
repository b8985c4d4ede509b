package web_test

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"adtally/web"
)

func TestSite(t *testing.T) {
	site := web.New(fstest.MapFS{
		"index.html":       {Data: []byte("<title>page</title>")},
		"icon.svg":         {Data: []byte("<svg/>")},
		"assets/a-1.js":    {Data: []byte("script")},
		"assets/f-1.woff2": {Data: []byte("font")},
	})
	for _, c := range []struct {
		method, path, accept          string
		status                        int
		body, kind, caching, encoding string
	}{
		{"GET", "/", "", 200, "<title>page</title>", "text/html; charset=utf-8", "no-cache", ""},
		{"GET", "/sources/any/page", "", 200, "<title>page</title>", "text/html; charset=utf-8", "no-cache", ""},
		{"GET", "/icon.svg", "", 200, "<svg/>", "image/svg+xml", "no-cache", ""},
		{"GET", "/assets/a-1.js", "", 200, "script", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", ""},
		{"GET", "/assets/a-1.js", "br, gzip", 200, "script", "text/javascript; charset=utf-8", "public, max-age=31536000, immutable", "gzip"},
		{"GET", "/assets/f-1.woff2", "gzip", 200, "font", "font/woff2", "public, max-age=31536000, immutable", ""},
		{"GET", "/assets/gone.js", "", 404, "404 page not found\n", "text/plain; charset=utf-8", "", ""},
		{"GET", "/../secret", "", 200, "<title>page</title>", "text/html; charset=utf-8", "no-cache", ""},
		{"HEAD", "/", "", 200, "", "text/html; charset=utf-8", "no-cache", ""},
		{"POST", "/", "", 405, "Method not allowed\n", "text/plain; charset=utf-8", "", ""},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, c.path, http.NoBody)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		site.ServeHTTP(w, r)
		body := io.Reader(w.Body)
		if w.Header().Get("Content-Encoding") == "gzip" {
			unpacked, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = unpacked
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		h := w.Header()
		if w.Code != c.status || string(text) != c.body || h.Get("Content-Type") != c.kind || h.Get("Cache-Control") != c.caching || h.Get("Content-Encoding") != c.encoding {
			t.Errorf("%s %s: %d %q %v", c.method, c.path, w.Code, text, h)
		}
	}
}
