package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"adtally"
)

// target parses the address of a channel. Its errors do not show the address, because
// the address of a chat is a secret.
func target(c adtally.Channel, field, address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, setting(c, field, "is not a valid address", "Copy the whole address, starting with https://.")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, setting(c, field, "does not start with https://", "Use https://; plain http:// is only allowed for this machine, such as http://localhost:9000/.")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if why := refusedReason(a, u.Scheme == "http"); why != "" {
			return nil, closed(u.Hostname(), why)
		}
	}
	return u, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && plainAddress(a).IsLoopback()
}

// delivery is a request to send.
type delivery struct {
	to      *url.URL
	header  http.Header
	body    []byte
	secrets []string // must not appear in an error
}

// post sends a request and converts the outcome.
func (k *Sender) post(ctx context.Context, l delivery) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, l.to.String(), bytes.NewReader(l.body))
	if err != nil {
		return l.discreet(err)
	}
	request.Header = l.header
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("User-Agent", "adtally")
	client := k.client(l.to)
	defer client.CloseIdleConnections()
	answer, err := client.Do(request)
	if err != nil {
		return l.lost(err)
	}
	defer answer.Body.Close()
	return l.read(answer)
}

// client returns an HTTP client for one address: barred addresses and redirects to
// other hosts are refused.
func (k *Sender) client(to *url.URL) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:             http.ProxyFromEnvironment, // some networks have no other way out
			DialContext:       dialer(to.Scheme == "http").DialContext,
			TLSClientConfig:   &tls.Config{RootCAs: k.Roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true,

			MaxResponseHeaderBytes: mostHeader,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			// Other redirects than 307 and 308 would drop the body.
			if r.Method == http.MethodPost && r.URL.Scheme == to.Scheme && r.URL.Host == to.Host && len(via) < 3 {
				return nil
			}
			return configure("channel_moved", fmt.Sprintf("%s redirects messages to another host", to.Host),
				"If the new address is correct, enter it in the channel.", nil)
		},
	}
}

// lost converts the error of a request without an answer. Faults of the address stay;
// all other errors may be temporary.
func (l delivery) lost(err error) error {
	if f, ok := errors.AsType[*adtally.Fault](err); ok {
		return f
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // without the address
	}
	return &temporaryError{err: unreachable(l.to.Host, l.discreet(err))}
}

// mostAnswer is how many bytes of an answer are read for the error message.
const mostAnswer = 4096

// read converts an answer.
func (l delivery) read(answer *http.Response) error {
	said, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if answer.StatusCode/100 == 2 {
		return nil // an error while reading the body does not matter
	}
	if err != nil {
		said = nil
	}
	err = l.discreet(fmt.Errorf("%s %s", answer.Status, said))
	switch code := answer.StatusCode; {
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
		return &temporaryError{err: unreachable(l.to.Host, err), after: retryAfter(answer.Header)}
	}
	return refused(l.to.Host, err)
}

func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.Atoi(h.Get("Retry-After"))
	if err != nil || seconds < 0 || seconds > int(longestPause/time.Second) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

func (l delivery) discreet(err error) error { return discreet(err, l.secrets...) }
