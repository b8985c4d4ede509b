package facebookads

import (
	"context"
	"sync"
)

// Report jobs of one account under way at once: additive increase while they
// succeed, multiplicative decrease when one does not (AIMD). Peers that begin
// with 10 or 100 have run accounts into their limits (PEERS.md §1.2).
const (
	firstSlots = 4
	mostSlots  = 10
)

// slots lets so many jobs of an account be under way.
type slots struct {
	mu    sync.Mutex
	limit float64
	used  int
	queue []chan struct{}
}

// enter waits for a place.
func (s *slots) enter(ctx context.Context) error {
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
		s.forgo(turn)
		return context.Cause(ctx)
	}
}

// forgo leaves the queue; a place that was given meanwhile goes to the next.
func (s *slots) forgo(turn chan struct{}) {
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

// leave gives the place back and says whether all went well.
func (s *slots) leave(well bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if well {
		s.limit = min(s.limit+1/s.limit, mostSlots)
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

// allSlots are the slots of every account.
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
