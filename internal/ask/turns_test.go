package ask_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"adtally"
	"adtally/internal/ask"
)

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return adtally.FaultOf(err).Code
}

func TestTurns_OneStatementForAPerson(t *testing.T) {
	t.Parallel()
	turns := &ask.Turns{Now: time.Now}
	_, done, err := turns.Take(t.Context(), "ana")
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := turns.Take(t.Context(), "ana"); codeOf(err) != "sql_running" {
		t.Errorf("a second statement ended with %v", err)
	}
	done()
	if _, done, err = turns.Take(t.Context(), "ana"); err != nil {
		t.Fatal(err)
	}
	done()
}

func TestTurns_TwentyAMinute(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)
	turns := &ask.Turns{Now: func() time.Time { return now }}
	for range ask.PerMinute {
		_, done, err := turns.Take(t.Context(), "ana")
		if err != nil {
			t.Fatal(err)
		}
		done()
	}
	_, _, err := turns.Take(t.Context(), "ana")
	if codeOf(err) != "sql_rate" || !adtally.FaultOf(err).Until.Equal(now.Add(time.Minute)) {
		t.Errorf("the 21st ended with %v", err)
	}
	if _, done, err := turns.Take(t.Context(), "bob"); err != nil {
		t.Error(err)
	} else {
		done()
	}
	now = now.Add(time.Minute)
	if _, done, err := turns.Take(t.Context(), "ana"); err != nil {
		t.Error(err)
	} else {
		done()
	}
}

func TestTurns_QueueIsBounded(t *testing.T) {
	t.Parallel()
	turns := &ask.Turns{Now: time.Now}
	for i := range ask.AtOnce {
		if _, _, err := turns.Take(t.Context(), fmt.Sprint("running ", i)); err != nil {
			t.Fatal(err)
		}
	}
	ended := make(chan error, 2*ask.Waiting)
	for i := range 2 * ask.Waiting {
		go func() {
			_, _, err := turns.Take(t.Context(), fmt.Sprint("waiting ", i))
			ended <- err
		}()
	}
	for range ask.Waiting { // so many are refused, and the others wait
		if err := <-ended; codeOf(err) != "sql_busy" {
			t.Fatalf("a refused one ended with %v", err)
		}
	}
	stopped := 0
	for i := range 2 * ask.Waiting {
		if turns.Stop(fmt.Sprint("waiting ", i)) {
			stopped++
		}
	}
	for range ask.Waiting {
		if err := <-ended; codeOf(err) != "sql_stopped" {
			t.Errorf("a waiting one ended with %v", err)
		}
	}
	if stopped != ask.Waiting {
		t.Errorf("%d were stopped", stopped)
	}
}

func TestTurns_StopEndsTheContext(t *testing.T) {
	t.Parallel()
	turns := &ask.Turns{Now: time.Now}
	if turns.Stop("ana") {
		t.Error("nothing runs, and it was stopped")
	}
	ctx, done, err := turns.Take(context.Background(), "ana")
	if err != nil {
		t.Fatal(err)
	}
	defer done()
	if !turns.Stop("ana") || !errors.Is(ctx.Err(), context.Canceled) || codeOf(context.Cause(ctx)) != "sql_stopped" {
		t.Errorf("the context ended with %v", context.Cause(ctx))
	}
}
