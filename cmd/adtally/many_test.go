package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/graphsim"
	"adtally/internal/table"
)

// fullFor is a warehouse that cannot write one account's rows.
type fullFor struct {
	destination.Kind
	account string
}

func (k fullFor) Open(ctx context.Context, d adtally.Destination, s adtally.Secret) (destination.Writer, error) {
	w, err := k.Kind.Open(ctx, d, s)
	return fullWriter{w, k.account}, err
}

type fullWriter struct {
	destination.Writer
	account string
}

var errFull = errors.New("no space is left")

func (w fullWriter) Commit(ctx context.Context, l destination.Load, rows iter.Seq2[table.Batch, error]) (destination.Written, error) {
	if l.Slice.Account != w.account {
		return w.Writer.Commit(ctx, l, rows)
	}
	for b, err := range rows {
		if err != nil {
			return destination.Written{}, err
		}
		b.Release()
	}
	return destination.Written{}, &adtally.Fault{Act: adtally.Retry, Code: "disk_full", Message: "The warehouse cannot be written", Hint: "Make room.", Err: errFull}
}

// One failing account or field blocks nothing else: one account is throttled for half
// an hour, one is forbidden, one cannot be stored, one has an unreadable creative, and in one
// a field is forbidden.
func TestSync_OneFailureBlocksNothingElse(t *testing.T) {
	t.Parallel()
	accounts := longOr(50, 25)
	size := fmt.Sprintf("accounts=%d,ads=4,days=120,seed=3", accounts)
	args := []string{"--tables", "ad_accounts,ads,ad_creatives,basic_ad", "--since", "2026-03-01", "--until", "2026-03-31"}
	inBubble(t, graphsim.Options{JobTime: 8 * time.Second, Latency: map[string]time.Duration{"*": 200 * time.Millisecond}}, size, func(t *testing.T, b *bubble) {
		ids := b.sim.Accounts()
		throttled, forbidden, full, broken, secretive := ids[accounts/12], ids[accounts/3], ids[accounts/2], ids[accounts*3/5], ids[accounts*4/5]
		creative := firstCreative(t, b, broken)
		faults, err := graphsim.ParseScript(strings.NewReplacer("T", throttled, "F", forbidden, "C", creative, "S", secretive).Replace(
			"throttle ads_insights on T for 30m after 1 calls\naccount F is forbidden\ncreative C is broken\nfield business needs business_management on S\n"))
		if err != nil {
			t.Fatal(err)
		}
		b.sim.Inject(faults...)
		b.warehouse = func(kind string, o destinationOptions) destination.Kind {
			return fullFor{destinations[kind](o), strings.TrimPrefix(full, "act_")}
		}
		seen := b.watch(throttled, time.Minute)
		d := b.sync(t, args...)
		t.Logf("%s in %s, %d calls, %d blocked\n%s", d.Summary, d.took, b.sim.Calls().Counted, b.blocked(), d.err)
		if want := fmt.Sprintf("%d of %d accounts are up to date", accounts-2, accounts); !strings.Contains(d.Summary, want) {
			t.Errorf("the summary is %q, want %q", d.Summary, want)
		}
		b.failedOnly(t, d, forbidden, full)
		if d.took < 30*time.Minute || d.took > 40*time.Minute {
			t.Errorf("it took %s, and the block lasts half an hour", d.took)
		}
		b.waited(t, seen(), throttled)
		if blocked := b.blocked(); blocked > slicesAtOnce {
			t.Errorf("%d calls were blocked; those that were under way when it began are at most %d", blocked, slicesAtOnce)
		}
		if n := one(t, b.file, "SELECT count(*) FROM facebook_ads._gaps"); n != "2" {
			t.Errorf("%s gaps, want a creative and a field: %v", n, ask(t, b.file, "SELECT * FROM facebook_ads._gaps"))
		}
		if n := one(t, b.file, "SELECT count(*) FROM facebook_ads._loads WHERE account_id = '"+strings.TrimPrefix(full, "act_")+"'"); n != "0" {
			t.Errorf("%s loads of the account that could not be stored", n)
		}
	})
}

