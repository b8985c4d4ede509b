package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"adtally"
)

// Limits of one download. Meta accepts uploads of up to 30 MB, and serves smaller versions.
const (
	largest   = 20 << 20
	perFile   = 30 * time.Second
	redirects = 5
)

// Links downloads pictures: without tokens or cookies, and only from allowed hosts.
type Links struct {
	hosts  []string
	origin string
	client http.Client
}

// NewLinks returns a Links for https URLs on the given hosts and their subdomains. origin
// is another allowed scheme and host, such as a simulator's; empty for none. through sends
// the requests; nil means the network, without private addresses.
func NewLinks(hosts []string, origin string, through http.RoundTripper) *Links {
	l := &Links{hosts: hosts}
	if u, err := url.Parse(origin); err == nil && u.Host != "" {
		l.origin = u.Scheme + "://" + u.Host
	}
	if through == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.DialContext = l.dial
		transport.MaxResponseHeaderBytes = 64 << 10
		through = transport
	}
	l.client = http.Client{Transport: through, Timeout: perFile, CheckRedirect: func(r *http.Request, before []*http.Request) error {
		if len(before) > redirects {
			return missing("refused", "The link redirects too often")
		}
		return l.may(r.URL)
	}}
	return l
}

// Fetch downloads the bytes that a link leads to. The error's code says why it failed.
func (l *Links) Fetch(ctx context.Context, link string) ([]byte, error) {
	target, err := url.Parse(link)
	if err != nil {
		return nil, missing("refused", "The link is not a valid URL")
	}
	if err := l.may(target); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, missing("refused", "The link is not a valid URL")
	}
	answer, err := l.client.Do(r)
	if err != nil {
		return nil, unreachable(err)
	}
	defer answer.Body.Close()
	if err := judge(answer.StatusCode); err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, largest+1))
	switch {
	case err != nil:
		return nil, unreachable(err)
	case len(body) > largest:
		return nil, missing("too_big", "The picture is larger than %d MB", largest>>20)
	}
	return body, nil
}

// may returns an error if the URL's host is not allowed.
func (l *Links) may(u *url.URL) error {
	ours := l.origin != "" && u.Scheme+"://"+u.Host == l.origin
	if ours || u.Scheme == "https" && u.User == nil && (u.Port() == "" || u.Port() == "443") && l.serves(u.Hostname()) {
		return nil
	}
	return missing("refused", "The link leads to %s, which is not an allowed host for pictures", u.Hostname())
}

func (l *Links) serves(host string) bool {
	host = strings.ToLower(host)
	for _, h := range l.hosts {
		if host == h || strings.HasSuffix(host, "."+h) {
			return true
		}
	}
	return false
}

// dial connects to picture hosts at public addresses only. Other connections are to the
// origin or to the user's own proxy.
func (l *Links) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	if host, _, err := net.SplitHostPort(address); err == nil && l.serves(host) {
		d.Control = public
	}
	return d.DialContext(ctx, network, address)
}

// shared are the addresses that providers use internally (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

func public(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) {
		return missing("refused", "The picture's host has a private address")
	}
	return nil
}

// judge turns a status into an error. Meta answers expired links with 403; the next read
// of the object returns a new link.
func judge(status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusForbidden:
		return missing("expired", "The link has expired")
	case http.StatusNotFound, http.StatusGone:
		return missing("gone", "The picture no longer exists")
	}
	return missing("unreachable", "The picture's host answered with status %d", status)
}

// unreachable hides the URL, because it is signed.
func unreachable(err error) error {
	if fault, isOurs := errors.AsType[*adtally.Fault](err); isOurs {
		return fault
	}
	if outer, is := errors.AsType[*url.Error](err); is {
		err = outer.Err
	}
	f := missing("unreachable", "The picture's host could not be reached")
	f.Err = fmt.Errorf("download a picture: %w", err)
	return f
}
