package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

const (
	demoEmail  = "demo@example.com"
	demoListen = "127.0.0.1:8085"
)

// demoWorld is what the simulator and the first admin need to be the same at every start.
type demoWorld struct {
	Began     time.Time `json:"began"` // when the advertiser was generated; its history grows from there
	Size      string    `json:"size"`
	Token     string    `json:"token"`
	AppSecret string    `json:"app_secret"`
	Password  string    `json:"password"` // of the first admin
	Share     demoShare `json:"share,omitzero"`
}

// inBrowser runs the simulator and a service with a synced source until ctx ends.
func (c *demoCommand) inBrowser(ctx context.Context, p *program) error {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return wrong("data", "Name another --data.", "The folder %s cannot be created: %w", c.Data, err)
	}
	world, err := c.world(p.clock())
	if err != nil {
		return err
	}
	size, err := advertiser.ParseSize(world.Size)
	if err != nil {
		return wrong("size", "Use a form like accounts=5,ads=20,days=365,seed=7.", "--synthetic %s: %w", world.Size, err)
	}
	log, err := os.OpenFile(filepath.Join(c.Data, "service.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return wrong("data", "Check that the folder is writable.", "The demo's log cannot be written: %w", err)
	}
	defer log.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	sim := world.simulator(size)
	at := "http://" + listener.Addr().String()
	quiet := *p
	quiet.err = log
	group, running := errgroup.WithContext(ctx)
	group.Go(func() error { return serve(running, listener, sim) })
	group.Go(func() error {
		return c.service(at).run(running, &quiet, func(ctx context.Context, up *serving) error {
			return (&demo{serving: up, keep: c.keep, world: world, size: size, sim: sim}).prepare(ctx)
		})
	})
	err = group.Wait()
	if ctx.Err() != nil && errors.Is(err, context.Canceled) { // ended while it was starting
		return nil
	}
	return err
}

// world reads the demo's world, and creates it at the first start.
func (c *demoCommand) world(now time.Time) (w demoWorld, err error) {
	path := filepath.Join(c.Data, "demo.json")
	text, err := os.ReadFile(path)
	switch {
	case err == nil:
		err = json.Unmarshal(text, &w)
	case errors.Is(err, fs.ErrNotExist):
		secret := strings.ToLower(rand.Text() + rand.Text())
		w = demoWorld{Began: now, Size: c.Synthetic, Token: "EAA" + rand.Text() + rand.Text(), AppSecret: secret[:32], Password: secret[32:48]}
		err = c.keep(w)
	}
	if err != nil {
		return w, wrong("data", "Delete the folder to start a new demo.", "The demo's folder %s cannot be used: %w", c.Data, err)
	}
	return w, nil
}

func (c *demoCommand) keep(w demoWorld) error {
	text, err := json.MarshalIndent(w, "", "  ") //nolint:gosec // secrets of a simulated world, in a file for its owner only
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(c.Data, "demo.json"), text, 0o600)
}

func (w demoWorld) simulator(size advertiser.Size) *graphsim.Server {
	sim := graphsim.New(graphsim.Options{Token: w.Token})
	for _, account := range advertiser.NewSynthetic(size, w.Began) {
		sim.Add(account)
	}
	app := sim.MainApp()
	app.Secret = w.AppSecret
	sim.SetApp(app)
	return sim
}

// service is the service of the demo, with the simulator in Meta's place.
func (c *demoCommand) service(sim string) *serveCommand {
	return &serveCommand{serviceFlags: serviceFlags{Data: c.Data, GraphURL: sim, LoginURL: sim, Workers: accountsAtOnce},
		Listen: cmp.Or(c.Listen, freeAddress()), PublicURL: c.PublicURL}
}

// freeAddress is the usual address of the service, or a free port if that is in use.
func freeAddress() string {
	l, err := net.Listen("tcp", demoListen)
	if err != nil {
		return "127.0.0.1:0"
	}
	_ = l.Close() // the service listens there next, and would say what is wrong
	return demoListen
}

// demo is a running service that becomes the demo.
type demo struct {
	*serving
	keep  func(demoWorld) error
	world demoWorld
	size  advertiser.Size
	sim   *graphsim.Server
	as    *visitor
}

