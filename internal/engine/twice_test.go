package engine_test

import (
	"testing"
)

// If two rows with the same key differ, the slice is read again immediately. If they still
// differ, the later row wins.
func TestEngine_DuplicateRowsAreReadAgain(t *testing.T) {
	t.Parallel()
	for times, name := range map[int]string{1: "solved by reading again", 9: "never solved"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld()
			bad := w.Plan("facts", account, nil, w.now)[1].String()
			w.twice = map[string]int{bad: times}
			outcomes, err := w.step(t.Context())
			if err != nil || len(outcomes) != 5 || failures(w) != 0 || w.commits[bad] != 1 {
				t.Fatalf("%d outcomes, %d failed, %d commits, %v", len(outcomes), failures(w), w.commits[bad], err)
			}
			if left := times - w.twice[bad]; left != 1 {
				t.Errorf("it was rejected %d times before the later row won, want once", left)
			}
		})
	}
}
