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

// Bounds of one download. Meta takes images of up to 30 MB in; what it serves
// was made smaller.
const (
	largest   = 20 << 20
	perFile   = 30 * time.Second
	redirects = 5
)

// Links fetches what links lead to: without a token or a cookie, and only from
// hosts that it is told.
type Links struct {
	hosts  []string
	origin string
	client http.Client
}

// NewLinks makes one for https hosts and what is below them. Origin is a scheme
// and host that may be asked besides, such as a simulator's; "" = none. Through is
// how requests travel; nil = over the network, and to no private address.
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
			return missing("refused", "The link leads from one to another without an end")
		}
		return l.may(r.URL)
	}}
	return l
}

// Fetch gives the bytes that a link leads to. The error's code says why there are
// none.
func (l *Links) Fetch(ctx context.Context, link string) ([]byte, error) {
	target, err := url.Parse(link)
	if err != nil {
		return nil, missing("refused", "The link is no URL")
	}
	if err := l.may(target); err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, target.String(), http.NoBody)
	if err != nil {
		return nil, missing("refused", "The link is no URL")
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

// may says whether a link leads to where pictures are.
func (l *Links) may(u *url.URL) error {
	ours := l.origin != "" && u.Scheme+"://"+u.Host == l.origin
	if ours || u.Scheme == "https" && u.User == nil && (u.Port() == "" || u.Port() == "443") && l.serves(u.Hostname()) {
		return nil
	}
	return missing("refused", "The link leads to %s, where no pictures are fetched from", u.Hostname())
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

// dial reaches a host of pictures at public addresses only. What else is dialled
// is the origin, or a proxy of the user's own.
func (l *Links) dial(ctx context.Context, network, address string) (net.Conn, error) {
	var d net.Dialer
	if host, _, err := net.SplitHostPort(address); err == nil && l.serves(host) {
		d.Control = public
	}
	return d.DialContext(ctx, network, address)
}

// shared are addresses of a provider's own network (RFC 6598).
var shared = netip.MustParsePrefix("100.64.0.0/10")

func public(_, address string, _ syscall.RawConn) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if ip := at.Addr().Unmap(); !ip.IsGlobalUnicast() || ip.IsPrivate() || shared.Contains(ip) {
		return missing("refused", "The host of the picture is at a private address")
	}
	return nil
}

// judge says what a status means. A link that has expired is answered with 403,
// and comes fresh with the next read of its object.
func judge(status int) error {
	switch status {
	case http.StatusOK:
		return nil
	case http.StatusForbidden:
		return missing("expired", "The link has expired")
	case http.StatusNotFound, http.StatusGone:
		return missing("gone", "The picture is not there any more")
	}
	return missing("unreachable", "The host of the picture answers with status %d", status)
}

// unreachable leaves out the address, which is signed.
func unreachable(err error) error {
	if fault, isOurs := errors.AsType[*adtally.Fault](err); isOurs {
		return fault
	}
	if outer, is := errors.AsType[*url.Error](err); is {
		err = outer.Err
	}
	f := missing("unreachable", "The host of the picture could not be reached")
	f.Err = fmt.Errorf("fetch a picture: %w", err)
	return f
}
