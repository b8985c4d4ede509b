package destinationtest

import (
	"context"
	"errors"
	"testing"

	"github.com/apache/arrow-go/v18/arrow/memory"

	"adtally/internal/table"
)

// batchesReleased: the memory of all batches is released, whether the load is written,
// rejected or interrupted.
func batchesReleased(t *testing.T, w *warehouse) {
	before := memory.DefaultAllocator
	checked := memory.NewCheckedAllocator(before)
	memory.DefaultAllocator = checked
	defer func() { memory.DefaultAllocator = before }()
	one, two := fact(alpha, 0, "x", 1, "1"), fact(alpha, 0, "y", 2, "2")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for name, do := range map[string]func() error{
		"written": func() error { w.commit(t, days(alpha, 0, 1), factsOf(one), factsOf(two), factsOf()); return nil },
		"broken":  func() error { return w.fail(context.Background(), breaking(errPlatform, factsOf(one), factsOf(two))) },
		"key twice": func() error {
			return w.fail(context.Background(), give(factsOf(one), factsOf(fact(alpha, 0, "x", 2, "1"))))
		},
		"alike":      func() error { w.commit(t, days(alpha, 0, 1), factsOf(one, two, one), factsOf(one)); return nil },
		"later wins": func() error { return w.later(factsOf(one, two), factsOf(fact(alpha, 0, "x", 2, "1"))) },
		"stranger":   func() error { return w.fail(context.Background(), give(factsOf(one), rows{others, [][]string{two}})) },
		"cancelled":  func() error { return w.fail(ctx, give(factsOf(one), factsOf(two))) },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if n := checked.CurrentAlloc(); n != 0 {
			t.Errorf("%s: %d bytes were not given back", name, n)
		}
	}
	left := factsOf(one).batch()
	if checked.CurrentAlloc() == 0 {
		t.Error("the memory of batches is not counted, so this test proves nothing")
	}
	left.Release()
}

// fail runs a load that must be rejected.
func (w *warehouse) fail(ctx context.Context, batches func(func(table.Batch, error) bool)) error {
	if _, err := w.writer.Commit(ctx, w.load(days(alpha, 0, 1), facts), batches); err == nil {
		return errors.New("the load was accepted")
	}
	return nil
}

// later runs a load with LaterWins.
func (w *warehouse) later(in ...rows) error {
	load := w.load(days(alpha, 0, 1), facts)
	load.LaterWins = true
	_, err := w.writer.Commit(context.Background(), load, give(in...))
	return err
}
