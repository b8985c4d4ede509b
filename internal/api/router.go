package api

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// router wraps the operations with checks and logging that apply to every request.
func (s *shell) router() (http.Handler, error) {
	origins := http.NewCrossOriginProtection()
	if s.PublicURL != "" {
		if err := origins.AddTrustedOrigin(s.PublicURL); err != nil {
			return nil, refusal("public_url", fmt.Sprintf("%s is not a valid URL", s.PublicURL), "Write it like https://ads.example.com.")
		}
	}
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, refusal("cross_origin", "The request comes from another site", "Open Adtally directly. If it runs behind a proxy, configure its public address."))
	}))
	return s.middleware(s.checkHost(origins.Handler(http.HandlerFunc(s.route)))), nil
}

// middleware assigns a request ID, reads the caller's address, recovers from panics
// and logs the request.
func (s *shell) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &requestInfo{id: s.NewID(), caller: s.anonymousCaller(r), body: r.Body, shared: sharedPaths(r.URL.Path)}
		r = withRequestInfo(r, v)
		answer := &recordedResponse{ResponseWriter: w}
		began := s.Now()
		s.protect(w.Header(), v)
		r.Body = http.MaxBytesReader(answer, r.Body, maxBody+1)
		defer s.logRequest(r, v, answer, began)
		defer s.recoverPanic(answer, r, v)
		next.ServeHTTP(answer, r)
	})
}

// anonymousCaller returns an anonymous caller: the address and whether the connection is
// secure.
func (s *shell) anonymousCaller(r *http.Request) Caller {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	c := Caller{From: from, secure: r.TLS != nil}
	if s.BehindProxy {
		if last := lastOf(r.Header.Values("X-Forwarded-For")); net.ParseIP(last) != nil {
			c.From = last // the entry that our own proxy added
		}
		c.secure = c.secure || lastOf(r.Header.Values("X-Forwarded-Proto")) == "https"
	}
	if cookie, err := r.Cookie(cookieName(c.secure)); err == nil {
		c.session = cookie.Value
	}
	return c
}

func lastOf(values []string) string {
	all := strings.Split(strings.Join(values, ","), ",")
	return strings.TrimSpace(all[len(all)-1])
}

// policy allows a page to load from and to call this server only.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// protect sets the security headers.
func (s *shell) protect(h http.Header, v *requestInfo) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Request-Id", v.id)
	if v.shared {
		protectShared(h)
	}
	if v.caller.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// route finds the handler. The mux's plain-text errors become problems; unknown paths
// go to the site.
func (s *shell) route(w http.ResponseWriter, r *http.Request) {
	handler, pattern := s.mux.Handler(r)
	if byToken(r) && !s.byLink[pattern] {
		s.refuse(w, r, unknownLink())
		return
	}
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: http.Header{}}
	handler.ServeHTTP(probe, r)
	ours := strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/auth/") || strings.HasPrefix(r.URL.Path, "/.well-known/") || sharedPaths(r.URL.Path)
	if probe.status == http.StatusNotFound && !ours && s.Site != nil {
		s.Site.ServeHTTP(w, r)
		return
	}
	if probe.status == http.StatusNotFound && !ours && s.land(w, r) {
		return
	}
	if probe.header.Get("Location") != "" { // redirect to the cleaned path
		handler.ServeHTTP(w, r)
		return
	}
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	s.write(w, r, shownProblem(r.Context(), ofHTTP(probe.status, "", requestInfoOf(r.Context()).id, nil)))
}

// probe records the status and headers of an answer and drops the body.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// recordedResponse counts the bytes that are written.
type recordedResponse struct {
	http.ResponseWriter
	status int
	bytes  int64
}

// WriteHeader sends the first status only. Huma sets another one if the client leaves while
// the answer is sent.
func (a *recordedResponse) WriteHeader(status int) {
	if a.status != 0 {
		return
	}
	a.status = status
	a.ResponseWriter.WriteHeader(status)
}

// clientGone is the status that nginx logs for a request whose client did not wait for the
// answer. It is never sent.
const clientGone = 499

// outcome is the status for the log. What fails because the client left is no error of ours.
func (a *recordedResponse) outcome(ctx context.Context) int {
	if a.status >= http.StatusInternalServerError && errors.Is(ctx.Err(), context.Canceled) {
		return clientGone
	}
	return a.status
}

func (a *recordedResponse) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is called by http.ResponseController, for streams.
func (a *recordedResponse) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// recoverPanic turns a panic into a problem.
func (s *shell) recoverPanic(a *recordedResponse, r *http.Request, v *requestInfo) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // handlers panic with this very value to abort
		panic(p)
	}
	s.Log.ErrorContext(r.Context(), "a handler panicked", "request", v.id, "panic", p, "stack", string(debug.Stack()))
	if a.status == 0 {
		s.write(a, r, unexpected(v.id))
	}
}

// logRequest logs a request. It logs the pattern, not the path and query, which may contain
// the code of an invite.
func (s *shell) logRequest(r *http.Request, v *requestInfo, a *recordedResponse, began time.Time) {
	log := s.Log.InfoContext
	if strings.HasSuffix(r.Pattern, "z") {
		log = s.Log.DebugContext // monitoring calls it all the time
	}
	log(r.Context(), "request", "request", v.id, "method", r.Method, "pattern", r.Pattern, "status", a.outcome(r.Context()), "bytes", a.bytes,
		"took", s.Now().Sub(began), "from", v.caller.From, "who", v.caller.String())
}
