package api

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"adtally"
)

// admitScoped identifies a key with a scope. A session does not count, so that no page can
// use the login of a person. The key must not cross a network in the clear.
func (s *shell) admitScoped(r *http.Request, v *requestInfo, a Access) error {
	if !v.caller.secure && !loopback(v.caller.From) && !loopback(r.Host) {
		return refusal("https_required", "A key must not be sent without encryption", "Use the address that begins with https.")
	}
	if header := r.Header.Get("Authorization"); header != "" {
		if err := s.identifyKey(r.Context(), v, header); err != nil {
			return s.countFailure(v.caller, a, err)
		}
	}
	if f := a.refuse(v.caller); f != nil {
		return f
	}
	return nil
}

// countFailure counts an unknown key by address and slows the address down.
func (s *shell) countFailure(who Caller, a Access, err error) error {
	if adtally.FaultOf(err).Code != "unauthenticated" {
		return err
	}
	if late := (logins{s}).withTimeout(who, "scope "+string(a.Scope)); late != nil {
		return late
	}
	return err
}

// loopback reports whether a host or an address is this computer's own.
func loopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback()
}

// challenge tells a key without the scope which one is needed, as RFC 6750 does.
func (a Access) challenge(h http.Header, err error) {
	if a.Scope != "" && adtally.FaultOf(err).Code == "forbidden" {
		h.Set("WWW-Authenticate", `Bearer error="insufficient_scope", scope="`+string(a.Scope)+`"`)
	}
}
