package engine

import (
	"context"
	"fmt"
	"slices"
)

// count records the outcomes of loads that are in the warehouse and not in the database,
// because the program was killed between the two writes. Each load is counted exactly
// once.
func (e *Engine) count(ctx context.Context, w work) error {
	loads, err := e.Writer.LoadsOfRun(ctx, e.Source.Dataset, w.Account.ID, w.Run)
	if err != nil {
		return fmt.Errorf("read the run's loads from the warehouse: %w", err)
	}
	if len(loads) == 0 {
		return nil
	}
	counted, err := e.Store.CountedLoads(ctx, w.Run, w.Account.ID)
	if err != nil {
		return fmt.Errorf("read the run's recorded loads: %w", err)
	}
	for _, o := range loads {
		if slices.Contains(counted, o.Load) {
			continue
		}
		if err := e.Store.SaveOutcome(ctx, w.Run, o); err != nil {
			return fmt.Errorf("record load %s: %w", o.Load, err)
		}
	}
	return nil
}
