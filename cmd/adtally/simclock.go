package main

import (
	"context"
	"encoding/json"
	"net/http"
	"sync/atomic"
	"time"
)

// followClock makes the program's clock that of the simulator at an address, so that a test
// of the whole program can let 60 days pass in a second.
func (p *program) followClock(ctx context.Context, address string) error {
	var ahead atomic.Int64
	look := func() error {
		now, err := p.simTime(ctx, address)
		if err != nil {
			return wrong("clock", "Start the simulator, and pass its address.", "The simulator at %s does not tell the time: %w", address, err)
		}
		ahead.Store(int64(time.Until(now)))
		return nil
	}
	if err := look(); err != nil {
		return err
	}
	p.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	go func() {
		for tick := time.NewTicker(time.Second / 4); ; {
			select {
			case <-ctx.Done():
				tick.Stop()
				return
			case <-tick.C:
				_ = look() // while the simulator is away, the clock goes on
			}
		}
	}()
	return nil
}

// simTime asks a simulator for its time.
func (p *program) simTime(ctx context.Context, address string) (time.Time, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address+"/__sim/clock", http.NoBody)
	if err != nil {
		return time.Time{}, err
	}
	res, err := (&http.Client{Timeout: 5 * time.Second}).Do(req)
	if err != nil {
		return time.Time{}, err
	}
	defer res.Body.Close()
	var said struct{ Now time.Time }
	err = json.NewDecoder(res.Body).Decode(&said)
	return said.Now, err
}
