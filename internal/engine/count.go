package engine

import (
	"context"
	"fmt"
	"slices"
)

// count writes down the loads of the run that the warehouse holds and the database
// was not told of, since the program was killed between the two. So each load is
// counted once, whatever happened in between.
func (e *Engine) count(ctx context.Context, w work) error {
	loads, err := e.Writer.LoadsOfRun(ctx, e.Source.Dataset, w.Account.ID, w.Run)
	if err != nil {
		return fmt.Errorf("ask the warehouse what the run brought: %w", err)
	}
	if len(loads) == 0 {
		return nil
	}
	counted, err := e.Store.CountedLoads(ctx, w.Run, w.Account.ID)
	if err != nil {
		return fmt.Errorf("read what is counted of the run: %w", err)
	}
	for _, o := range loads {
		if slices.Contains(counted, o.Load) {
			continue
		}
		if err := e.Store.SaveOutcome(ctx, w.Run, o); err != nil {
			return fmt.Errorf("count load %s: %w", o.Load, err)
		}
	}
	return nil
}
