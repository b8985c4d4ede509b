package main

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sync/errgroup"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/api/password"
	"adtally/internal/notify"
	"adtally/internal/vault"
	"adtally/web"
)

type serveCommand struct {
	serviceFlags
	Listen      string   `help:"Address to listen on." default:"127.0.0.1:8085" env:"ADTALLY_LISTEN" placeholder:"HOST:PORT"`
	PublicURL   string   `help:"Public URL of the server. Default: the listen address." name:"public-url" env:"ADTALLY_PUBLIC_URL" placeholder:"https://…"`
	Host        []string `help:"Another host name of the server, such as its container's." env:"ADTALLY_HOST" placeholder:"HOST:PORT"`
	Chromium    string   `help:"Chromium that makes PDFs of dashboards. Default: the one that is installed." env:"ADTALLY_CHROMIUM" placeholder:"FILE"`
	BehindProxy bool     `help:"Trust X-Forwarded-For and X-Forwarded-Proto of your own proxy."`

	SimClock string `help:"Take the time from the simulator at this address; for tests." name:"sim-clock" hidden:"" placeholder:"URL"`

	OIDCIssuer string   `help:"OIDC provider for logins. Put its client secret into ADTALLY_OIDC_SECRET." name:"oidc-issuer" env:"ADTALLY_OIDC_ISSUER" placeholder:"https://…"`
	OIDCClient string   `help:"Client ID at the OIDC provider." name:"oidc-client" env:"ADTALLY_OIDC_CLIENT" placeholder:"ID"`
	OIDCName   string   `help:"Label of the login button." name:"oidc-name" default:"OIDC"`
	OIDCDomain []string `help:"Users with a verified address in this domain need no invite." name:"oidc-domain" placeholder:"example.com"`
	OIDCRole   string   `help:"Role of users who log in without an invite." name:"oidc-role" enum:"viewer,editor,builder" default:"viewer"`
}

// oidc returns the configured OIDC provider, or nil.
func (c *serveCommand) oidc(p *program) (*api.OIDC, error) {
	secret := adtally.NewSecret(strings.TrimSpace(p.env("ADTALLY_OIDC_SECRET")))
	switch {
	case c.OIDCIssuer == "" && c.OIDCClient == "":
		return nil, nil //nolint:nilnil // nil = not configured
	case c.OIDCIssuer == "" || c.OIDCClient == "" || secret.IsZero():
		return nil, wrong("oidc", "Set --oidc-issuer, --oidc-client and the environment variable ADTALLY_OIDC_SECRET, or none of them.", "OIDC is set only in part")
	}
	return &api.OIDC{Name: c.OIDCName, Issuer: c.OIDCIssuer, ClientID: c.OIDCClient, ClientSecret: secret, Domains: c.OIDCDomain, Role: adtally.Role(c.OIDCRole)}, nil
}

// Run serves the API and runs syncs until the process is told to stop.
func (c *serveCommand) Run(ctx context.Context, p *program) error { return c.run(ctx, p, greet) }

// serving is a service that accepts requests.
type serving struct {
	*service
	public, local string         // its URLs for people and for this process
	code          adtally.Secret // creates the first admin; zero = there is one
}

// greet prints where the service is.
func greet(_ context.Context, up *serving) error {
	if err := up.p.printf("Adtally is at %s; its API is described at %s/api/docs.\n", up.public, up.public); err != nil {
		return err
	}
	if up.code.IsZero() {
		return nil
	}
	return up.p.printf("Nobody can log in yet. Use this code to create the first admin: %s\n", up.code.Reveal())
}

// run runs the service until ctx ends, and calls ready as soon as it accepts requests.
func (c *serveCommand) run(ctx context.Context, p *program, ready func(context.Context, *serving) error) error {
	if err := c.public(); err != nil {
		return err
	}
	if c.SimClock != "" {
		if err := p.followClock(ctx, c.SimClock); err != nil {
			return err
		}
	}
	leave, err := c.occupy(p)
	if err != nil {
		return err
	}
	defer leave()
	s, err := c.open(ctx, p)
	if err != nil {
		return err
	}
	defer s.close()
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return wrong("listen", "Choose another --listen.", "Adtally cannot listen on %s: %w", c.Listen, err)
	}
	up := &serving{service: s, local: "http://" + listener.Addr().String()}
	c.PublicURL = cmp.Or(c.PublicURL, up.local)
	up.public = c.PublicURL
	watch := s.watch(c.PublicURL)
	var handler http.Handler
	if handler, up.code, err = c.handler(ctx, s, watch); err != nil {
		return errors.Join(err, listener.Close())
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(ctx, listener, handler) })
	group.Go(func() error { return s.work(ctx) })
	group.Go(func() error { return watch.Run(ctx) })
	group.Go(func() error { return s.subscriptions(c.PublicURL, c.printer(handler)).Run(ctx) })
	group.Go(func() error { return s.purge(ctx) })
	group.Go(func() error { return s.keep().Run(ctx) })
	group.Go(func() error { return ready(ctx, up) })
	return group.Wait()
}

