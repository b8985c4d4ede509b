package api

import (
	"fmt"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"time"
)

// router is all that a request passes before it is looked at.
func (s *shell) router() (http.Handler, error) {
	origins := http.NewCrossOriginProtection()
	if s.PublicURL != "" {
		if err := origins.AddTrustedOrigin(s.PublicURL); err != nil {
			return nil, refusal("public_url", fmt.Sprintf("%s is no address that people can open", s.PublicURL), "Write it like https://ads.example.com.")
		}
	}
	origins.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.refuse(w, r, refusal("cross_origin", "The request comes from another site", "Open Adtally itself; if it stands behind a proxy, set its public address."))
	}))
	return s.middleware(s.meant(origins.Handler(http.HandlerFunc(s.route)))), nil
}

// middleware numbers a request, notes who makes it, and sees that there is an
// answer and a line in the log.
func (s *shell) middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := &visit{id: s.NewID(), caller: s.stranger(r)}
		r = withVisit(r, v)
		answer := &answer{ResponseWriter: w}
		began := s.Now()
		s.protect(w.Header(), v)
		r.Body = http.MaxBytesReader(answer, r.Body, maxBody+1)
		defer s.note(r, v, answer, began)
		defer s.rescue(answer, r, v)
		next.ServeHTTP(answer, r)
	})
}

// stranger is a caller of whom nothing is known but where they are.
func (s *shell) stranger(r *http.Request) Caller {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		from = r.RemoteAddr
	}
	c := Caller{From: from, secure: r.TLS != nil}
	if s.BehindProxy {
		if last := lastOf(r.Header.Values("X-Forwarded-For")); net.ParseIP(last) != nil {
			c.From = last // the one that our own proxy wrote
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

// policy lets a page load and call nothing but this server.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// protect sets what keeps a browser from being led astray.
func (s *shell) protect(h http.Header, v *visit) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Request-Id", v.id)
	if v.caller.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// route finds the handler. What the mux would answer in plain text becomes a
// problem, and what is nobody's is the site's.
func (s *shell) route(w http.ResponseWriter, r *http.Request) {
	handler, pattern := s.mux.Handler(r)
	if pattern != "" {
		s.mux.ServeHTTP(w, r)
		return
	}
	probe := &probe{header: http.Header{}}
	handler.ServeHTTP(probe, r)
	ours := strings.HasPrefix(r.URL.Path, "/api/") || strings.HasPrefix(r.URL.Path, "/auth/")
	if probe.status == http.StatusNotFound && !ours && s.Site != nil {
		s.Site.ServeHTTP(w, r)
		return
	}
	if probe.status == http.StatusNotFound && !ours && s.land(w, r) {
		return
	}
	if probe.header.Get("Location") != "" { // the same path, written properly
		handler.ServeHTTP(w, r)
		return
	}
	if allow := probe.header.Get("Allow"); allow != "" {
		w.Header().Set("Allow", allow)
	}
	s.write(w, r, ofHTTP(probe.status, "", visitOf(r.Context()).id, nil))
}

// probe takes an answer and keeps only how it begins.
type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header         { return p.header }
func (p *probe) Write(b []byte) (int, error) { return len(b), nil }
func (p *probe) WriteHeader(status int)      { p.status = status }

// answer counts what is written.
type answer struct {
	http.ResponseWriter
	status int
	bytes  int64
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(b []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	n, err := a.ResponseWriter.Write(b)
	a.bytes += int64(n)
	return n, err
}

// Unwrap is for http.ResponseController: an answer may be a stream.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// rescue makes a problem of a panic.
func (s *shell) rescue(a *answer, r *http.Request, v *visit) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler { //nolint:errorlint // this very value is how a handler says that it gives up
		panic(p)
	}
	s.Log.ErrorContext(r.Context(), "a handler panicked", "request", v.id, "panic", p, "stack", string(debug.Stack()))
	if a.status == 0 {
		s.write(a, r, unexpected(v.id))
	}
}

// note writes a line in the log. It names the pattern and not the address, since
// a path may hold an invite's code and a query worse.
func (s *shell) note(r *http.Request, v *visit, a *answer, began time.Time) {
	log := s.Log.InfoContext
	if strings.HasSuffix(r.Pattern, "z") {
		log = s.Log.DebugContext // somebody asks for our health all day
	}
	log(r.Context(), "request", "request", v.id, "method", r.Method, "pattern", r.Pattern, "status", a.status, "bytes", a.bytes,
		"took", s.Now().Sub(began), "from", v.caller.From, "who", v.caller.String())
}
