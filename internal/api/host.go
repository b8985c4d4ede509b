package api

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// hosts are the names that the server is reached by. A page of a stranger whose name
// is made to lead here (DNS rebinding) still sends its own name as Host, and is not
// answered.
//
// An address is no name, so that nobody can make it lead elsewhere: that of the
// connection itself is taken, as monitoring and load balancers send it.
type hosts map[string]bool

// hostsOf are the names of the public address and the others; nil = all are taken.
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

// plainHost is a host as it is compared: in lower case, a name without the dot at
// its end, an address in its shortest form.
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

// knows says whether a request is meant for this server.
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

// meant lets through what is meant for this server. Health is told to whoever asks:
// it says nothing of what is inside, and some ask by the name of a container, or
// name nobody.
func (s *shell) meant(next http.Handler) http.Handler {
	known := hostsOf(s.Config)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !known.knows(r) && r.URL.Path != pathAlive && r.URL.Path != pathReady {
			s.refuse(w, r, refusal("foreign_host", fmt.Sprintf("This server is not known as %.100q", r.Host),
				"Open it at its public address. If this name leads here too, give it to adtally serve with --public-url or --host."))
			return
		}
		next.ServeHTTP(w, r)
	})
}
