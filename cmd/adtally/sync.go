package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"golang.org/x/sync/errgroup"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/engine"
	"adtally/internal/store"
	"adtally/internal/vault"
)

type syncCommand struct {
	Account     []string      `help:"Ad account to read, e.g. act_1234567890. May be given more than once; \"all\" reads every account that the token sees." required:"" placeholder:"ACT"`
	To          string        `help:"DuckDB file to write. It is created if it does not exist." required:"" placeholder:"FILE.duckdb"`
	Since       adtally.Day   `help:"First day to read. Default: as far back as Meta serves, 37 months." placeholder:"YYYY-MM-DD"`
	Until       adtally.Day   `help:"Last day to read. Default: today, in the account's time zone." placeholder:"YYYY-MM-DD"`
	Tables      []string      `help:"Tables to read, separated by commas. Default: the usual ones; name breakdowns, reach, pictures and the activity log to read them." placeholder:"T"`
	Report      []string      `help:"A custom report; may be given more than once." sep:"none" placeholder:"name=N;level=ad;breakdowns=B;fields=F,F"`
	Fields      []string      `help:"Fields of a report: only these (basic_ad=spend,impressions), or changes to the usual ones (basic_ad=+social_spend,-clicks). Keys are always read; other columns are NULL. Days that were read with other fields are read again. May be given more than once." sep:"none" placeholder:"T=F,F"`
	Metric      []string      `help:"A custom conversion: a name, and action types in order of preference. May be given more than once." sep:"none" placeholder:"trials=custom:123,start_trial"`
	GraphURL    string        `help:"Another address for Meta's Graph API, such as the simulator's." name:"graph-url" env:"ADTALLY_GRAPH_URL" placeholder:"URL"`
	State       string        `help:"File that stores the sync's progress. Default: the warehouse's name with .state." placeholder:"FILE"`
	JSON        bool          `help:"Print the result as one JSON object." name:"json"`
	LockTimeout time.Duration `help:"How long to wait for a warehouse file that another program has open." default:"30s"`
	Wait        time.Duration `help:"How long to wait when Meta blocks calls. If the block is longer, the run ends; run the same command later to resume." default:"65m"`
	AtOnce      int           `help:"How many ad accounts to read at the same time, 1 to 32. Each has its own rate limit at Meta." name:"concurrency" default:"4" placeholder:"N"`
	Media       string        `help:"Folder for the ads' pictures, which are fetched after the figures." placeholder:"DIR"`
	Reread      bool          `help:"Read every day of the range again, including days that Meta no longer restates."`

	own          []adtally.Report
	metrics      []adtally.Metric
	fields       map[string][]string
	slicesAtOnce int
}

// Limits of concurrency. Meta's rate limit is per ad account. Each slice holds one page in
// memory, so 32 accounts with 4 slices hold 128 pages.
const (
	accountsAtOnce     = 4
	mostAccountsAtOnce = 32
	slicesAtOnce       = 4
)

func (c *syncCommand) Run(ctx context.Context, p *program) error {
	result, err := c.sync(ctx, p)
	if result == nil {
		return err
	}
	if printed := result.print(p, c.JSON); printed != nil && err == nil {
		err = printed
	}
	return err
}

