package api

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"adtally"
)

// discovery caches the provider's metadata. Concurrent callers share one request; each
// waits no longer than its own context.
type discovery struct {
	mu       sync.Mutex
	provider *oidc.Provider
	at       time.Time // when the provider was asked
	asking   *asking   // the request in progress; nil = none
}

type asking struct {
	done     chan struct{}
	provider *oidc.Provider
	err      error
}

// get returns metadata that is newer than after, and asks the provider if there is
// none.
func (d *discovery) get(ctx context.Context, after, now time.Time, ask func() (*oidc.Provider, error)) (*oidc.Provider, error) {
	d.mu.Lock()
	if d.provider != nil && d.at.After(after) {
		defer d.mu.Unlock()
		return d.provider, nil
	}
	a, first := d.asking, d.asking == nil
	if first {
		a = &asking{done: make(chan struct{})}
		d.asking = a
	}
	d.mu.Unlock()
	if first {
		a.provider, a.err = ask()
		d.keep(a, now)
	}
	select {
	case <-a.done:
		return a.provider, a.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (d *discovery) keep(a *asking, now time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.err == nil {
		d.provider, d.at = a.provider, now
	}
	d.asking = nil
	close(a.done)
}

// config returns the client configuration from metadata that is newer than after.
func (g *oidcLogin) config(ctx context.Context, after time.Time) (*oauth2.Config, *oidc.Provider, error) {
	if g.OIDC == nil || g.PublicURL == "" {
		return nil, nil, refusal("not_found", "Login by OIDC is not configured", "Ask an admin to configure the provider and the public address of Adtally.")
	}
	p, err := g.asked.get(ctx, after, g.Now(), func() (*oidc.Provider, error) {
		// The answer serves later callers as well, so it must outlive this request.
		return oidc.NewProvider(g.withClient(context.WithoutCancel(ctx)), g.OIDC.Issuer)
	})
	if err != nil {
		return nil, nil, &adtally.Fault{Act: adtally.Retry, Code: "busy", Message: "The OIDC provider did not answer", Hint: "Try again in a moment, or log in with a password.", Err: err}
	}
	endpoint := p.Endpoint()
	endpoint.AuthStyle = authStyle(p)
	return &oauth2.Config{ClientID: g.OIDC.ClientID, ClientSecret: g.OIDC.ClientSecret.Reveal(), Endpoint: endpoint,
		RedirectURL: strings.TrimSuffix(g.PublicURL, "/") + "/auth/oidc/callback", Scopes: []string{oidc.ScopeOpenID, "email", "profile"}}, p, nil
}

// authStyle is how the provider wants the client secret. Trying both would use up the
// code at providers that accept it once.
func authStyle(p *oidc.Provider) oauth2.AuthStyle {
	var said struct {
		Ways []string `json:"token_endpoint_auth_methods_supported"`
	}
	err := p.Claims(&said)
	if err == nil && slices.Contains(said.Ways, "client_secret_post") && !slices.Contains(said.Ways, "client_secret_basic") {
		return oauth2.AuthStyleInParams
	}
	return oauth2.AuthStyleInHeader // the default of OpenID Connect Discovery 1.0, section 3
}

// Limits of one answer of the provider. A key set or an ID token with many groups is a
// few kilobytes.
const (
	oidcTimeout = 10 * time.Second
	oidcMost    = 1 << 20
	oidcHeader  = 64 << 10
)

func (g *oidcLogin) withClient(ctx context.Context) context.Context {
	client := http.Client{Timeout: oidcTimeout}
	if g.OIDC.Client != nil {
		client = *g.OIDC.Client
	}
	if client.Transport == nil {
		transport := http.DefaultTransport.(*http.Transport).Clone()
		transport.MaxResponseHeaderBytes = oidcHeader
		client.Transport = transport
	}
	client.Transport = limitedTransport{client.Transport}
	return oidc.ClientContext(ctx, &client)
}

// limitedTransport limits every answer to oidcMost bytes.
type limitedTransport struct{ http.RoundTripper }

func (b limitedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := b.RoundTripper.RoundTrip(r)
	if err == nil {
		answer.Body = &limitedBody{answer.Body, oidcMost}
	}
	return answer, err
}

type limitedBody struct {
	io.ReadCloser
	left int
}

var errLong = errors.New("the answer of the provider is too long")

func (b *limitedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errLong
	}
	return n, err
}
