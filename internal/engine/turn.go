package engine

import (
	"context"
	"iter"

	"adtally/internal/table"
)

// turns limits how many slices of an account are read concurrently. A slice returns its
// turn when all of its rows have arrived, so that the next slice is read while this one is
// written. Otherwise, slices that started together would all wait for the one that is
// being written.
type turns chan struct{}

// turn belongs to one slice; nil means that its holder need not wait.
type turn struct {
	of   turns
	held bool
}

func (ts turns) take(ctx context.Context) (*turn, error) {
	t := &turn{of: ts}
	return t, t.take(ctx)
}

func (t *turn) take(ctx context.Context) error {
	if t == nil || t.held {
		return nil
	}
	select {
	case t.of <- struct{}{}:
		t.held = true
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (t *turn) giveBack() {
	if t != nil && t.held {
		<-t.of
		t.held = false
	}
}

// while passes batches on while the turn is held, and returns the turn after the last
// batch. A slice that is read again takes another turn.
func (t *turn) while(ctx context.Context, batches iter.Seq2[table.Batch, error]) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		if err := t.take(ctx); err != nil {
			yield(table.Batch{}, err)
			return
		}
		defer t.giveBack()
		for b, err := range batches {
			if !yield(b, err) {
				return
			}
		}
	}
}