// prepare creates what the first start lacks, waits for the first figures, and says where
// everything is.
func (d *demo) prepare(ctx context.Context) error {
	err := d.show(ctx)
	if ctx.Err() != nil { // the demo was ended while it was being prepared
		return nil
	}
	return err
}

func (d *demo) show(ctx context.Context) error {
	known, err := d.login(ctx)
	if err != nil {
		return err
	}
	if known {
		if err := d.connect(ctx); err != nil {
			return err
		}
		if err := d.figures(ctx); err != nil {
			return err
		}
		if err := d.company(ctx); err != nil {
			return err
		}
	}
	login := fmt.Sprintf("%s, password %s", demoEmail, d.world.Password)
	if !known {
		login = "as before; the demo's own password was changed"
	}
	link := ""
	if d.world.Share.Token != "" {
		link = fmt.Sprintf("Share link  %s/s/%s\n", d.public, d.world.Share.Token)
	}
	return d.p.printf("\nOpen  %s\nLog in  %s\n%s\nCtrl-C ends the demo. Its data stays in the folder %s.\n", d.public, login, link, d.Data)
}

// login logs the demo's admin in, and reports false if their password was changed.
func (d *demo) login(ctx context.Context) (known bool, err error) {
	if d.as, err = (&remote{Server: d.local}).stranger(d.p); err != nil {
		return false, err
	}
	if !d.code.IsZero() {
		_, err = d.as.ask(ctx, "POST", "/setup", map[string]string{"code": d.code.Reveal(), "email": demoEmail, "name": "Demo", "password": d.world.Password})
		return true, err
	}
	_, err = d.as.ask(ctx, "POST", "/session", map[string]string{"email": demoEmail, "password": d.world.Password})
	var f *adtally.Fault
	if errors.As(err, &f) && f.Code != "no_server" {
		return false, nil
	}
	return err == nil, err
}

// connect creates the Meta app and the source, unless there is or was a source.
func (d *demo) connect(ctx context.Context) error {
	for _, path := range []string{"/sources", "/sources?deleted=true"} {
		var list struct{ Items []api.Source }
		if err := d.read(ctx, path, &list); err != nil || len(list.Items) > 0 {
			return err
		}
	}
	app := d.sim.MainApp()
	if _, err := d.as.edit(ctx, "PUT", "/catalog/facebookads/app", "", map[string]string{"id": app.ID, "secret": app.Secret}); err != nil {
		return err
	}
	since := adtally.DayOf(d.sim.Now(), time.UTC) - adtally.Day(d.size.Days) + 1
	_, err := d.as.ask(ctx, "POST", "/sources", map[string]any{"connector": "facebookads", "token": d.world.Token, "all_accounts": true, "since": since})
	if err != nil {
		return err
	}
	return d.p.printf("A simulated advertiser is being synced: %d ad accounts, %d days.\n", d.size.Accounts, d.size.Days)
}

func (d *demo) read(ctx context.Context, path string, into any) error {
	answer, err := d.as.ask(ctx, "GET", path, nil)
	if err != nil {
		return err
	}
	return answer.into(into)
}

// figures waits for the first load and prints the summary; nothing if there is no data, for
// instance because the source was deleted.
func (d *demo) figures(ctx context.Context) error {
	loaded, err := d.loaded(ctx)
	if err != nil || !loaded {
		return err
	}
	w, done, err := d.warehouse.use(ctx)
	if err != nil {
		return err
	}
	defer done()
	return summary(ctx, d.p, w)
}

// loaded waits until the first source is up to date or its newest run has ended, and
// reports whether it has been up to date.
func (d *demo) loaded(ctx context.Context) (bool, error) {
	for {
		var sources struct{ Items []api.Source }
		var runs struct{ Items []api.Run }
		for path, into := range map[string]any{"/sources": &sources, "/runs?limit=1": &runs} {
			if err := d.read(ctx, path, into); err != nil {
				return false, err
			}
		}
		switch {
		case len(sources.Items) == 0:
			return false, nil
		case sources.Items[0].Good != nil:
			return true, nil
		case len(runs.Items) > 0 && runs.Items[0].Ended != nil:
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(200 * time.Millisecond):
		}
	}
}
