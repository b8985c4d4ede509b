package api

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"time"
)

//go:embed reference
var reference embed.FS

// serveReference serves the page that renders the OpenAPI document. It loads nothing
// from other servers, so it works without access to the internet.
func (s *shell) serveReference() {
	for path, file := range map[string]struct{ name, kind string }{
		"/api/docs":               {"page.html", "text/html; charset=utf-8"},
		"/api/docs/reference.js":  {"reference.js", "text/javascript; charset=utf-8"},
		"/api/docs/reference.css": {"reference.css", "text/css; charset=utf-8"},
	} {
		text, err := reference.ReadFile("reference/" + file.name)
		if err != nil {
			panic(err) // embedded in the program
		}
		s.mux.Handle("GET "+path, static(file.kind, text))
	}
}

// static serves content that does not change while the program runs. The browser
// revalidates it each time by its ETag.
func static(kind string, text []byte) http.Handler {
	sum := sha256.Sum256(text)
	tag := `"` + hex.EncodeToString(sum[:8]) + `"`
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.Header().Set("Cache-Control", "no-cache")
		w.Header().Set("ETag", tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(text))
	})
}
