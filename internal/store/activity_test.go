package store_test

import (
	"errors"
	"testing"
	"time"

	"adtally"
)

func TestActivity_Counts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		empty, err := db.Activity(ctx, moment)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "an empty database", empty, adtally.Activity{Runs: map[adtally.RunState]int64{}, Spent: map[string]adtally.Spending{}})
		first, err := db.LeaseStep(ctx, readyOne(t, db), "w", time.Hour, moment)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(db.AddSteps(ctx, "r1", []adtally.Account{{ID: "7"}, {ID: "8"}, {ID: "9"}}), db.ReleaseStep(ctx, first, adtally.StepResult{State: adtally.Finished}, moment)); err != nil {
			t.Fatal(err)
		}
		throttled := &adtally.Fault{Act: adtally.Wait, Code: "x", Message: "Later"}
		for account, f := range map[string]*adtally.Fault{"7": throttled, "8": {Act: adtally.Retry, Code: "y", Message: "Later"}} {
			c, err := db.LeaseStep(ctx, adtally.JobArgs{Run: "r1", Account: account}, "w", time.Hour, moment)
			if err != nil {
				t.Fatal(err)
			}
			if err := db.ReleaseStep(ctx, c, adtally.StepResult{State: adtally.Waiting, NotBefore: moment.Add(time.Hour), Fault: f}, moment); err != nil {
				t.Fatal(err)
			}
		}
		for calls, f := range map[int64]*adtally.Fault{3: nil, 40: throttled, 500: {Act: adtally.Bug, Code: "z"}} {
			if err := db.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: slice, Calls: calls, Started: moment, Ended: moment, Fault: f}); err != nil {
				t.Fatal(err)
			}
		}
		want := adtally.Activity{Runs: map[adtally.RunState]int64{adtally.Running: 1}, Due: 1, Oldest: moment, Resting: 2, Blocked: 1,
			Spent: map[string]adtally.Spending{"facebookads": {Calls: 543, Tries: 3, Failed: 2, Waits: 1}}}
		got, err := db.Activity(ctx, moment.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		same(t, "activity", got, want)
	})
}

// The first delivery that arrives sets when an incident was reported.
func TestIncident_ReachedByFirstDelivery(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		o, l := incident("o1")
		if err := errors.Join(db.AddChannel(ctx, channel, adtally.Admission{}, auditEntry("channel.create")), db.Tell(ctx, []adtally.Incident{o}, []adtally.Delivery{l})); err != nil {
			t.Fatal(err)
		}
		for _, arrived := range []time.Time{{}, moment.Add(time.Hour), moment.Add(2 * time.Hour)} {
			l.Arrived = arrived
			if err := db.DeliverySent(ctx, l); err != nil {
				t.Fatal(err)
			}
			if arrived.IsZero() {
				continue
			}
			open, err := db.OpenIncidents(ctx)
			if err != nil || len(open) != 1 || !open[0].Reached.Equal(moment.Add(time.Hour)) {
				t.Errorf("%+v, %v", open, err)
			}
		}
		o.Sentence = "It is later."
		if err := db.Tell(ctx, []adtally.Incident{o}, nil); err != nil {
			t.Fatal(err)
		}
		if open, err := db.OpenIncidents(ctx); err != nil || open[0].Reached.IsZero() || open[0].Sentence != o.Sentence {
			t.Errorf("after it was seen again: %+v, %v", open, err)
		}
	})
}
