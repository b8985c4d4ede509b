package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/alecthomas/kong"

	"adtally"
	"adtally/internal/jobs"
	"adtally/internal/store"
	"adtally/internal/vault"
)

// serviceFlags are what a server and a worker have in common.
type serviceFlags struct {
	Config      kong.ConfigFlag `help:"File with settings, as adtally config prints them. The environment and the command line count more." placeholder:"FILE.toml"`
	Data        string          `help:"Folder for all state: the database, the keys, the queue, the warehouse." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	DatabaseURL string          `help:"PostgreSQL for the database and the queue, for more than one worker. Default: SQLite in the folder." name:"database-url" env:"ADTALLY_DATABASE_URL" placeholder:"postgres://…"`
	Warehouse   string          `help:"DuckDB file for the data. Default: warehouse.duckdb in the folder." placeholder:"FILE.duckdb"`
	GraphURL    string          `help:"Another address for Meta's Graph API, such as the simulator's." name:"graph-url" env:"ADTALLY_GRAPH_URL" placeholder:"URL"`
	LoginURL    string          `help:"Another address for Facebook's login, such as the simulator's." name:"login-url" env:"ADTALLY_LOGIN_URL" placeholder:"URL"`
	Workers     int             `help:"How many accounts are synced at once." default:"4"`
}

// service is what a server and a worker are made of.
type service struct {
	*serviceFlags
	p         *program
	log       *slog.Logger
	store     *store.DB
	vault     *vault.Vault
	warehouse *warehouse
	queue     *jobs.QueueDB
	scheduler *jobs.Scheduler
	platforms *platforms
}

// open puts a service together, and closes what it opened where it cannot.
func (f *serviceFlags) open(ctx context.Context, p *program) (*service, error) {
	if err := f.makeFolder(); err != nil {
		return nil, err
	}
	s := &service{serviceFlags: f, p: p, log: slog.New(slog.NewJSONHandler(p.err, nil))}
	if err := s.build(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// build opens what a service is made of.
func (s *service) build(ctx context.Context) (err error) {
	if s.store, err = store.Open(ctx, s.address("adtally.db")); err != nil {
		return err
	}
	s.vault = s.vaultOf(s.p, s.store)
	if err := s.vault.Unlock(ctx); err != nil {
		return err
	}
	where, err := destinationAt(s.warehouseFile())
	if err != nil {
		return err
	}
	s.warehouse = &warehouse{kind: s.p.destination(where.Kind, time.Minute), where: where, log: s.log, rest: usualRest}
	if err := s.warehouse.look(ctx); err != nil {
		return err
	}
	s.platforms = &platforms{flags: s.serviceFlags, p: s.p, apps: s.store, vault: s.vault, slow: &slowed{datasets: s.store, now: s.p.clock, log: s.log}, open: map[string]opened{}}
	return s.startWorker(ctx)
}

// vaultOf is the vault over a database, with the keys of the folder or those given.
func (f *serviceFlags) vaultOf(p *program, db *store.DB) *vault.Vault {
	v := &vault.Vault{Versions: db, Seals: db, Keys: vault.Folder(filepath.Join(f.Data, "keys")), NewID: newID, Now: p.clock}
	if text := p.env("ADTALLY_KEY"); text != "" {
		v.Keys = vault.Given{Name: "ADTALLY_KEY", Text: adtally.NewSecret(text)}
	}
	return v
}

// address is where something of the database's kind is kept.
func (f *serviceFlags) address(file string) string {
	if f.DatabaseURL != "" {
		return f.DatabaseURL
	}
	return filepath.Join(f.Data, file)
}

// there refuses a folder that is no service's: a command that looks at one makes
// none.
func (f *serviceFlags) there() error {
	if f.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(f.address("adtally.db")); err != nil {
		return wrong("data", "Name its folder with --data.", "There is no service in the folder %s", f.Data)
	}
	return nil
}

// startWorker sets up the worker of this process.
func (s *service) startWorker(ctx context.Context) (err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	w := adtally.Worker{ID: host + "-" + newID(), Host: host, Version: version, Started: s.p.clock()}
	s.scheduler = &jobs.Scheduler{Store: s.store, Runner: &runner{service: s}, Worker: w, Now: s.p.clock, NewID: newID,
		Report: func(err error) { s.log.Error("the schedule stumbled", "error", err) }}
	s.queue, err = jobs.Open(ctx, s.address("queue.db"), jobs.RiverOptions{ID: w.ID, Workers: s.Workers, Work: s.scheduler.Work, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		s.scheduler.Queue = s.queue
	}
	return err
}

// stopTimeout is how long steps have to be given back when the program ends.
const stopTimeout = 20 * time.Second

// work carries out steps until ctx ends.
func (s *service) work(ctx context.Context) error {
	background := context.WithoutCancel(ctx)
	if err := s.queue.Start(background); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	err := s.scheduler.Run(ctx)
	stopping, stop := context.WithTimeout(background, stopTimeout)
	defer stop()
	if stopped := s.queue.Stop(stopping); err == nil {
		err = stopped
	}
	return err
}

// close gives everything back that was opened.
func (s *service) close() {
	closers := []func() error{}
	if s.queue != nil {
		closers = append(closers, s.queue.Close)
	}
	if s.warehouse != nil {
		closers = append(closers, s.warehouse.close)
	}
	if s.store != nil {
		closers = append(closers, s.store.Close)
	}
	for _, shut := range closers {
		if err := shut(); err != nil {
			s.log.Error("something could not be closed", "error", err)
		}
	}
}