func firstCreative(t *testing.T, b *bubble, account string) string {
	t.Helper()
	d := b.sync(t, "--account", account, "--tables", "ad_creatives")
	if d.code != 0 {
		t.Fatal(d.err)
	}
	id := one(t, b.file, "SELECT min(id) FROM facebook_ads.ad_creatives")
	b.file += ".second"
	return id
}

// sample is the number of calls at a time, for one account and for all others.
type sample struct {
	after time.Duration
	of    int
	rest  int
}

// watch samples the calls by account.
func (b *bubble) watch(account string, every time.Duration) func() []sample {
	began, stop := time.Now(), make(chan struct{})
	var samples []sample
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-stop:
				return
			case <-time.After(every):
				c := b.sim.Calls()
				samples = append(samples, sample{time.Since(began), c.Account[account], c.Counted - c.Account[account]})
			}
		}
	}()
	return func() []sample {
		close(stop)
		<-ended
		return samples
	}
}

// waited checks the samples: no call for the blocked account, and all others done long
// before the block ends.
func (b *bubble) waited(t *testing.T, samples []sample, account string) {
	t.Helper()
	first := slices.IndexFunc(samples, func(s sample) bool { return s.after >= 10*time.Minute })
	last := slices.IndexFunc(samples, func(s sample) bool { return s.after >= 28*time.Minute })
	if first < 0 || last < 0 {
		t.Fatalf("%d samples", len(samples))
	}
	if samples[first].of != samples[last].of {
		t.Errorf("%d calls about %s while it was blocked", samples[last].of-samples[first].of, account)
	}
	if samples[first].rest != samples[last].rest {
		t.Errorf("after 10 minutes the others were not done: %v", samples)
	}
}

func (b *bubble) failedOnly(t *testing.T, d did, accounts ...string) {
	t.Helper()
	for _, f := range d.Failures {
		if !slices.Contains(accounts, f.Account) {
			t.Errorf("%s failed: %+v", f.Account, f)
		}
	}
	for _, a := range accounts {
		if !slices.ContainsFunc(d.Failures, func(f failure) bool { return f.Account == a && f.Hint != "" }) {
			t.Errorf("%s did not fail, or nobody is told what to do: %s", a, fmt.Sprint(d.Failures))
		}
	}
}

// Syncing an agency's accounts in one process stays below 300 MB, as does a first sync that
// creates every table and view. CI uses 60 accounts; make bench-agency uses 500.
func TestSync_AgencyMemory(t *testing.T) {
	if os.Getenv(theProgram) == "" {
		t.Skip("memory is measured of the program as people have it: make test builds it")
	}
	accounts := longOr(60, 30)
	if os.Getenv("ADTALLY_BENCH") != "" {
		accounts = 500
	}
	for what, c := range map[string]struct {
		sim  string
		args []string
	}{
		"many accounts": {fmt.Sprintf("accounts=%d,ads=6,days=120,seed=1,steady=1", accounts), []string{"--since", "2026-03-04", "--until", "2026-06-01", "--tables", "basic_ad"}},
		"every table":   {"accounts=1,ads=20,days=60,seed=1,steady=1", []string{"--since", "2026-05-01", "--until", "2026-06-01"}},
	} {
		sim := startSim(t, "--clock", "2026-06-03T10:00:00Z", "--synthetic", c.sim)
		file := filepath.Join(t.TempDir(), "x.duckdb")
		c := command(t.Context(), sim.env(), sim.args(file, append(c.args, "--account", "all")...)...)
		began := time.Now()
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		peak := watchPeak(c.Process.Pid)
		if err := c.Wait(); err != nil {
			t.Fatal(err)
		}
		held := peak()
		t.Logf("%s: %s rows, %.0f MB at most, %s", what, one(t, file, "SELECT count(*) FROM facebook_ads.basic_ad"), held, time.Since(began).Round(time.Second))
		if held > 300 {
			t.Errorf("%s took %.0f MB", what, held)
		}
	}
}
