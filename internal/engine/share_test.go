package engine_test

import (
	"context"
	"errors"
	"maps"
	"testing"

	"adtally"
	"adtally/internal/destination"
)

// Steps that may read only one slice each end with the same rows as one long step, and
// report how many slices are left.
func TestEngine_StepsShareTheWork(t *testing.T) {
	t.Parallel()
	want := undisturbed(t)
	w := newWorld()
	left, steps := -1, 0
	for left != 0 {
		e, begun := w.engine(1), 0
		e.Enough = func() bool { begun++; return begun > 1 }
		done, err := e.Step(t.Context(), adtally.Step{Run: "r", Account: account}, w.now)
		if err != nil {
			t.Fatal(err)
		}
		if steps++; left >= 0 && done.Left != left-1 {
			t.Fatalf("step %d left %d slices, the step before left %d", steps, done.Left, left)
		}
		left = done.Left
	}
	if !maps.Equal(w.rows, want.rows) || steps != len(want.outcomes) {
		t.Errorf("%d steps, want %d; the rows are the same: %t", steps, len(want.outcomes), maps.Equal(w.rows, want.rows))
	}
	for slice, n := range w.commits {
		if n != 1 {
			t.Errorf("%s was committed %d times", slice, n)
		}
	}
}

// A worker that has lost its lease commits nothing more, writes no checkpoint, and its step ends.
func TestEngine_LostLeaseEndsTheStep(t *testing.T) {
	t.Parallel()
	w := newWorld()
	e := w.engine(1)
	committed := 0
	e.Still = func(context.Context) error {
		if committed++; committed > 2 {
			return errCrash
		}
		return nil
	}
	_, err := e.Step(t.Context(), adtally.Step{Run: "r", Account: account}, w.now)
	if !errors.Is(err, destination.ErrLost) {
		t.Fatalf("the step ended with %v", err)
	}
	if len(w.commits) != 2 || len(w.store) != 2 || len(w.outcomes) != 2 {
		t.Errorf("%d commits, %d checkpoints, %d outcomes", len(w.commits), len(w.store), len(w.outcomes))
	}
}
