package main

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"adtally"
	"adtally/internal/destination"
)

// askTimeout is how long an API request waits for a warehouse that another program has
// open.
const askTimeout = 5 * time.Second

// keeping opens the warehouse for a question about which objects are ours.
func (w *warehouse) keeping(ctx context.Context, ask func(context.Context, destination.DatasetManager) error) error {
	return w.opened(ctx, func(ctx context.Context, writer destination.Writer) error {
		datasets, can := writer.(destination.DatasetManager)
		if !can {
			return nil // a warehouse that cannot tell which objects are ours cannot drop any
		}
		return ask(ctx, datasets)
	})
}

// opened opens the warehouse for a request, which does not wait long for it.
func (w *warehouse) opened(ctx context.Context, ask func(context.Context, destination.Writer) error) error {
	asking, done := context.WithTimeout(ctx, askTimeout)
	defer done()
	writer, release, err := w.use(asking)
	if err == nil {
		defer release()
		err = ask(asking, writer)
	}
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return &adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "The warehouse " + w.where.Location + " is in use by another program",
			Hint: "Close the program that has the file open, or open it read-only there; then try again.", Err: err}
	}
	return err
}

// Vacant refuses a dataset that is there and that we did not make.
func (w *warehouse) Vacant(ctx context.Context, dataset string) error {
	return w.keeping(ctx, func(ctx context.Context, k destination.DatasetManager) error { return k.Vacant(ctx, dataset) })
}

// Foreign are other people's objects that stand in a dataset, or read it.
func (w *warehouse) Foreign(ctx context.Context, dataset string) (all []adtally.Foreign, err error) {
	err = w.keeping(ctx, func(ctx context.Context, k destination.DatasetManager) (err error) {
		all, err = k.Foreign(ctx, dataset)
		return err
	})
	return all, err
}

// asking opens the warehouse for a query. A warehouse that does not exist yet is created
// empty.
func (w *warehouse) asking(ctx context.Context, ask func(context.Context, *sql.DB) error) error {
	return w.opened(ctx, func(ctx context.Context, writer destination.Writer) error {
		db, done, err := writer.Query(ctx)
		if err != nil {
			return err
		}
		defer done()
		return ask(ctx, db)
	})
}

// CountRows returns the number of rows of tables.
func (w *warehouse) CountRows(ctx context.Context, dataset string, tables []string) (all map[string]int64, err error) {
	err = w.asking(ctx, func(ctx context.Context, db *sql.DB) (err error) {
		all, err = destination.CountRows(ctx, db, dataset, tables)
		return err
	})
	return all, err
}

// MissingData returns what is missing in a dataset.
func (w *warehouse) MissingData(ctx context.Context, dataset string) (all []adtally.MissingData, err error) {
	err = w.asking(ctx, func(ctx context.Context, db *sql.DB) (err error) {
		all, err = destination.MissingData(ctx, db, dataset)
		return err
	})
	return all, err
}

// DataStates returns the state of several datasets.
func (w *warehouse) DataStates(ctx context.Context, filters map[string]adtally.ComparisonFilter) (all map[string]adtally.DataState, err error) {
	if len(filters) == 0 {
		return nil, nil // and the warehouse stays closed
	}
	err = w.asking(ctx, func(ctx context.Context, db *sql.DB) (err error) {
		all, err = destination.DataStates(ctx, db, filters)
		return err
	})
	return all, err
}

// Comparisons returns the comparisons with the platform's totals.
func (w *warehouse) Comparisons(ctx context.Context, dataset string, f adtally.ComparisonFilter) (all []adtally.Comparison, err error) {
	err = w.asking(ctx, func(ctx context.Context, db *sql.DB) (err error) {
		all, err = destination.Comparisons(ctx, db, dataset, f)
		return err
	})
	return all, err
}

// Restatement returns totals as they were read at certain ages of days.
func (w *warehouse) Restatement(ctx context.Context, dataset string, f adtally.RestatementFilter) (all []adtally.Restated, err error) {
	err = w.asking(ctx, func(ctx context.Context, db *sql.DB) (err error) {
		all, err = destination.Restatement(ctx, db, dataset, f)
		return err
	})
	return all, err
}
