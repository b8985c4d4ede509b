package engine

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"adtally"
	"adtally/internal/table"
)

// note carries a slice's cursor between its reader and the database.
type note struct {
	engine *Engine
	slice  adtally.Slice
	cursor adtally.Cursor
	tuning []byte
	run    time.Time // when the run began
	opened time.Time // when reading began
}

// newNote opens the note of a slice.
func (e *Engine) newNote(ctx context.Context, w work, sl adtally.Slice) (*note, error) {
	cursor, err := e.Store.Cursor(ctx, e.Source.ID, sl)
	if err != nil {
		return nil, fmt.Errorf("read cursor of %s: %w", sl, err)
	}
	tuning, err := e.Store.Tuning(ctx, e.Source.ID, sl.Account, sl.Stream)
	if err != nil {
		return nil, fmt.Errorf("read what %s taught: %w", sl.Stream, err)
	}
	return &note{engine: e, slice: sl, cursor: cursor, tuning: tuning, run: w.began, opened: e.Now()}, nil
}

func (n *note) Began() time.Time { return n.run }

func (n *note) Tuning() []byte { return n.tuning }

func (n *note) SaveTuning(ctx context.Context, tuning []byte) error {
	n.tuning = tuning
	return n.engine.Store.SaveTuning(ctx, n.engine.Source.ID, n.slice.Account, n.slice.Stream, tuning)
}

func (n *note) Cursor() adtally.Cursor { return n.cursor }

// Save keeps a cursor. One that holds only the moment of asking is not worth a
// write: another try would ask again.
func (n *note) Save(ctx context.Context, c adtally.Cursor) error {
	worth := len(c.Note) > 0 || len(n.cursor.Note) > 0
	n.cursor = c
	if !worth {
		return nil
	}
	return n.engine.Store.SaveCursor(ctx, n.engine.Source.ID, n.slice, c)
}

// asked is when the platform was asked: as the reader noted it, or else when
// the reading began.
func (n *note) asked() time.Time {
	if n.cursor.Asked.IsZero() {
		return n.opened
	}
	return n.cursor.Asked
}

// watched hands the batches on and says how many rows went by.
func (e *Engine) watched(account string, batches iter.Seq2[table.Batch, error]) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		for b, err := range batches {
			if err == nil && !slices.Contains(table.Remarks, b.Schema()) {
				e.tell(Event{Account: account, Rows: int64(b.Rows())})
			}
			if !yield(b, err) {
				return
			}
		}
	}
}

// one hands over a single batch.
func one(b table.Batch) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) { yield(b, nil) }
}
