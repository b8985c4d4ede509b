package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"github.com/alecthomas/kong"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/engine"
	"adtally/internal/jobs"
	"adtally/internal/store"
	"adtally/internal/vault"
)

// serviceFlags are what a server and a worker have in common.
type serviceFlags struct {
	Config      kong.ConfigFlag `help:"File with settings, as adtally config prints them. The environment and the command line count more." placeholder:"FILE.toml"`
	Data        string          `help:"Folder for all state: the ledger, the keys, the queue, the warehouse." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	DatabaseURL string          `help:"PostgreSQL for the ledger and the queue, for more than one worker. Default: SQLite in the folder." name:"database-url" env:"ADTALLY_DATABASE_URL" placeholder:"postgres://…"`
	Warehouse   string          `help:"DuckDB file for the data. Default: warehouse.duckdb in the folder." placeholder:"FILE.duckdb"`
	GraphURL    string          `help:"Another address for Meta's Graph API, such as the simulator's." name:"graph-url" env:"ADTALLY_GRAPH_URL" placeholder:"URL"`
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
	queue     *jobs.Place
	foreman   *jobs.Foreman
	platforms *platforms
}

// open puts a service together, and closes what it opened where it cannot.
func (f *serviceFlags) open(ctx context.Context, p *program) (s *service, err error) {
	if err := os.MkdirAll(f.Data, 0o700); err != nil {
		return nil, wrong("data", "The folder %s cannot be made: %v", "Name another --data.", f.Data, err)
	}
	s = &service{serviceFlags: f, p: p, log: slog.New(slog.NewJSONHandler(p.err, nil))}
	defer func() {
		if err != nil {
			s.close()
		}
	}()
	if s.store, err = store.Open(ctx, f.address("adtally.db")); err != nil {
		return nil, err
	}
	s.vault = f.vaultOf(p, s.store)
	if err := s.vault.Unlock(ctx); err != nil {
		return nil, err
	}
	file := f.Warehouse
	if file == "" {
		file = filepath.Join(f.Data, "warehouse.duckdb")
	}
	s.warehouse = &warehouse{kind: p.destination("duckdb", time.Minute), where: adtally.Destination{Kind: "duckdb", Location: file}, log: s.log, rest: usualRest}
	if err := s.warehouse.look(ctx); err != nil {
		return nil, err
	}
	s.platforms = &platforms{flags: f, p: p, open: map[string]connector.Connector{}}
	return s, s.hire(ctx)
}

// vaultOf is the vault over a ledger, with the keys of the folder or those given.
func (f *serviceFlags) vaultOf(p *program, db *store.DB) *vault.Vault {
	v := &vault.Vault{Versions: db, Seals: db, Keys: vault.Folder(filepath.Join(f.Data, "keys")), NewID: newID, Now: time.Now}
	if text := p.env("ADTALLY_KEY"); text != "" {
		v.Keys = vault.Given{Name: "ADTALLY_KEY", Text: adtally.NewSecret(text)}
	}
	return v
}

// address is where something of the ledger's kind is kept.
func (f *serviceFlags) address(file string) string {
	if f.DatabaseURL != "" {
		return f.DatabaseURL
	}
	return filepath.Join(f.Data, file)
}

// hire sets up the worker of this process.
func (s *service) hire(ctx context.Context) (err error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	w := adtally.Worker{ID: host + "-" + newID(), Host: host, Version: version, Started: time.Now()}
	s.foreman = &jobs.Foreman{Ledger: s.store, Carrier: &carrier{service: s}, Worker: w, Now: time.Now, NewID: newID,
		Report: func(err error) { s.log.Error("the schedule stumbled", "error", err) }}
	s.queue, err = jobs.Open(ctx, s.address("queue.db"), jobs.RiverOptions{ID: w.ID, Workers: s.Workers, Work: s.foreman.Work, Log: slog.New(slog.DiscardHandler)})
	if err == nil {
		s.foreman.Queue = s.queue
	}
	return err
}

// patienceToStop is how long steps have to be given back when the program ends.
const patienceToStop = 20 * time.Second

// work carries out steps until ctx ends.
func (s *service) work(ctx context.Context) error {
	background := context.WithoutCancel(ctx)
	if err := s.queue.Start(background); err != nil {
		return fmt.Errorf("start the workers: %w", err)
	}
	err := s.foreman.Run(ctx)
	stopping, stop := context.WithTimeout(background, patienceToStop)
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

// platforms are the connectors of a service.
type platforms struct {
	flags *serviceFlags
	p     *program

	mu   sync.Mutex
	open map[string]connector.Connector
}

// patienceInStep is how long a step sits out a block of the platform's. A longer
// one is waited for without a worker.
const patienceInStep = 20 * time.Second

// of is the connector of a source. Each source keeps its own, since how full the
// platform's budgets are is told to its token.
func (l *platforms) of(kind, source string) (connector.Connector, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if c := l.open[source+" "+kind]; c != nil {
		return c, nil
	}
	create := connectors[kind]
	if create == nil {
		return nil, wrong("unknown_connector", "There is no connector %s", "Use a program that has it.", kind)
	}
	c := create(platform{address: l.flags.GraphURL, http: l.p.http, today: time.Now(), patience: patienceInStep})
	l.open[source+" "+kind] = c
	return c, nil
}

// Catalog lists what can be connected.
func (l *platforms) Catalog() (all []adtally.Spec) {
	for _, name := range slices.Sorted(maps.Keys(connectors)) {
		all = append(all, connectors[name](platform{}).Spec())
	}
	return all
}

// Verify asks the platform what a secret allows.
func (l *platforms) Verify(ctx context.Context, kind string, secret adtally.Secret) (adtally.Grant, error) {
	c, err := l.of(kind, "")
	if err != nil {
		return adtally.Grant{}, err
	}
	return c.Verify(ctx, secret)
}

// Tables are those that a source may have, its own reports among them.
func (l *platforms) Tables(s adtally.Source) (all []adtally.TableCard, err error) {
	c, err := l.of(s.Connector, "")
	if err != nil {
		return nil, err
	}
	usual := map[string]bool{}
	s.Tables = nil
	reader, err := c.Open(s, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	for _, st := range reader.Streams() {
		for _, t := range st.Tables {
			usual[t.Name] = true
		}
	}
	s.Tables = slices.Clone(tables[s.Connector]())
	for _, r := range s.Reports {
		s.Tables = append(s.Tables, r.Name)
	}
	if reader, err = c.Open(s, adtally.Secret{}); err != nil {
		return nil, err
	}
	for _, st := range reader.Streams() {
		for _, t := range st.Tables {
			all = append(all, adtally.TableCard{Name: t.Name, Description: t.Description, Key: t.Key, Usual: usual[t.Name], Daily: st.Daily})
		}
	}
	return all, nil
}

// carrier does the work of the service's runs.
type carrier struct {
	*service
	clocks   sync.Map // source → by how much the platform's clock is ahead of ours
	prepared sync.Map // source and revision of those whose tables are ready
	mu       sync.Mutex
}

// now is the platform's clock, as far as it is known.
func (c *carrier) now(source string) time.Time {
	if ahead, ok := c.clocks.Load(source); ok {
		return time.Now().Add(ahead.(time.Duration))
	}
	return time.Now()
}

// Look asks the platform which accounts there are, and picks those of the run.
func (c *carrier) Look(ctx context.Context, r adtally.RunRecord) ([]adtally.Account, error) {
	s, secret, err := c.source(ctx, r)
	if err != nil {
		return nil, err
	}
	platform, err := c.platforms.of(s.Connector, s.ID)
	if err != nil {
		return nil, err
	}
	grant, err := platform.Verify(ctx, secret)
	if err != nil {
		return nil, err
	}
	if len(grant.Missing) > 0 {
		return nil, missing(grant)
	}
	c.clocks.Store(s.ID, time.Until(grant.At))
	if err := c.store.SeeAccounts(ctx, s.ID, grant.Accounts, time.Now()); err != nil {
		return nil, err
	}
	return c.picked(ctx, s, r.Extent, grant)
}

// picked are the accounts of a run. One that was picked and is not seen any more
// stays among them: its step says so.
func (c *carrier) picked(ctx context.Context, s adtally.Standing, e adtally.Extent, g adtally.Grant) (list []adtally.Account, err error) {
	seen, err := c.store.SeenAccounts(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	for _, a := range seen {
		inGrant := slices.ContainsFunc(g.Accounts, func(o adtally.Account) bool { return o.ID == a.ID })
		wanted := s.All && inGrant || slices.Contains(s.Accounts, a.ID)
		if wanted && (len(e.Accounts) == 0 || slices.Contains(e.Accounts, a.ID)) {
			list = append(list, a.Account)
		}
	}
	if len(list) == 0 {
		return nil, wrong("no_accounts", "%s can see no ad account of this source", "Give the token's owner \"View performance\" on the ad account, or pick other accounts.", g.Who)
	}
	return list, nil
}

// source is a run's source, as far as the run reaches, and its secret.
func (c *carrier) source(ctx context.Context, r adtally.RunRecord) (s adtally.Standing, secret adtally.Secret, err error) {
	if s, err = c.store.Source(ctx, r.Source); err != nil {
		return s, secret, err
	}
	s.Source = reaching(s.Source, r.Extent)
	secret, err = c.vault.Open(ctx, s.Credential, 0)
	return s, secret, err
}

// reaching is a source as far as an extent reaches.
func reaching(s adtally.Source, e adtally.Extent) adtally.Source {
	if len(e.Tables) > 0 {
		s.Tables = e.Tables
	}
	if e.Since != 0 {
		s.Since = e.Since
	}
	if e.Until != 0 {
		s.Until = e.Until
	}
	return s
}

// Carry brings one account up to date, or a share of it.
func (c *carrier) Carry(ctx context.Context, r adtally.RunRecord, st adtally.Step, h jobs.Hold) (done adtally.Done, err error) {
	s, secret, err := c.source(ctx, r)
	if err != nil {
		return done, err
	}
	platform, err := c.platforms.of(s.Connector, s.ID)
	if err != nil {
		return done, err
	}
	reader, err := platform.Open(s.Source, secret)
	if err != nil {
		return done, err
	}
	writer, release, err := c.warehouse.use(ctx)
	if err != nil {
		return done, err
	}
	defer release()
	ahead := time.Until(c.now(s.ID))
	e := &engine.Engine{Source: s.Source, Reader: reader, Writer: writer, Ledger: c.store, Now: func() time.Time { return c.now(s.ID) }, NewID: newID,
		Slices: slicesAtOnce, Watch: c.watch(r), Reread: r.Extent.Reread, Enough: h.Enough, Still: h.Still}
	if err := c.prepare(ctx, e, fmt.Sprint(s.ID, " ", s.Revision, " ", r.Wanted)); err != nil {
		return done, err
	}
	began := r.Started.Add(ahead).Truncate(time.Second) // platforms tell the time in whole seconds
	if r.Extent.Reread {
		began = began.Add(time.Second) // what came in the same second, but before, is not what is wanted
	}
	if done, err = e.Step(ctx, st, began); err != nil {
		return done, err
	}
	return done, c.store.SettleDrifts(ctx, s.ID, done.Agreed, done.Drifts)
}

// prepare makes the tables of a source ready, once for what is set.
func (c *carrier) prepare(ctx context.Context, e *engine.Engine, what string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, done := c.prepared.Load(what); done {
		return nil
	}
	err := e.Prepare(ctx)
	if err == nil {
		c.prepared.Store(what, true)
	}
	return err
}

// watch writes into the run's log what a person wants to read there.
func (c *carrier) watch(r adtally.RunRecord) func(engine.Event) {
	return func(ev engine.Event) {
		var lines []adtally.LogLine
		if o := ev.Ended; o != nil {
			l := adtally.LogLine{Run: r.ID, At: time.Now(), Level: "info", Account: ev.Account, Stream: o.Slice.Stream, Code: "slice_done",
				Message: fmt.Sprintf("%s: %d rows of %s.", o.Slice.Stream, o.Rows, o.Slice.Window)}
			if f := o.Fault; f != nil {
				l.Level, l.Code, l.Message = "error", f.Code, o.Slice.Stream+" "+o.Slice.Window.String()+": "+f.Message+"."
				if f.Err != nil {
					l.Detail = f.Err.Error()
				}
			}
			lines = append(lines, l)
		}
		for _, d := range ev.Drifts {
			lines = append(lines, adtally.LogLine{Run: r.ID, At: time.Now(), Level: "warn", Account: ev.Account, Stream: d.Table, Code: "drift", Message: drifted([]adtally.Drift{d}).Message + "."})
		}
		if len(lines) == 0 {
			return
		}
		if err := c.store.AppendLog(context.Background(), lines...); err != nil {
			c.log.Error("the run's log was not kept", "run", r.ID, "error", err)
		}
	}
}