// sync runs the command. It returns a result as soon as anything may have been written.
func (c *syncCommand) sync(ctx context.Context, p *program) (res *result, err error) {
	if c.Since != 0 && c.Until != 0 && c.Until < c.Since {
		return nil, wrong("dates", "Swap them, or leave one out.", "--until %s is before --since %s", c.Until, c.Since)
	}
	if c.AtOnce < 1 || c.AtOnce > mostAccountsAtOnce {
		return nil, wrong("concurrency", fmt.Sprintf("Use 1 to %d.", mostAccountsAtOnce), "--concurrency %d is out of range", c.AtOnce)
	}
	c.Account, c.Tables = trimmed(c.Account), trimmed(c.Tables)
	to, err := destinationAt(c.To)
	if err != nil {
		return nil, err
	}
	c.To = to.Location
	if c.own, err = reports(c.Report); err != nil {
		return nil, err
	}
	if c.metrics, err = metrics(c.Metric); err != nil {
		return nil, err
	}
	if c.fields, err = fieldChoices(c.Fields); err != nil {
		return nil, err
	}
	secret, err := p.token()
	if err != nil {
		return nil, err
	}
	watch := newProgress(p, c.JSON)
	platform := connectors["facebookads"](platform{address: c.GraphURL, http: p.http, today: time.Now(), maxWait: c.Wait, waiting: watch.waiting, say: watch.note, app: p.app()})
	if _, err := platform.Open(c.source(), secret); err != nil { // before the first request
		return nil, err
	}
	grant, accounts, err := c.verify(ctx, platform, secret)
	if err != nil {
		return nil, err
	}
	reader, err := platform.Open(c.source(), secret.For(grant.AppID))
	if err != nil {
		return nil, err
	}
	ctx = destination.WithWaiting(ctx, func(why *adtally.Fault) { watch.note("Waiting for the warehouse: " + why.Message + ".") })
	writer, err := p.destination("duckdb", destinationOptions{LockTimeout: c.LockTimeout}).Open(ctx, to, adtally.Secret{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, writer.Close()) }()
	db, err := store.Open(ctx, cmp.Or(c.State, c.To+".state"))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	s := &syncing{command: c, watch: watch, db: db, accounts: accounts, clock: clockOf(grant)}
	res, err = s.execute(ctx, reader, writer)
	if res != nil && c.Media != "" && ctx.Err() == nil {
		res.Pictures = s.pictures(ctx, p, reader, writer)
	}
	return res, err
}

func (c *syncCommand) source() adtally.Source {
	tables := slices.Clone(c.Tables)
	for _, r := range c.own {
		if len(tables) > 0 {
			tables = append(tables, r.Name)
		}
	}
	return adtally.Source{ID: "facebook_ads", Connector: "facebookads", Dataset: "facebook_ads", Tables: tables, Since: c.Since, Until: c.Until, Reports: c.own, Metrics: c.metrics, Fields: c.fields, Pictures: c.Media != ""}
}

// verify checks that the token may read the requested accounts.
func (c *syncCommand) verify(ctx context.Context, platform connector.Connector, secret adtally.Secret) (adtally.Grant, []adtally.Account, error) {
	grant, err := platform.Verify(ctx, secret, c.Account...)
	if err != nil {
		return grant, nil, err
	}
	if len(grant.Missing) > 0 {
		return grant, nil, vault.Lacks(grant)
	}
	accounts, err := pick(grant, c.Account)
	if err == nil && c.Since != 0 {
		err = notFuture(c.Since, accounts, grant.At)
	}
	return grant, accounts, err
}

// pick finds the accounts by number, with or without act_.
func pick(g adtally.Grant, names []string) (picked []adtally.Account, err error) {
	seen := map[string]adtally.Account{}
	for _, a := range g.Accounts {
		seen[a.ID] = a
	}
	for _, name := range names {
		if name == "all" && len(g.Accounts) == 0 {
			return nil, wrong("no_accounts", "Give the token's owner \"View performance\" on the ad account.", "%s has no access to any ad account", cmp.Or(g.Who, "This token"))
		}
		if name == "all" {
			return g.Accounts, nil
		}
		a, ok := seen[strings.TrimPrefix(name, "act_")]
		if !ok {
			return nil, wrong("unknown_account", "It has access to: "+listed(g.Accounts), "%s (%s) has no access to the ad account %s", cmp.Or(g.Who, "This token"), g.UserID, name)
		}
		picked = append(picked, a)
	}
	return picked, nil
}

// trimmed returns the names without surrounding spaces and without duplicates.
func trimmed(names []string) (out []string) {
	for _, name := range names {
		name = strings.TrimSpace(name)
		if bare := strings.TrimPrefix(name, "act_"); name != "" && !slices.Contains(out, bare) && !slices.Contains(out, "act_"+bare) {
			out = append(out, name)
		}
	}
	return out
}

