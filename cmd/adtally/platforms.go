package main

import (
	"context"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/vault"
)

// platforms are the connectors of a service.
type platforms struct {
	flags *serviceFlags
	p     *program
	apps  interface {
		PlatformApp(ctx context.Context, connector string) (adtally.PlatformApp, error)
	}
	vault *vault.Vault
	slow  *slowed      // nil = not reported
	quota *quotaKeeper // nil = not kept

	mu   sync.Mutex
	open map[string]opened
}

// opened is a connector and the app that it was created with.
type opened struct {
	Connector connector.Connector
	app       adtally.PlatformApp
}

// maxWaitInStep is how long a step waits for a rate limit. For longer waits the step
// gives its worker back.
const maxWaitInStep = 20 * time.Second

// of returns the connector of a source. Each source has its own, because the platform
// reports rate limits per token. A new one is created if the installation's app has
// changed.
func (l *platforms) of(ctx context.Context, kind, source string) (connector.Connector, error) {
	app, err := l.apps.PlatformApp(ctx, kind)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.open[source+" "+kind]; o.Connector != nil && o.app == app {
		return o.Connector, nil
	}
	made, err := l.make(ctx, kind, source, app)
	if err == nil {
		l.open[source+" "+kind] = opened{made, app}
	}
	return made, err
}

func (l *platforms) make(ctx context.Context, kind, source string, app adtally.PlatformApp) (connector.Connector, error) {
	own := adtally.App{ID: app.ID, Configuration: app.Configuration}
	if app.Credential != "" {
		var err error
		if own.Secret, err = l.vault.Open(ctx, app.Credential, 0); err != nil {
			return nil, err
		}
	}
	return l.with(kind, source, own)
}

// with returns a connector that uses an app.
func (l *platforms) with(kind, source string, app adtally.App) (connector.Connector, error) {
	create := connectors[kind]
	if create == nil {
		return nil, wrong("unknown_connector", "Update Adtally.", "There is no connector %s", kind)
	}
	waiting := func(w adtally.RateLimitWait) {
		if l.slow != nil {
			l.slow.waiting(source, w)
		}
		if l.quota != nil {
			l.quota.waiting(source, w)
		}
	}
	return create(platform{waiting: waiting, address: l.flags.GraphURL, login: l.flags.LoginURL, http: l.p.http, today: l.p.clock(), maxWait: maxWaitInStep, app: app, poll: l.p.poll}), nil
}

// Catalog lists the ad platforms that can be connected.
func (l *platforms) Catalog() (all []adtally.Spec) {
	for _, name := range slices.Sorted(maps.Keys(connectors)) {
		all = append(all, connectors[name](platform{}).Spec())
	}
	return all
}

// Verify implements vault.Platform.
func (l *platforms) Verify(ctx context.Context, kind string, secret adtally.Secret, named ...string) (adtally.Grant, error) {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return adtally.Grant{}, err
	}
	return c.Verify(ctx, secret, named...)
}

// Identify is Verify without the accounts.
func (l *platforms) Identify(ctx context.Context, kind string, secret adtally.Secret) (adtally.Grant, error) {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return adtally.Grant{}, err
	}
	return c.Identify(ctx, secret)
}

// Accounts lists the accounts that a verified secret sees.
func (l *platforms) Accounts(ctx context.Context, kind string, secret adtally.Secret, named ...string) ([]adtally.Account, error) {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return nil, err
	}
	all, _, err := c.Accounts(ctx, secret, named...)
	return all, err
}

// Probe reads a small part of an account, to test access.
func (l *platforms) Probe(ctx context.Context, kind string, secret adtally.Secret, a adtally.Account) error {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return err
	}
	return c.Probe(ctx, secret, a)
}

// Refresh exchanges a secret that will expire for a new one.
func (l *platforms) Refresh(ctx context.Context, kind string, secret adtally.Secret, g adtally.Grant) (adtally.Secret, error) {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return adtally.Secret{}, err
	}
	return c.Refresh(ctx, secret, g)
}

// Inspect runs the named checks on a secret.
func (l *platforms) Inspect(ctx context.Context, kind string, secret adtally.Secret, b adtally.Before) (adtally.Inspection, adtally.Secret, error) {
	return l.InspectStepwise(ctx, kind, secret, b, nil)
}

// InspectStepwise runs the checks and passes on each as soon as it is done.
func (l *platforms) InspectStepwise(ctx context.Context, kind string, secret adtally.Secret, b adtally.Before, done func(adtally.Check)) (adtally.Inspection, adtally.Secret, error) {
	return vault.Inspect(ctx, l, kind, secret, b, vault.Observer{Done: done, Now: time.Now})
}

// VerifyApp checks an app's ID and secret with the platform.
func (l *platforms) VerifyApp(ctx context.Context, kind string, app adtally.App) error {
	c, err := l.with(kind, "", app)
	if err != nil {
		return err
	}
	return c.VerifyApp(ctx)
}

// AuthCodeURL returns the platform's login page for our app.
func (l *platforms) AuthCodeURL(ctx context.Context, kind, state, back string) (string, error) {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return "", err
	}
	return c.AuthCodeURL(state, back)
}

// Exchange exchanges the code of a login for a secret.
func (l *platforms) Exchange(ctx context.Context, kind, back string, answer url.Values) (adtally.Secret, error) {
	c, err := l.of(ctx, kind, "")
	if err != nil {
		return adtally.Secret{}, err
	}
	return c.Exchange(ctx, back, answer)
}

// Compared lists the tables of a source that are compared with the platform's totals.
func (l *platforms) Compared(s adtally.Source) (names []string, err error) {
	c, err := l.with(s.Connector, "", adtally.App{})
	if err != nil {
		return nil, err
	}
	reader, err := c.Open(s, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	for _, st := range reader.Streams() {
		if st.Total != nil {
			names = append(names, st.Name)
		}
	}
	return names, nil
}
