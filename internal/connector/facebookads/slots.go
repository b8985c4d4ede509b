package facebookads

import (
	"context"
	"sync"
)

// The number of concurrent report jobs per account grows by one while jobs succeed and
// is halved when one does not (AIMD). Clients that start with 10 or 100 have run
// accounts into their rate limits.
const (
	firstSlots = 4
	maxSlots   = 10
)

// slots limits the concurrent jobs of an account.
type slots struct {
	mu    sync.Mutex
	limit float64
	used  int
	queue []chan struct{}
}

// acquire waits for a slot.
func (s *slots) acquire(ctx context.Context) error {
	s.mu.Lock()
	if s.used < int(s.limit) {
		s.used++
		s.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	s.queue = append(s.queue, turn)
	s.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
		s.cancel(turn)
		return context.Cause(ctx)
	}
}

// cancel leaves the queue; a slot that was assigned in the meantime goes to the next
// waiter.
func (s *slots) cancel(turn chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, t := range s.queue {
		if t == turn {
			s.queue = append(s.queue[:i:i], s.queue[i+1:]...)
			return
		}
	}
	s.used--
	s.admit()
}

// release returns the slot; well reports whether the job succeeded.
func (s *slots) release(well bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if well {
		s.limit = min(s.limit+1/s.limit, maxSlots)
	} else {
		s.limit = max(s.limit/2, 1)
	}
	s.used--
	s.admit()
}

func (s *slots) admit() {
	for len(s.queue) > 0 && s.used < int(s.limit) {
		s.used++
		close(s.queue[0])
		s.queue = s.queue[1:]
	}
}

// allSlots holds the slots of every account.
type allSlots struct {
	mu  sync.Mutex
	all map[string]*slots
}

func (a *allSlots) of(account string) *slots {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.all == nil {
		a.all = map[string]*slots{}
	}
	if a.all[account] == nil {
		a.all[account] = &slots{limit: firstSlots}
	}
	return a.all[account]
}
