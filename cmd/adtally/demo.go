package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"adtally"
)

const (
	demoFile = "adtally-demo.duckdb"
	demoSize = "accounts=1,ads=120,days=365,seed=7"
)

type demoCommand struct {
	Data      string `help:"Folder for the demo's service. A second start continues with it." default:"adtally-demo" placeholder:"DIR"`
	Listen    string `help:"Address to listen on. Default: 127.0.0.1:8085, or a free port if that is in use." placeholder:"HOST:PORT"`
	PublicURL string `help:"Public URL of the demo. Default: the listen address." name:"public-url" placeholder:"http://…"`
	Synthetic string `help:"The advertiser's size at the first start." default:"accounts=4,ads=24,days=365,seed=7,currency=EUR" hidden:""`
	Headless  bool   `help:"Without the service: sync into a file, print the summary and end."`
	To        string `help:"With --headless: the warehouse file. An earlier demo file is overwritten." default:"adtally-demo.duckdb" placeholder:"FILE.duckdb"`
}

// Run starts the demo in the browser, or syncs once and prints the summary.
func (c *demoCommand) Run(ctx context.Context, p *program) error {
	if c.Headless {
		return c.once(ctx, p)
	}
	return c.inBrowser(ctx, p)
}

// once syncs into a file and prints the summary.
func (c *demoCommand) once(ctx context.Context, p *program) error {
	if err := c.clear(); err != nil {
		return err
	}
	sim, err := (&simCommand{Synthetic: []string{demoSize}}).simulator()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("start the simulator: %w", err)
	}
	if err := p.printf("A simulated advertiser is being synced: a year, day by day.\n"); err != nil {
		return err
	}
	served, stop := context.WithCancel(ctx)
	group, served := errgroup.WithContext(served)
	group.Go(func() error { return serve(served, listener, sim) })
	demo := *p
	demo.env = func(name string) string {
		if name == tokenVariable {
			return sim.Token()
		}
		return p.env(name)
	}
	year := adtally.DayOf(sim.Now(), time.UTC) - 364
	sync := &syncCommand{Account: []string{"all"}, To: c.To, Since: year, GraphURL: "http://" + listener.Addr().String(), AtOnce: accountsAtOnce}
	err = sync.Run(ctx, &demo)
	stop()
	if err = errors.Join(err, group.Wait()); err != nil {
		return err
	}
	return c.summary(ctx, p)
}

// clear removes the files of an earlier demo. Files with other names belong to the user
// and stay.
func (c *demoCommand) clear() error {
	for _, name := range []string{c.To, c.To + ".state", c.To + ".state-wal", c.To + ".state-shm", c.To + ".state.lock"} {
		if c.To != demoFile {
			if _, err := os.Stat(c.To); err == nil {
				return wrong("exists", "Choose another file, or delete it yourself. The demo never overwrites your files.", "%s already exists", c.To)
			}
			continue
		}
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

func (c *demoCommand) summary(ctx context.Context, p *program) error {
	w, err := destinations["duckdb"](destinationOptions{}).Open(ctx, adtally.Destination{Kind: "duckdb", Location: c.To}, adtally.Secret{})
	if err != nil {
		return err
	}
	defer w.Close()
	if err := summary(ctx, p, w); err != nil {
		return err
	}
	return p.printf(howToOpen, c.To, c.To)
}

const howToOpen = `
The warehouse is the file %s. Open it with any DuckDB, for instance:
  duckdb %s "SELECT date, sum(spend) FROM facebook_ads.basic_ad GROUP BY ALL ORDER BY ALL"
Tables: ad_accounts, campaigns, ad_sets, ads, ad_creatives, basic_account, basic_campaign,
basic_ad_set, basic_ad, and for each basic table its _actions.
`
