package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"

	"adtally"
)

// servePage serves the page of a link: the UI, which asks for everything else with the token.
// Its status says whether the link shows something, and its policy who may embed it. No data
// is in it, so that a preview in a chat has none.
func (g shared) servePage() {
	g.mux.HandleFunc("GET "+sharedPage+"{token}", func(w http.ResponseWriter, r *http.Request) {
		l, err := g.linkOf(r.Context(), r.PathValue("token"))
		status := http.StatusOK
		if err != nil {
			status = g.problem(r.Context(), err).Status
		} else if len(l.Origins) > 0 {
			embeddable(w.Header(), l)
		}
		if g.Site == nil {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(status)
			if _, err := fmt.Fprintln(w, "Shared dashboard"); err != nil {
				g.shell.Log.DebugContext(r.Context(), "the client closed the connection before the page was sent", "error", err)
			}
			return
		}
		page := r.Clone(r.Context())
		page.URL.Path, page.URL.RawPath = "/shared.html", "" // the token is no path of a file
		page.Header.Del("If-None-Match")
		g.Site.ServeHTTP(&pageWithStatus{ResponseWriter: w, status: status}, page)
	})
}

// embeddable allows the named sites to embed the page.
func embeddable(h http.Header, l adtally.ShareLink) {
	h.Set("Content-Security-Policy", sharedPolicy+strings.Join(l.Origins, " "))
	h.Del("X-Frame-Options") // it cannot name sites
}

// pageWithStatus answers with a page under another status.
type pageWithStatus struct {
	http.ResponseWriter
	status int
	sent   bool
}

func (p *pageWithStatus) WriteHeader(status int) {
	p.sent = true
	h := p.Header()
	h.Set("Cache-Control", "no-store, private")
	h.Del("ETag")
	if status == http.StatusOK {
		status = p.status
	}
	p.ResponseWriter.WriteHeader(status)
}

func (p *pageWithStatus) Write(b []byte) (int, error) {
	if !p.sent {
		p.WriteHeader(http.StatusOK)
	}
	return p.ResponseWriter.Write(b)
}

// limitedWriter refuses to write more than some bytes.
type limitedWriter struct {
	io.Writer
	left int
}

func (l *limitedWriter) Write(b []byte) (int, error) {
	if l.left -= len(b); l.left < 0 {
		return 0, io.ErrShortWrite
	}
	return l.Writer.Write(b)
}
