package destinationtest

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// kept runs a load that must fail and checks that it left nothing in the warehouse.
func (w *warehouse) kept(ctx context.Context, t tester, load destination.Load, batches iter.Seq2[table.Batch, error]) error {
	t.Helper()
	facts, ads, records := w.facts(t), w.see(t, entityCells), w.records(t)
	written, err := w.writer.Commit(ctx, load, batches)
	if err == nil {
		t.Fatalf("the load was accepted: %+v", written)
	}
	if len(written.Checkpoints) > 0 || len(written.Rows) > 0 {
		t.Errorf("a load that failed says %+v", written)
	}
	same(t, "facts", w.facts(t), facts)
	same(t, "entities", w.see(t, entityCells), ads)
	same(t, "records", w.records(t), records)
	return err
}

var errPlatform = errors.New("the platform says: IO Error: No space left on device")

// breaking yields batches and then an error.
func breaking(err error, in ...rows) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		for b, err := range give(in...) {
			if err != nil {
				yield(b, err)
				return
			}
			if !yield(b, nil) {
				return
			}
		}
		yield(table.Batch{}, err)
	}
}

// A platform's error is never taken for an error of the warehouse, even if the text is the same.
func readerError(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	for _, in := range [][]rows{nil, {factsOf(fact(alpha, 0, "x", 2, null))}, {entitiesOf([]string{alpha, "1", "one"}), factsOf(fact(alpha, 0, "x", 2, null))}} {
		err := w.kept(context.Background(), t, w.load(days(alpha, 0, 1), facts, entities), breaking(errPlatform, in...))
		if !errors.Is(err, errPlatform) || adtally.FaultOf(err).Act == adtally.Configure {
			t.Errorf("the reader's error became %v", err)
		}
	}
	reconnect := &adtally.Fault{Act: adtally.Reconnect, Code: "token_expired", Message: "Permission denied"}
	err := w.kept(context.Background(), t, w.load(days(alpha, 0, 1), facts), breaking(reconnect))
	if adtally.FaultOf(err) != reconnect {
		t.Errorf("the reader's fault became %v", err)
	}
}

func cancelled(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	before, cancel := context.WithCancel(context.Background())
	cancel()
	err := w.kept(before, t, w.load(days(alpha, 0, 1), facts), give(factsOf(fact(alpha, 0, "x", 2, null))))
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled before the load: %v", err)
	}
	during, cancel := context.WithCancel(context.Background())
	err = w.kept(during, t, w.load(days(alpha, 0, 1), facts), func(yield func(table.Batch, error) bool) {
		cancel()
		yield(factsOf(fact(alpha, 0, "x", 2, null)).batch(), nil)
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled during the load: %v", err)
	}
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 3, null)))
	same(t, "the load after", w.facts(t), []string{shown(alpha, 0, "x", 3, "NULL")})
}

// A worker whose lease has expired must not overwrite newer rows.
func takenOver(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(fact(alpha, 0, "x", 1, null)))
	asked := 0
	load := w.load(days(alpha, 0, 1), facts, entities)
	load.Still = func(context.Context) error {
		asked++
		return errPlatform
	}
	err := w.kept(context.Background(), t, load, give(factsOf(fact(alpha, 0, "x", 2, null)), entitiesOf([]string{alpha, "1", "one"})))
	if !errors.Is(err, destination.ErrLost) || !errors.Is(err, errPlatform) || asked != 1 {
		t.Errorf("Still was called %d times, error %v", asked, err)
	}
	load.Still = func(context.Context) error { return nil }
	if _, err := w.writer.Commit(context.Background(), load, give(factsOf(fact(alpha, 0, "x", 3, null)))); err != nil {
		t.Fatal(err)
	}
	same(t, "the load that still has its claim", w.facts(t), []string{shown(alpha, 0, "x", 3, "NULL")})
}

func strangersRefused(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 1, 2), factsOf(fact(alpha, 1, "x", 1, null)))
	w.commit(t, now(alpha), entitiesOf([]string{alpha, "1", "one"}))
	good := fact(alpha, 1, "x", 2, null)
	noDay := fact(alpha, 1, "x", 2, null)
	noDay[1] = null
	for name, c := range map[string]struct {
		slice adtally.Slice
		in    []rows
		names string // what the error must name
	}{
		"key without a part":   {days(alpha, 1, 2), []rows{factsOf(good, fact(alpha, 1, null, 2, null))}, "ad_id"},
		"entity without a key": {now(alpha), []rows{entitiesOf([]string{alpha, null, "one"})}, "ad_id"},
		"day before":           {days(alpha, 1, 2), []rows{factsOf(good, fact(alpha, 0, "x", 2, null))}, "facts"},
		"day after":            {days(alpha, 1, 2), []rows{factsOf(good, fact(alpha, 3, "x", 2, null))}, "facts"},
		"no day":               {days(alpha, 1, 2), []rows{factsOf(noDay)}, "facts"},
		"other account":        {days(alpha, 1, 2), []rows{factsOf(good, fact(beta, 1, "x", 2, null))}, "facts"},
		"no account":           {days(alpha, 1, 2), []rows{factsOf(good, fact(null, 1, "x", 2, null))}, "facts"},
		"other's entity":       {now(alpha), []rows{entitiesOf([]string{beta, "1", "one"})}, "ads"},
		"no window":            {now(alpha), []rows{factsOf(good)}, "facts"},
		"table of another":     {days(alpha, 1, 2), []rows{factsOf(good), {others, [][]string{good}}}, "other_facts"},
	} {
		tables := []*table.Schema{facts}
		if c.slice.Window.IsZero() && name != "no window" {
			tables = []*table.Schema{entities}
		}
		err := w.kept(context.Background(), t, w.load(c.slice, tables...), give(c.in...))
		if f := adtally.FaultOf(err); f.Act != adtally.Bug || f.Code == "unexpected" || !strings.Contains(f.Message, c.names) {
			t.Errorf("%s: %+v", name, f)
		}
	}
}
