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

// note gives a reader access to its slice's cursor in the database.
type note struct {
	engine *Engine
	slice  adtally.Slice
	cursor adtally.Cursor
	tuning []byte
	run    time.Time // start of the run
	opened time.Time // start of reading
}

// newNote loads the note of a slice.
func (e *Engine) newNote(ctx context.Context, w work, sl adtally.Slice) (*note, error) {
	cursor, err := e.Store.Cursor(ctx, e.Source.ID, sl)
	if err != nil {
		return nil, fmt.Errorf("read the cursor of %s: %w", sl, err)
	}
	tuning, err := e.Store.Tuning(ctx, e.Source.ID, sl.Account, sl.Stream)
	if err != nil {
		return nil, fmt.Errorf("read the notes of %s: %w", sl.Stream, err)
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

// Save stores a cursor. A cursor without a note is not stored, because another try would
// ask the platform again.
func (n *note) Save(ctx context.Context, c adtally.Cursor) error {
	worth := len(c.Note) > 0 || len(n.cursor.Note) > 0
	n.cursor = c
	if !worth {
		return nil
	}
	return n.engine.Store.SaveCursor(ctx, n.engine.Source.ID, n.slice, c)
}

// asked returns when the data was requested: the time that the reader noted, or else the
// start of reading.
func (n *note) asked() time.Time {
	if n.cursor.Asked.IsZero() {
		return n.opened
	}
	return n.cursor.Asked
}

// watched passes batches on and reports the number of rows.
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

// one yields a single batch.
func one(b table.Batch) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) { yield(b, nil) }
}
