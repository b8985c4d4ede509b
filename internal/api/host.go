package api

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hosts are the accepted Host headers. They stop DNS rebinding: a foreign page whose
// name resolves to this server still sends its own name as Host.
//
// The IP address of the connection itself is accepted, because nobody can redirect an
// address, and monitoring and load balancers send it.
type hosts map[string]bool

// hostsOf returns the names of the public address and the additional hosts; nil = all
// are accepted.
func hostsOf(c Config) hosts {
	if c.PublicURL == "" {
		return nil
	}
	all := hosts{}
	scheme, host, _ := strings.Cut(c.PublicURL, "://")
	all.add(host)
	if port := map[string]string{"http": "80", "https": "443"}[scheme]; !hasPort(host) {
		all.add(host + ":" + port)
	} else {
		all.add(strings.TrimSuffix(host, ":"+port))
	}
	for _, more := range c.Hosts {
		all.add(more)
	}
	return all
}

func (h hosts) add(host string) { h[plainHost(host)] = true }

func hasPort(host string) bool {
	_, _, err := net.SplitHostPort(host)
	return err == nil
}

// plainHost normalizes a host: lower case, no trailing dot, an IP address in its
// shortest form.
func plainHost(host string) string {
	name, port, err := net.SplitHostPort(host)
	if err != nil {
		name, port = strings.Trim(host, "[]"), ""
	}
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if ip, err := netip.ParseAddr(name); err == nil {
		name = ip.Unmap().String()
	}
	if port == "" {
		return name
	}
	return net.JoinHostPort(name, port)
}

// knows reports whether a request is addressed to this server.
func (h hosts) knows(r *http.Request) bool {
	host := plainHost(r.Host)
	if h == nil || h[host] {
		return true
	}
	local, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	here, err := netip.ParseAddrPort(local.String())
	if err != nil {
		return false
	}
	own := []string{here.String()}
	if here.Addr().Unmap().IsLoopback() {
		for _, name := range []string{"localhost", "127.0.0.1", "::1"} {
			own = append(own, net.JoinHostPort(name, fmt.Sprint(here.Port())))
		}
	}
	for _, one := range own {
		if plainHost(one) == host || here.Port() == 80 && plainHost(one) == host+":80" {
			return true
		}
	}
	return false
}

// checkHost refuses requests for other hosts. Health checks pass: they reveal nothing, and
// some monitors use a container's name or no name at all.
func (s *shell) checkHost(next http.Handler) http.Handler {
	known := hostsOf(s.Config)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !known.knows(r) && r.URL.Path != pathAlive && r.URL.Path != pathReady {
			s.refuse(w, r, refusal("foreign_host", fmt.Sprintf("This server is not known as %.100q", r.Host),
				"Use the public address. If this name is correct, add it to adtally serve with --public-url or --host."))
			return
		}
		next.ServeHTTP(w, r)
	})
}
