package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"adtally"
	"adtally/internal/jobs"
	"adtally/internal/store"
)

// runner counts slices: each account has the same number.
type runner struct {
	mu       sync.Mutex
	accounts []adtally.Account
	todo     map[string]int
	done     map[string]int
	took     map[string][]string // which worker, by account
	fault    map[string]*adtally.Fault
	slow     time.Duration
	began    chan string // receives the accounts that are started, if set
	name     string
	beside   *sync.Map // accounts in progress
	twice    []string
	store    *store.DB // stores the outcomes, if set
}

func (c *runner) DiscoverAccounts(context.Context, adtally.RunRecord) ([]adtally.Account, error) {
	return c.accounts, nil
}

func (c *runner) RunStep(ctx context.Context, _ adtally.RunRecord, s adtally.Step, h jobs.Hold) (done adtally.Done, err error) {
	if c.beside != nil {
		if _, there := c.beside.LoadOrStore(s.Account.ID, c.name); there {
			c.mu.Lock()
			c.twice = append(c.twice, s.Account.ID)
			c.mu.Unlock()
		}
		defer c.beside.Delete(s.Account.ID)
	}
	if c.began != nil {
		c.began <- s.Account.ID
	}
	for {
		c.mu.Lock()
		left, fault := c.todo[s.Account.ID], c.fault[s.Account.ID]
		if fault != nil && fault.Act == adtally.Wait {
			delete(c.fault, s.Account.ID) // the fault ends at its time
		}
		c.mu.Unlock()
		switch {
		case fault != nil:
			done.Outcomes = append(done.Outcomes, adtally.Outcome{Fault: fault})
			return done, nil
		case left == 0:
			return done, nil
		case h.Enough():
			done.Left = left
			return done, nil
		}
		select {
		case <-time.After(c.slow):
		case <-ctx.Done():
			return done, context.Cause(ctx)
		}
		if err := h.Still(ctx); err != nil {
			return done, fmt.Errorf("commit: %w", err)
		}
		c.mu.Lock()
		c.todo[s.Account.ID]--
		c.done[s.Account.ID]++
		c.took[s.Account.ID] = append(c.took[s.Account.ID], c.name)
		c.mu.Unlock()
		o := adtally.Outcome{Slice: adtally.Slice{Account: s.Account.ID}, Rows: 10}
		done.Outcomes = append(done.Outcomes, o)
		if c.store != nil {
			if err := c.store.SaveOutcome(ctx, s.Run, o); err != nil {
				return done, err
			}
		}
	}
}

func newRunner(accounts, slices int) *runner {
	c := &runner{todo: map[string]int{}, done: map[string]int{}, took: map[string][]string{}, fault: map[string]*adtally.Fault{}, slow: time.Millisecond}
	for i := range accounts {
		id := fmt.Sprint(i + 1)
		c.accounts = append(c.accounts, adtally.Account{ID: id, Zone: "UTC", Currency: "EUR"})
		c.todo[id] = slices
	}
	return c
}
