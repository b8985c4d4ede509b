package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/engine"
	"adtally/internal/jobs"
)

// runner implements jobs.Runner for the service.
type runner struct {
	*service
	answers  sync.Map // from the SHA-256 of a secret to its *answer
	prepared sync.Map // the keys for which prepare has succeeded
	mu       sync.Mutex
}

// ahead returns how far the platform's clock was ahead of ours when the run began. All
// workers add it to their own time, so that they agree on the days of the run.
func ahead(r adtally.RunRecord) time.Duration {
	if r.Moment.IsZero() {
		return 0
	}
	return r.Moment.Sub(r.Started)
}

// DiscoverAccounts asks the platform for the token's accounts, and returns those that the
// run reads.
func (c *runner) DiscoverAccounts(ctx context.Context, r adtally.RunRecord) ([]adtally.Account, error) {
	s, key, err := c.source(ctx, r)
	if err != nil {
		return nil, err
	}
	platform, err := c.platforms.of(ctx, s.Connector, s.ID)
	if err != nil {
		return nil, err
	}
	grant, err := c.granted(ctx, platform, s, key, r.Trigger)
	if err != nil {
		return nil, err
	}
	now := c.p.clock()
	if !grant.At.IsZero() {
		if err := c.store.NoteMoment(ctx, r.ID, r.Started.Add(grant.At.Sub(grant.Listed))); err != nil {
			return nil, err
		}
	}
	if err := c.store.SeeAccounts(ctx, s.ID, grant.Accounts, now); err != nil {
		return nil, err
	}
	return c.picked(ctx, s, r.RunScope, grant)
}

// dated adds the expiry date to the fault of an expired secret, if the date is known.
func dated(err error, g adtally.Grant, now time.Time) error {
	f := *adtally.FaultOf(err)
	if f.Act != adtally.Reconnect || g.ExpiresAt.IsZero() || now.Before(g.ExpiresAt) {
		return err
	}
	f.Message += ", on " + g.ExpiresAt.UTC().Format("2 January 2006 15:04 UTC")
	return &f
}

// picked returns the accounts that a run reads. This includes selected accounts that the
// token can no longer see: their steps fail and report this.
func (c *runner) picked(ctx context.Context, s adtally.SourceRecord, e adtally.RunScope, g adtally.Grant) (list []adtally.Account, err error) {
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
		return nil, wrong("no_accounts", "Give the token's owner \"View performance\" on the ad account, or select other accounts.", "%s has no access to any ad account of this source", g.Who)
	}
	return list, nil
}

// key is a secret with its stored version.
type key struct {
	secret  adtally.Secret
	version adtally.CredentialVersion
}

// source returns a run's source, limited to the run's scope, and the source's secret. The
// whole run uses the version of the secret that was current when the run began.
func (c *runner) source(ctx context.Context, r adtally.RunRecord) (s adtally.SourceRecord, k key, err error) {
	if s, err = c.store.Source(ctx, r.Source); err != nil {
		return s, k, err
	}
	s.Source = reaching(s.Source, r.RunScope)
	k, err = c.keyAt(ctx, s.Credential, r.Started)
	return s, k, err
}

// keyAt returns the version of a secret that was current at the given time. If that version
// was destroyed, it returns the newest version.
func (s *service) keyAt(ctx context.Context, credential string, at time.Time) (k key, err error) {
	versions, err := s.store.CredentialVersions(ctx, credential)
	if err != nil {
		return k, err
	}
	if len(versions) == 0 {
		return k, wrong("no_token", "Reconnect the source.", "The source has no token")
	}
	k.version = versions[0]
	for _, v := range versions {
		if !v.Admitted.After(at) {
			if v.State != adtally.WipedVersion {
				k.version = v
			}
			break
		}
	}
	k.secret, err = s.vault.Open(ctx, credential, k.version.Number)
	k.secret = k.secret.For(k.version.Grant.AppID)
	return k, err
}