const listedAtMost = 10

func listed(accounts []adtally.Account) string {
	var names []string
	for i, a := range accounts {
		if i == listedAtMost {
			names = append(names, fmt.Sprintf("and %d more (adtally check lists them)", len(accounts)-i))
			break
		}
		names = append(names, fmt.Sprintf("act_%s (%s)", a.ID, shown(a.Name)))
	}
	return cmp.Or(strings.Join(names, ", "), "none. Give the token's owner \"View performance\" on the ad account") + "."
}

func notFuture(since adtally.Day, accounts []adtally.Account, now time.Time) error {
	for _, a := range accounts {
		if zone, err := a.Location(); err == nil && since > adtally.DayOf(now, zone) {
			return wrong("dates", "Choose a day that has begun.", "--since %s is in the future", since)
		}
	}
	return nil
}

// clockOf returns the platform's clock: its reported time plus the time since. A machine
// with a wrong clock still asks for the right days.
func clockOf(g adtally.Grant) func() time.Time {
	offset := time.Until(g.At)
	return func() time.Time { return time.Now().Add(offset) }
}

// syncing is one run of the sync command.
type syncing struct {
	command  *syncCommand
	watch    *progress
	db       *store.DB
	accounts []adtally.Account
	clock    func() time.Time
}

func (s *syncing) execute(ctx context.Context, reader connector.Reader, writer destination.Writer) (*result, error) {
	unlock, err := s.db.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	run, resumed, err := s.begin(ctx)
	if err != nil {
		return nil, err
	}
	res := &result{Run: run.ID, To: s.command.To, Resumed: resumed, Tables: map[string]int64{}, accounts: len(s.accounts)}
	s.announce(res, reader, run)
	e := &engine.Engine{Source: s.command.source(), Reader: reader, Writer: writer, Store: s.db, Now: s.clock,
		NewID: newID, Slices: cmp.Or(s.command.slicesAtOnce, slicesAtOnce), Watch: s.watch.event, Reread: s.command.Reread}
	s.watch.begin(len(s.accounts), res.Notes)
	err = e.Prepare(ctx)
	if err == nil {
		err = s.steps(ctx, e, run, res)
	}
	s.watch.end()
	res.Notes = s.watch.notes
	if counted := s.total(context.WithoutCancel(ctx), run, res); counted != nil && err == nil {
		err = counted
	}
	res.finish(s.clock().Sub(run.Started))
	if err != nil && ctx.Err() != nil {
		res.State = string(adtally.Interrupted)
	}
	return res, s.end(ctx, run, cmp.Or(err, res.failure()))
}

