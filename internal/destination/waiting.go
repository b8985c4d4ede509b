package destination

import (
	"context"

	"adtally"
)

type waitingKey struct{}

// WithWaiting returns a context with which a warehouse says what it waits for,
// such as a file that another program has open, while it waits.
func WithWaiting(ctx context.Context, told func(*adtally.Fault)) context.Context {
	return context.WithValue(ctx, waitingKey{}, told)
}

// Waiting tells the caller that gave ctx what is waited for, in the words that the
// call will fail with if that does not end.
func Waiting(ctx context.Context, why *adtally.Fault) {
	if told, ok := ctx.Value(waitingKey{}).(func(*adtally.Fault)); ok {
		told(why)
	}
}