// reaching returns the source with the tables and days of a run's scope, if the scope has any.
func reaching(s adtally.Source, e adtally.RunScope) adtally.Source {
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

// RunStep syncs one account. It returns when the account is up to date or h.Enough returns
// true.
func (c *runner) RunStep(ctx context.Context, r adtally.RunRecord, st adtally.Step, h jobs.Hold) (done adtally.Done, err error) {
	s, key, err := c.source(ctx, r)
	if err != nil {
		return done, err
	}
	c.platforms.slow.begins(s.ID, r.ID)
	platform, err := c.platforms.of(ctx, s.Connector, s.ID)
	if err != nil {
		return done, err
	}
	if err := c.shared(ctx, platform.Spec(), r, st); err != nil {
		return done, err
	}
	reader, err := platform.Open(s.Source, key.secret)
	if err != nil {
		return done, err
	}
	ctx = destination.WithWaiting(ctx, c.waiting(r))
	writer, release, err := c.warehouse.use(ctx)
	if err != nil {
		return done, sharedFile(err)
	}
	defer release()
	defer func() { err = sharedFile(err) }()
	e := &engine.Engine{Source: s.Source, Reader: reader, Writer: writer, Store: c.store, Now: func() time.Time { return c.p.clock().Add(ahead(r)) }, NewID: newID,
		Slices: slicesAtOnce, Watch: c.watch(r), Reread: r.RunScope.Reread, Enough: h.Enough, Still: h.Still}
	if err := c.prepare(ctx, e, fmt.Sprint(s.ID, " ", s.Revision, " ", r.Wanted)); err != nil {
		return done, err
	}
	began := r.Started.Add(ahead(r)).Truncate(time.Second) // platforms report times in whole seconds
	if r.RunScope.Reread {
		began = began.Add(time.Second) // otherwise, data that was requested earlier in the same second would not be read again
	}
	done, err = e.Step(ctx, st, began)
	c.platforms.quota.ended(s.ID, st.Account.ID, platform, waitIn(done, err))
	if dead(done, err) {
		c.forget(ctx, key)
	}
	if err != nil {
		return done, err
	}
	return done, c.store.SettleDrifts(ctx, s.ID, done.Agreed, done.Drifts)
}

// sharedFile makes the fault of a locked warehouse retryable. Another worker may hold the
// lock for a long time, and then nobody needs to act.
func sharedFile(err error) error {
	f, ok := errors.AsType[*adtally.Fault](err)
	if !ok || f.Code != "destination_locked" {
		return err
	}
	again := *f
	again.Act = adtally.Retry
	again.Hint = "Adtally tries again automatically. Close the program that has the file open, or open the file read-only in that program."
	return &again
}

// waiting returns a callback for destination.WithWaiting. On its first call, the callback
// writes to the run's log what the warehouse waits for.
func (c *runner) waiting(r adtally.RunRecord) func(*adtally.Fault) {
	var once sync.Once
	return func(why *adtally.Fault) {
		once.Do(func() {
			line := adtally.LogLine{Run: r.ID, At: c.p.clock(), Level: "warn", Code: why.Code, Message: "Waiting for the warehouse: " + why.Message}
			if err := c.store.AppendLog(context.Background(), line); err != nil {
				c.log.Error("the run's log was not kept", "run", r.ID, "error", err)
			}
		})
	}
}

// clockSkew is the largest expected difference between the clocks of two workers.
const clockSkew = time.Minute

// shared returns a fault if the platform did not list the step's account when the run
// began.
func (c *runner) shared(ctx context.Context, spec adtally.Spec, r adtally.RunRecord, st adtally.Step) error {
	seen, err := c.store.SeenAccounts(ctx, r.Source)
	if err != nil {
		return err
	}
	for _, a := range seen {
		if a.ID == st.Account.ID && a.Last.Before(r.Started.Add(-clockSkew)) {
			f := spec.Fault("account_unshared")
			f.Message += fmt.Sprintf(": %s (act_%s)", a.Name, a.ID)
			return f
		}
	}
	return nil
}

// prepare creates the tables of a source once for each key. The key has the source, the
// revision of its settings and the scope of the run.
func (c *runner) prepare(ctx context.Context, e *engine.Engine, what string) error {
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

// broughtBy returns a text with the number of rows in each table of a load. The stream's own
// table comes first.
func broughtBy(o adtally.Outcome) string {
	byTable := o.ByTable()
	text := fmt.Sprintf("%s: %d rows", o.Slice.Stream, byTable[o.Slice.Stream])
	for _, name := range slices.Sorted(maps.Keys(byTable)) {
		if name != o.Slice.Stream {
			text += fmt.Sprintf(", %s: %d rows", name, byTable[name])
		}
	}
	return text
}

// watch returns a callback that writes the engine's events to the run's log.
func (c *runner) watch(r adtally.RunRecord) func(engine.Event) {
	return func(ev engine.Event) {
		var lines []adtally.LogLine
		if o := ev.Ended; o != nil {
			l := adtally.LogLine{Run: r.ID, At: c.p.clock(), Level: "info", Account: ev.Account, Stream: o.Slice.Stream, Code: "slice_done",
				Message: fmt.Sprintf("%s of %s.", broughtBy(*o), o.Slice.Window)}
			if f := o.Fault; f != nil {
				l.Level, l.Code, l.Message = "error", f.Code, o.Slice.Stream+" "+o.Slice.Window.String()+": "+f.Message+"."
				if f.Err != nil {
					l.Detail = f.Err.Error()
				}
			}
			lines = append(lines, l)
			if o.Quarantined > 0 {
				f := adtally.NotLoaded(o.Slice.Account, o.Quarantined)
				lines = append(lines, adtally.LogLine{Run: r.ID, At: l.At, Level: "warn", Account: ev.Account, Stream: o.Slice.Stream, Code: f.Code,
					Message: o.Slice.Stream + " " + o.Slice.Window.String() + ": " + f.Message + "."})
			}
		}
		for _, d := range ev.Drifts {
			lines = append(lines, adtally.LogLine{Run: r.ID, At: c.p.clock(), Level: "warn", Account: ev.Account, Stream: d.Table, Code: "drift", Message: drifted([]adtally.Drift{d}).Message + "."})
		}
		if len(lines) == 0 {
			return
		}
		if err := c.store.AppendLog(context.Background(), lines...); err != nil {
			c.log.Error("the run's log was not kept", "run", r.ID, "error", err)
		}
	}
}
