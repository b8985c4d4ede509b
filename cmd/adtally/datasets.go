package main

import (
	"context"
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
	asking, done := context.WithTimeout(ctx, askTimeout)
	defer done()
	writer, release, err := w.use(asking)
	if err == nil {
		defer release()
		datasets, can := writer.(destination.DatasetManager)
		if !can {
			return nil // a warehouse that cannot tell which objects are ours cannot drop any
		}
		err = ask(asking, datasets)
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

// sizeTimeout is how long a request waits for the warehouse to show approximate numbers.
const sizeTimeout = time.Second

// Sizes returns the approximate number of rows of each table in a dataset.
func (w *warehouse) Sizes(ctx context.Context, dataset string) (sizes map[string]int64, err error) {
	ctx, done := context.WithTimeout(ctx, sizeTimeout)
	defer done()
	err = w.keeping(ctx, func(ctx context.Context, k destination.DatasetManager) (err error) {
		sizes, err = k.Sizes(ctx, dataset)
		return err
	})
	return sizes, err
}

// Foreign are other people's objects that stand in a dataset, or read it.
func (w *warehouse) Foreign(ctx context.Context, dataset string) (all []adtally.Foreign, err error) {
	err = w.keeping(ctx, func(ctx context.Context, k destination.DatasetManager) (err error) {
		all, err = k.Foreign(ctx, dataset)
		return err
	})
	return all, err
}
