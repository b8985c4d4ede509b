package adtally

import (
	"context"
	"sync/atomic"
)

// Meter counts the calls and bytes that a piece of work takes. It is safe for concurrent use.
type Meter struct{ calls, bytes atomic.Int64 }

// Add adds calls and the uncompressed size of their responses.
func (m *Meter) Add(calls, bytes int64) {
	if m != nil {
		m.calls.Add(calls)
		m.bytes.Add(bytes)
	}
}

// Sum returns the counts.
func (m *Meter) Sum() (calls, bytes int64) { return m.calls.Load(), m.bytes.Load() }

type meterKey struct{}

// WithMeter counts all requests made with the returned context. The meter is in the
// context because a request does not know the work that it is made for.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

// MeterOf returns the meter of a context, or nil.
func MeterOf(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}
