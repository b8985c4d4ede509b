package adtally

import (
	"context"
	"sync/atomic"
)

// Meter counts what a piece of work costs at a platform. Many may count at once.
type Meter struct{ calls, bytes atomic.Int64 }

// Add counts calls, and what they brought, unpacked.
func (m *Meter) Add(calls, bytes int64) {
	if m != nil {
		m.calls.Add(calls)
		m.bytes.Add(bytes)
	}
}

// Sum is what was counted.
func (m *Meter) Sum() (calls, bytes int64) { return m.calls.Load(), m.bytes.Load() }

type meterKey struct{}

// WithMeter has all requests under a context counted. The meter travels there,
// since a request knows its context and not the work that it is made for.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

// MeterOf is the meter that counts requests under a context; nil = none does.
func MeterOf(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}