// total sums the loads of the run, including those before an interruption.
func (s *syncing) total(ctx context.Context, run adtally.Run, res *result) error {
	outcomes, err := s.db.Outcomes(ctx, run.ID)
	if err != nil {
		return err
	}
	res.counts(slices.DeleteFunc(outcomes, func(o adtally.Outcome) bool { return !o.Committed() }))
	return nil
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// begin resumes the last run of the same command if it did not finish and began on the
// current day of every account. Otherwise it begins a new run.
func (s *syncing) begin(ctx context.Context) (adtally.Run, bool, error) {
	now := s.clock().Truncate(time.Second) // the platform's clock has whole seconds
	wanted := s.runKey()
	last, found, err := s.db.LastRun(ctx, s.command.source().ID, wanted)
	if err != nil {
		return last, false, err
	}
	if found && last.State != adtally.Finished && s.sameDay(last.Started, now) {
		return last, true, nil
	}
	run := adtally.Run{ID: newID(), Source: s.command.source().ID, Wanted: wanted, Started: now, State: adtally.Running}
	return run, false, s.db.BeginRun(ctx, run)
}

// runKey identifies the command, so that the same command finds its unfinished run.
func (s *syncing) runKey() string {
	var ids []string
	for _, a := range s.accounts {
		ids = append(ids, a.ID)
	}
	c, more := s.command, ""
	if len(c.Fields) > 0 {
		more = " fields=" + strings.Join(c.Fields, " ")
	}
	if c.Media != "" {
		more += " pictures"
	}
	return fmt.Sprintf("accounts=%s tables=%s since=%s until=%s reread=%v%s", strings.Join(ids, ","), strings.Join(c.Tables, ","), day(c.Since), day(c.Until), c.Reread, strings.Join(c.Report, " ")) + more
}

func day(d adtally.Day) string {
	if d == 0 {
		return "-"
	}
	return d.String()
}

func (s *syncing) sameDay(a, b time.Time) bool {
	for _, account := range s.accounts {
		zone, err := account.Location()
		if err != nil || adtally.DayOf(a, zone) != adtally.DayOf(b, zone) {
			return false
		}
	}
	return true
}

// announce adds the notes that people should see before the sync begins.
func (s *syncing) announce(res *result, reader connector.Reader, run adtally.Run) {
	if res.Resumed {
		res.Notes = append(res.Notes, "Going on with the run that began at "+run.Started.Format("15:04")+" UTC.")
	}
	months := 0
	for _, st := range reader.Streams() {
		months = max(months, st.Months)
	}
	for _, a := range s.accounts {
		zone, err := a.Location()
		if err != nil || months == 0 || s.command.Since == 0 {
			continue
		}
		if first := adtally.DayOf(run.Started, zone).AddMonths(-months); s.command.Since < first {
			res.Notes = append(res.Notes, fmt.Sprintf("Meta serves %d months: act_%s is read from %s instead of %s.", months, a.ID, first, s.command.Since))
		}
	}
}

// steps runs one step per account, several at a time. A failure in one account does not
// stop the others, unless the token is invalid.
func (s *syncing) steps(ctx context.Context, e *engine.Engine, run adtally.Run, res *result) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(s.command.AtOnce)
	var mu sync.Mutex
	for _, a := range s.accounts {
		group.Go(func() error {
			done, err := s.step(ctx, e, adtally.Step{Run: run.ID, Account: a}, run.Started)
			mu.Lock()
			defer mu.Unlock()
			f := adtally.FaultOf(err)
			alone := f != nil && f.Act != adtally.Reconnect && ctx.Err() == nil // does not stop other accounts
			if res.add(a, done, f); alone {
				return nil
			}
			return err
		})
	}
	return group.Wait()
}

func (s *syncing) step(ctx context.Context, e *engine.Engine, st adtally.Step, began time.Time) (done adtally.Done, err error) {
	if err := s.db.BeginStep(ctx, st, s.clock()); err != nil {
		return done, err
	}
	done, err = e.Step(ctx, st, began)
	state := adtally.Finished
	switch {
	case err != nil && ctx.Err() != nil:
		state = adtally.Interrupted
	case err != nil || failed(done):
		state = adtally.Failed
	}
	return done, errors.Join(err, s.db.EndStep(context.WithoutCancel(ctx), st, state, s.clock()))
}

func failed(done adtally.Done) bool {
	return len(done.Drifts) > 0 || slices.ContainsFunc(done.Outcomes, func(o adtally.Outcome) bool { return o.Fault != nil || o.Quarantined > 0 })
}

// end stores how the run ended, also after Ctrl-C.
func (s *syncing) end(ctx context.Context, run adtally.Run, err error) error {
	state, text := adtally.Finished, ""
	if err != nil {
		state, text = adtally.Failed, err.Error()
	}
	if err != nil && (ctx.Err() != nil || errors.Is(err, context.Canceled)) {
		state = adtally.Interrupted
		if cause := context.Cause(ctx); cause != nil { // names the signal
			text = "It was stopped: " + cause.Error()
		}
	}
	return errors.Join(err, s.db.EndRun(context.WithoutCancel(ctx), run.ID, state, s.clock(), text))
}
