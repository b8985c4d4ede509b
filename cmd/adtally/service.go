package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"adtally"
	"adtally/internal/jobs"
	"adtally/internal/store"
	"adtally/internal/upload"
	"adtally/internal/vault"
)

// serviceFlags are the flags that server and worker share.
type serviceFlags struct {
	Config          kong.ConfigFlag `help:"TOML file with settings, as adtally config prints them. The environment and the command line take precedence." placeholder:"FILE.toml"`
	Data            string          `help:"Folder for all state: database, keys, queue and warehouse." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	DatabaseURL     string          `help:"PostgreSQL for state and queue, for more than one worker. Default: SQLite in the folder." name:"database-url" env:"ADTALLY_DATABASE_URL" placeholder:"postgres://…"`
	Warehouse       string          `help:"DuckDB file for the data. Default: warehouse.duckdb in the folder." placeholder:"FILE.duckdb"`
	WarehouseMemory int             `help:"Megabytes that DuckDB may use for loads. Default: 64." name:"warehouse-memory" env:"ADTALLY_WAREHOUSE_MEMORY" placeholder:"MB"`
	GraphURL        string          `help:"Another address for Meta's Graph API, such as the simulator's." name:"graph-url" env:"ADTALLY_GRAPH_URL" placeholder:"URL"`
	LoginURL        string          `help:"Another address for Facebook's login, such as the simulator's." name:"login-url" env:"ADTALLY_LOGIN_URL" placeholder:"URL"`
	Workers         int             `help:"How many ad accounts are synced at the same time." default:"4"`
}

// service has the parts that server and worker share.
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
	uploads   *upload.Service
	// currencies are those that questions convert to.
	currencies *targetCurrencies

	answering func() *answers
}

// open builds a service, and closes what it opened if it fails.
func (f *serviceFlags) open(ctx context.Context, p *program) (*service, error) {
	if err := f.makeFolder(); err != nil {
		return nil, err
	}
	s := &service{serviceFlags: f, p: p, log: slog.New(slog.NewJSONHandler(p.err, nil))}
	s.answering = sync.OnceValue(s.newAnswers)
	if err := s.build(ctx); err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// build opens the parts of a service.
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
	s.warehouse = &warehouse{kind: s.p.destination(where.Kind, destinationOptions{LockTimeout: time.Minute, Memory: int64(s.WarehouseMemory) << 20}), where: where, log: s.log, rest: usualRest}
	if err := s.warehouse.look(ctx); err != nil {
		return err
	}
	s.currencies = &targetCurrencies{store: s.store}
	s.uploads = s.newUploads()
	s.platforms = &platforms{flags: s.serviceFlags, p: s.p, apps: s.store, vault: s.vault, slow: &slowed{datasets: s.store, now: s.p.clock, log: s.log},
		quota: &quotaKeeper{store: s.store, now: s.p.clock, log: s.log}, open: map[string]opened{}}
	return s.startWorker(ctx)
}

// vaultOf returns a vault for a database, with the keys of the folder or of ADTALLY_KEY.
func (f *serviceFlags) vaultOf(p *program, db *store.DB) *vault.Vault {
	v := &vault.Vault{Versions: db, Seals: db, Keys: vault.Folder(filepath.Join(f.Data, "keys")), NewID: newID, Now: p.clock}
	if text := p.env("ADTALLY_KEY"); text != "" {
		v.Keys = vault.Given{Name: "ADTALLY_KEY", Text: adtally.NewSecret(text)}
	}
	return v
}

// address returns the database URL, or the path of a file in the data folder.
func (f *serviceFlags) address(file string) string {
	if f.DatabaseURL != "" {
		return f.DatabaseURL
	}
	return filepath.Join(f.Data, file)
}

// there returns a fault if the folder has no service, so that a read-only command does
// not create one.
func (f *serviceFlags) there() error {
	if f.DatabaseURL != "" {
		return nil
	}
	if _, err := os.Stat(f.address("adtally.db")); err != nil {
		return wrong("data", "Pass the service's folder with --data.", "There is no service in the folder %s", f.Data)
	}
	return nil
}

// startWorker creates the worker of this process.
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

// stopTimeout is how long steps may take to stop when the program ends.
const stopTimeout = 20 * time.Second

// work runs steps until ctx ends.
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

// close closes everything that build opened.
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
