package main

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/graphsim"
)

// keptWaits notes what is stored, in seconds after the beginning.
type keptWaits struct {
	began time.Time
	waits []string
}

func (k *keptWaits) NoteQuota(context.Context, adtally.Quota) error { return nil }

func (k *keptWaits) NoteQuotaWait(_ context.Context, source, account string, now, until time.Time) error {
	k.waits = append(k.waits, fmt.Sprintf("%s %s %.0f-%.0f", source, account, now.Sub(k.began).Seconds(), until.Sub(k.began).Seconds()))
	return nil
}

// A stop is stored at once, short waits together, and waits of a token without a source not.
func TestQuotaKeeper_StoresWaits(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		k := &keptWaits{began: time.Now()}
		q := &quotaKeeper{store: k, now: time.Now, log: slog.New(slog.DiscardHandler)}
		stop := func(account string, d time.Duration) adtally.RateLimitWait {
			return adtally.RateLimitWait{Account: account, Until: time.Now().Add(d)}
		}
		q.waiting("s", stop("7", time.Minute))
		q.waiting("", stop("7", time.Minute))
		for range 5 {
			w := stop("8", 2*time.Second)
			w.Spaced = 2 * time.Second
			q.waiting("s", w)
			time.Sleep(2 * time.Second)
		}
		want := []string{"s 7 0-60", "s 8 -2-4"}
		if fmt.Sprint(k.waits) != fmt.Sprint(want) {
			t.Errorf("%q, want %q", k.waits, want)
		}
	})
}

// After a sync, the use of each account's rate limit is known, and a block shows until when
// requests wait.
func TestQuotas_AfterSync(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=3,days=60,seed=8")
	blocked := h.sim.Accounts()[1]
	faults, err := graphsim.ParseScript("usage ads_insights at 40% on " + h.sim.Accounts()[0] + "\nthrottle ads_insights on " + blocked + " for 30m after 2 calls\n")
	if err != nil {
		t.Fatal(err)
	}
	h.sim.Inject(faults...)
	id := h.connected(h.sim.Token(), nil)
	list, _ := h.ask("GET", "/api/v1/sources/"+id+"/quota", nil, 200)["items"].([]any)
	if len(list) != 2 {
		t.Fatalf("%v", list)
	}
	for _, one := range list {
		q, _ := one.(map[string]any)
		at, err := time.Parse(time.RFC3339, fmt.Sprint(q["as_of"]))
		if err != nil || h.sim.Now().Sub(at) > time.Minute || q["account_name"] == "" {
			t.Errorf("%v, %v", q, err)
		}
		isBlocked := q["account"] == strings.TrimPrefix(blocked, "act_")
		waited, _ := q["waited_seconds"].(float64)
		if !isBlocked && (q["used"] != 0.4 || q["waits_until"] != nil || waited != 0) {
			t.Errorf("of the other account: %v", q)
		}
		until, _ := time.Parse(time.RFC3339, fmt.Sprint(q["waits_until"]))
		if left := until.Sub(h.sim.Now()); isBlocked && (q["used"] != 1.0 || left < 29*time.Minute || left > 31*time.Minute || waited < 29*60 || waited > 31*60) {
			t.Errorf("of the blocked account: %v, %s left", q, left)
		}
	}
}
