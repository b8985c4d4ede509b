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

// target reads the address of a channel. Its errors do not show it: a chat's
// address is its secret.
func target(c adtally.Channel, field, address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return nil, setting(c, field, "is no address that a message can go to", "Copy the whole address, from https:// to its end.")
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, setting(c, field, "does not begin with https://", "Plain http:// is only for this machine itself, such as http://localhost:9000/.")
	}
	if a, err := netip.ParseAddr(u.Hostname()); err == nil {
		if why := barred(a, u.Scheme == "http"); why != "" {
			return nil, closed(u.Hostname(), why)
		}
	}
	return u, nil
}

func loopback(host string) bool {
	a, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && plainAddress(a).IsLoopback()
}

// delivery is what is sent to an address.
type delivery struct {
	to      *url.URL
	header  http.Header
	body    []byte
	secrets []string // never to be seen in an error
}

// post sends a delivery and says what came of it.
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

// client is made for one address. It goes where the guard lets it, and follows to
// no other.
func (k *Sender) client(to *url.URL) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy:             http.ProxyFromEnvironment, // to some networks there is no other way out
			DialContext:       dialer(to.Scheme == "http").DialContext,
			TLSClientConfig:   &tls.Config{RootCAs: k.Roots, MinVersion: tls.VersionTLS12},
			ForceAttemptHTTP2: true,

			MaxResponseHeaderBytes: mostHeader,
		},
		CheckRedirect: func(r *http.Request, via []*http.Request) error {
			// Of other redirects than 307 and 308 the message would be lost.
			if r.Method == http.MethodPost && r.URL.Scheme == to.Scheme && r.URL.Host == to.Host && len(via) < 3 {
				return nil
			}
			return configure("channel_moved", fmt.Sprintf("%s sends messages on to another address", to.Host),
				"Give the channel the new address, if it is the right one.", nil)
		},
	}
}

// lost is the error of a delivery that had no answer. What is wrong with an address
// stays as it is; all else may be gone the next time.
func (l delivery) lost(err error) error {
	if f, ok := errors.AsType[*adtally.Fault](err); ok {
		return f
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err // without the address
	}
	return &passing{err: unreachable(l.to.Host, l.discreet(err))}
}

// mostAnswer is how much of an answer is read: enough to say what is wrong.
const mostAnswer = 4096

// read says what an answer means.
func (l delivery) read(answer *http.Response) error {
	said, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswer))
	if answer.StatusCode/100 == 2 {
		return nil // whatever became of the rest
	}
	if err != nil {
		said = nil
	}
	err = l.discreet(fmt.Errorf("%s %s", answer.Status, said))
	switch code := answer.StatusCode; {
	case code >= 500, code == http.StatusTooManyRequests, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
		return &passing{err: unreachable(l.to.Host, err), after: retryAfter(answer.Header)}
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