// public checks the public URL before anything is opened.
func (c *serveCommand) public() (err error) {
	if c.PublicURL == "" {
		return nil
	}
	c.PublicURL, err = api.PublicURL(c.PublicURL)
	return err
}

func (c *serveCommand) handler(ctx context.Context, s *service, watch *notify.Watch) (http.Handler, adtally.Secret, error) {
	key, err := c.signing()
	if err != nil {
		return nil, adtally.Secret{}, err
	}
	var code adtally.Secret
	if there, err := s.store.AnyUser(ctx); err != nil {
		return nil, code, err
	} else if !there {
		code = api.NewSetupCode()
	}
	oidc, err := c.oidc(s.p)
	if err != nil {
		return nil, code, err
	}
	board, err := s.queue.Board(ctx, boardPath)
	if err != nil {
		return nil, code, err
	}
	figures := s.answers()
	sql, err := s.statements(figures.shared.refresh)
	if err != nil {
		return nil, code, err
	}
	handler, err := api.New(api.Config{
		Store: s.store, Service: api.Service{Sources: s.store, Accounts: s.store, Runs: s.store, Log: s.store, Versions: s.store, Platforms: s.platforms, Vault: s.vault,
			Channels: s.store, Incidents: s.store, Senders: senders{watch}, Costs: s.store, Forecasts: forecasts{s}, Warehouse: s.warehouse, Visible: s.platforms, Progress: s.store,
			OAuth: s.platforms, Logins: s.store, Links: s.store, Settings: s.store, Grants: s.store, Files: s.uploads, Calls: s.store, FigureRules: s.rules(),
			Analytics: figures, Differences: figures, Definitions: s.store, Dashboards: s.store, Shares: s.store, NamingRules: s.store, Matches: s.store,
			SQL: sql, SavedSQL: s.store, Subscriptions: s.store, Given: s.store, Printing: c.chromium() != ""},
		Passwords: password.New(password.Time, password.Memory, 4), Log: s.log, Now: s.p.clock, NewID: newID, Key: key,
		PublicURL: c.PublicURL, Hosts: append([]string{c.Listen}, c.Host...), BehindProxy: c.BehindProxy, SetupCode: code, OIDC: oidc, Version: version,
		Site: web.Site(),
		Mounts: []api.Mount{
			{Pattern: "GET " + api.PicturePath + "{ad}", Access: api.Access{Role: adtally.Viewer}, Handler: s.adPictures()},
			s.assistants(figures, sql),
			{Pattern: "GET /metrics", Access: api.Access{Role: adtally.Viewer}, Handler: s.measured()},
			{Pattern: boardPath + "/", Access: api.Access{Role: adtally.Admin}, Handler: board, Policy: api.StyledPolicy},
		},
		Checks: []api.Check{{Name: "database", Do: func(ctx context.Context) error { _, err := s.store.AnyUser(ctx); return err }},
			{Name: "writing to the database", Do: s.scheduler.Fit}},
	})
	return handler, code, err
}

// boardPath is the path of River's UI.
const boardPath = "/ops/jobs"

// signing returns the key that signs cookies and links. It is created at the first start;
// all servers of a fleet must have the same.
func (c *serveCommand) signing() (adtally.Secret, error) {
	path := filepath.Join(c.Data, "signing.secret")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		fresh := vault.NewKey().Text()
		err = os.WriteFile(path, []byte(fresh.Reveal()), 0o600)
		text = []byte(fresh.Reveal())
	}
	if err != nil {
		return adtally.Secret{}, wrong("data", "Check that the folder is writable.", "The file %s cannot be read or created: %w", path, err)
	}
	return adtally.NewSecret(string(text)), nil
}

type workCommand struct{ serviceFlags }

// Run runs steps until the process is told to stop.
func (c *workCommand) Run(ctx context.Context, p *program) error {
	if c.DatabaseURL == "" {
		return wrong("no_database", "Start both with the same --database-url of a PostgreSQL server.", "A worker needs a database that it shares with the server")
	}
	s, err := c.open(ctx, p)
	if err != nil {
		return err
	}
	defer s.close()
	if err := p.printf("Worker %s is ready.\n", s.scheduler.Worker.ID); err != nil {
		return err
	}
	return s.work(ctx)
}
