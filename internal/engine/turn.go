package engine

import (
	"context"
	"iter"

	"adtally/internal/table"
)

// turns bound how many slices of an account are read at once. A slice whose rows
// have all come gives its turn back before it is written, so that the next one is
// read meanwhile: slices that were begun together are ready together, and would
// all wait while one of them is written.
type turns chan struct{}

// turn is one slice's; nil = whoever has it need not wait for one.
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

// while hands the batches on while the turn is held, and gives it back after the
// last one. A slice that is read again takes another turn.
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
