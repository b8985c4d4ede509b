package ask

import (
	"context"
	"sync"
	"time"

	"adtally"
)

// Limits of turns. Each running statement may take 1 GB of memory and a processor.
const (
	AtOnce    = 2  // statements that run
	Waiting   = 10 // statements that wait
	PerMinute = 20 // statements of a person
)

// Turns decides whose statement runs next. A person has one at a time.
type Turns struct {
	Now func() time.Time

	mu      sync.Mutex
	free    chan struct{}
	waiting int
	stops   map[string]context.CancelCauseFunc // by person
	began   map[string][]time.Time             // of the last minute, by person
}

// Take waits for a turn. The context ends when the person stops the statement; done gives the
// turn back.
func (t *Turns) Take(ctx context.Context, person string) (turn context.Context, done func(), err error) {
	ctx, stop := context.WithCancelCause(ctx)
	free, err := t.enter(person, stop)
	if err != nil {
		stop(nil)
		return nil, nil, err
	}
	select {
	case free <- struct{}{}:
		t.leaveQueue()
		return ctx, func() { <-free; t.leave(person); stop(nil) }, nil
	case <-ctx.Done():
		t.leaveQueue()
		t.leave(person)
		return nil, nil, context.Cause(ctx)
	}
}

// enter admits a person to the queue.
func (t *Turns) enter(person string, stop context.CancelCauseFunc) (chan struct{}, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.free == nil {
		t.free, t.stops, t.began = make(chan struct{}, AtOnce), map[string]context.CancelCauseFunc{}, map[string][]time.Time{}
	}
	now := t.Now()
	t.forget(now)
	switch began := t.began[person]; {
	case t.stops[person] != nil:
		return nil, fault("sql_running", "You already run a statement", "Wait for it, or stop it.")
	case len(began) >= PerMinute:
		return nil, &adtally.Fault{Act: adtally.Wait, Code: "sql_rate", Message: "You have run 20 statements in the last minute", Hint: "Wait a moment.", Until: began[0].Add(time.Minute)}
	case t.waiting >= Waiting:
		return nil, &adtally.Fault{Act: adtally.Wait, Code: "sql_busy", Message: "Too many statements wait for their turn", Hint: "Try again in a moment."}
	}
	t.waiting++
	t.stops[person] = stop
	t.began[person] = append(t.began[person], now)
	return t.free, nil
}

// forget drops what began more than a minute ago.
func (t *Turns) forget(now time.Time) {
	for person, began := range t.began {
		for len(began) > 0 && now.Sub(began[0]) >= time.Minute {
			began = began[1:]
		}
		t.began[person] = began
		if len(began) == 0 {
			delete(t.began, person)
		}
	}
}

func (t *Turns) leaveQueue() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.waiting--
}

func (t *Turns) leave(person string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.stops, person)
}

// Stop stops a person's statement, and reports whether there is one.
func (t *Turns) Stop(person string) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	stop := t.stops[person]
	if stop != nil {
		stop(errStopped)
	}
	return stop != nil
}
