package destination

import (
	"context"

	"adtally"
)

type waitingKey struct{}

// WithWaiting returns a context with a callback. A warehouse calls it while it waits for
// something, such as a file that another program has open.
func WithWaiting(ctx context.Context, told func(*adtally.Fault)) context.Context {
	return context.WithValue(ctx, waitingKey{}, told)
}

// Waiting tells the callback of WithWaiting what the warehouse waits for. why is also the
// error of the call if the wait times out.
func Waiting(ctx context.Context, why *adtally.Fault) {
	if told, ok := ctx.Value(waitingKey{}).(func(*adtally.Fault)); ok {
		told(why)
	}
}
