package main

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"adtally/internal/graphsim"
	"adtally/internal/graphsim/advertiser"
)

type simCommand struct {
	Listen    string        `help:"Address to listen on." default:"127.0.0.1:8086" placeholder:"HOST:PORT"`
	Real      []string      `help:"Folder with a real account's rows as CSV; may be given more than once." sep:"none" placeholder:"DIR"`
	Synthetic []string      `help:"Generated accounts; may be given more than once." sep:"none" placeholder:"accounts=1,ads=200,days=365,seed=1"`
	Clock     time.Time     `help:"Fixed time of the simulator's clock. Default: the clock runs." placeholder:"RFC3339" xor:"clock"`
	Start     time.Time     `help:"Start time of the simulator's clock. Default: now." placeholder:"RFC3339" xor:"clock"`
	Tier      string        `help:"Rate limit tier of the app: limited or full." enum:"limited,full" default:"full"`
	Faults    []byte        `help:"File with a fault script." type:"filecontent" placeholder:"FILE"`
	JobTime   time.Duration `help:"How long a report job takes." default:"0s"`
	LinkLife  time.Duration `help:"How long links to pictures work." default:"96h"`
	Latency   time.Duration `help:"Latency of every response." default:"0s"`
}

func (c *simCommand) Run(ctx context.Context, p *program) error {
	sim, err := c.simulator()
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return wrong("listen", "Choose another --listen.", "The simulator cannot listen on %s: %w", c.Listen, err)
	}
	if err := json.NewEncoder(p.out).Encode(map[string]any{
		"url": "http://" + listener.Addr().String(), "token": sim.Token(), "accounts": sim.Accounts(),
		"app_id": sim.MainApp().ID, "app_secret": sim.MainApp().Secret,
	}); err != nil {
		return err
	}
	return serve(ctx, listener, sim)
}

// simulator creates the server with its accounts; without any, one small generated
// account.
func (c *simCommand) simulator() (*graphsim.Server, error) {
	now := c.Clock
	if now.IsZero() {
		now = c.Start
	}
	if now.IsZero() {
		now = time.Now()
	}
	faults, err := graphsim.ParseScript(string(c.Faults))
	if err != nil {
		return nil, wrong("faults", "See internal/graphsim/faults.md for the syntax.", "--faults: %w", err)
	}
	sim := graphsim.New(graphsim.Options{Now: c.Clock, Start: c.Start, Tier: c.Tier, JobTime: c.JobTime, LinkLife: c.LinkLife, Latency: map[string]time.Duration{"*": c.Latency}})
	for _, dir := range c.Real {
		account, err := advertiser.LoadFolder(dir)
		if err != nil {
			return nil, wrong("folder", "See internal/graphsim/advertiser for the files of such a folder.", "The folder %s cannot be served: %w", dir, err)
		}
		sim.Add(account)
	}
	sizes := c.Synthetic
	if len(sizes)+len(c.Real) == 0 {
		sizes = []string{"accounts=1,ads=200,days=365,seed=1"}
	}
	for _, text := range sizes {
		size, err := advertiser.ParseSize(text)
		if err != nil {
			return nil, wrong("size", "Use a form like accounts=1,ads=200,days=365,seed=1.", "--synthetic %s: %w", text, err)
		}
		for _, account := range advertiser.NewSynthetic(size, now) {
			sim.Add(account)
		}
	}
	sim.Inject(faults...)
	return sim, nil
}

// serve serves until ctx ends, and then lets open requests finish.
func serve(ctx context.Context, l net.Listener, h http.Handler) error {
	server := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		err := server.Shutdown(grace)
		if errors.Is(err, context.DeadlineExceeded) { // an open event stream would last for hours
			err = server.Close()
		}
		ended <- err
	}()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}
