package store_test

import (
	"testing"
	"time"

	"adtally"
)

// The work of a run is based on the first time, so a later one does not replace it.
func TestNoteMoment_KeepsTheFirst(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		placed, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment})
		if err != nil || !placed.Moment.IsZero() {
			t.Fatal(placed, err)
		}
		for hours := range 2 {
			if err := db.NoteMoment(ctx, "r1", moment.Add(time.Duration(hours)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		r, err := db.Run(ctx, "r1")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the platform's clock", r.Moment, moment)
	})
}
