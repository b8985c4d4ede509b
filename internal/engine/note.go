package engine

import (
	"context"
	"iter"
	"time"

	"adtally"
	"adtally/internal/table"
)

// note carries a slice's cursor between its reader and the ledger.
type note struct {
	engine *Engine
	slice  adtally.Slice
	cursor adtally.Cursor
	began  time.Time
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
	return n.engine.Ledger.SaveCursor(ctx, n.engine.Source.ID, n.slice, c)
}

// asked is when the platform was asked: as the reader noted it, or else when
// the reading began.
func (n *note) asked() time.Time {
	if n.cursor.Asked.IsZero() {
		return n.began
	}
	return n.cursor.Asked
}

// counted hands the batches on and says how many rows went by.
func (e *Engine) counted(account string, batches iter.Seq2[table.Batch, error]) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		for b, err := range batches {
			if err == nil && b.Schema().Name != table.Quarantine.Name {
				e.tell(Event{Account: account, Rows: int64(b.Rows())})
			}
			if !yield(b, err) {
				return
			}
		}
	}
}
