package store_test

import (
	"errors"
	"reflect"
	"sync"
	"testing"
	"time"

	"adtally"
)

func TestSettleDrifts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		drift := func(day adtally.Day, ours string) adtally.Drift {
			return adtally.Drift{Account: "7", Table: "basic_ad", Day: day, Metric: "spend", Ours: ours, Theirs: "9"}
		}
		for _, step := range []struct {
			agreed, drifts, want []adtally.Drift
		}{
			{nil, []adtally.Drift{drift(20001, "1"), drift(20002, "2")}, []adtally.Drift{drift(20002, "2"), drift(20001, "1")}},
			{[]adtally.Drift{drift(20001, "9"), drift(20009, "9")}, []adtally.Drift{drift(20002, "3")}, []adtally.Drift{drift(20002, "3")}},
			{nil, nil, []adtally.Drift{drift(20002, "3")}},
			{[]adtally.Drift{drift(20002, "9")}, nil, nil},
		} {
			if err := db.SettleDrifts(ctx, "s1", step.agreed, step.drifts); err != nil {
				t.Fatal(err)
			}
			got, err := db.Drifts(ctx)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "drifts", got["s1"], step.want)
		}
	})
}

var channel = adtally.Channel{ID: "ch1", Name: "Team", Kind: "slack", Settings: map[string]string{"to": "x"}, Credential: "c9",
	Alerts: []adtally.AlertKind{adtally.Stale}, Sources: []string{"s1"}, Revision: 1, Created: moment.Truncate(time.Microsecond), CreatedBy: "user:1"}

func TestEditChannel_Conflict(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		if err := db.AddChannel(ctx, channel, adtally.Admission{}, auditEntry("channel.create")); err != nil {
			t.Fatal(err)
		}
		got, err := db.Channel(ctx, "ch1")
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got, channel) {
			t.Errorf("%+v, want %+v", got, channel)
		}
		got.Name, got.Alerts = "Other", nil
		if err := db.EditChannel(ctx, got, adtally.Admission{}, auditEntry("channel.update")); err != nil {
			t.Fatal(err)
		}
		if err := db.EditChannel(ctx, got, adtally.Admission{}, auditEntry("channel.update")); adtally.FaultOf(err).Code != "stale_edit" {
			t.Errorf("an edit of what was edited: %v", err)
		}
		all, err := db.Channels(ctx)
		if err != nil || len(all) != 1 || all[0].Name != "Other" || all[0].Revision != 2 || len(all[0].Alerts) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
		if err := db.RemoveChannel(ctx, "ch1", auditEntry("channel.delete")); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Channel(ctx, "ch1"); adtally.FaultOf(err).Code != "not_found" {
			t.Errorf("after it was removed: %v", err)
		}
	})
}

func incident(id string) (adtally.Incident, adtally.Delivery) {
	o := adtally.Incident{ID: id, Opened: moment, Notified: moment, Alert: adtally.Alert{Kind: adtally.Stale, Source: "s1", Name: "Main",
		Severity: adtally.Warning, Since: moment, Sentence: "It is late.", Cure: "Look."}}
	return o, adtally.Delivery{ID: id + "_opened", Channel: "ch1", Incident: id, Body: "{}", Written: moment, NotBefore: moment}
}

// Two who watch the same installation, at once and again and again: of one
// alert there is one incident and one delivery.
func TestTell_OneIncident(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		if err := db.AddChannel(ctx, channel, adtally.Admission{}, auditEntry("channel.create")); err != nil {
			t.Fatal(err)
		}
		var group sync.WaitGroup
		for _, id := range []string{"o1", "o2", "o1", "o3"} {
			group.Go(func() {
				o, l := incident(id)
				if err := db.Tell(ctx, []adtally.Incident{o}, []adtally.Delivery{l}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		open, err := db.OpenIncidents(ctx)
		if err != nil || len(open) != 1 {
			t.Fatalf("%+v, %v", open, err)
		}
		want, _ := incident(open[0].ID)
		same(t, "incident", open[0], want)
		deliveries, err := db.Deliveries(ctx, "ch1", 10)
		if err != nil || len(deliveries) != 1 || deliveries[0].ID != open[0].ID+"_opened" {
			t.Errorf("deliveries %+v, %v", deliveries, err)
		}
		want.Closed = moment.Add(time.Hour)
		if err := db.Tell(ctx, []adtally.Incident{want}, nil); err != nil {
			t.Fatal(err)
		}
		if open, err = db.OpenIncidents(ctx); err != nil || len(open) != 0 {
			t.Errorf("open after its end: %+v, %v", open, err)
		}
		past, err := db.Incidents(ctx, adtally.PagePosition{}, 10)
		if err != nil || len(past) != 1 || past[0].Closed.IsZero() {
			t.Errorf("past: %+v, %v", past, err)
		}
		next, l := incident("o9")
		if err := db.Tell(ctx, []adtally.Incident{next}, []adtally.Delivery{l}); err != nil {
			t.Fatal(err)
		}
		if open, err = db.OpenIncidents(ctx); err != nil || len(open) != 1 || open[0].ID != "o9" {
			t.Errorf("the next one: %+v, %v", open, err)
		}
	})
}

func TestTakeDeliveries_Reserved(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		o, l := incident("o1")
		if err := db.AddChannel(ctx, channel, adtally.Admission{}, auditEntry("channel.create")); err != nil {
			t.Fatal(err)
		}
		lost := l
		lost.Channel = "gone"
		if err := db.Tell(ctx, []adtally.Incident{o}, []adtally.Delivery{l, lost}); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		var taken []adtally.Delivery
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				some, err := db.TakeDeliveries(ctx, moment, time.Minute, 10)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				taken = append(taken, some...)
			})
		}
		group.Wait()
		if len(taken) != 1 || taken[0].Tries != 1 {
			t.Fatalf("%d took it: %+v", len(taken), taken)
		}
		if again, err := db.TakeDeliveries(ctx, moment.Add(time.Minute), time.Minute, 10); err != nil || len(again) != 1 || again[0].Tries != 2 {
			t.Errorf("after a minute without a word: %+v, %v", again, err)
		}
		l.NotBefore, l.Arrived = time.Time{}, moment
		if err := db.DeliverySent(ctx, l); err != nil {
			t.Fatal(err)
		}
		if again, err := db.TakeDeliveries(ctx, moment.Add(24*time.Hour), time.Minute, 10); err != nil || len(again) != 0 {
			t.Errorf("after it arrived: %+v, %v", again, err)
		}
		if err := db.PruneDeliveries(ctx, moment.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		if left, err := db.Deliveries(ctx, "ch1", 10); err != nil || len(left) != 0 {
			t.Errorf("left: %+v, %v", left, err)
		}
	})
}

func TestUsage_Sums(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment}); err != nil {
			t.Fatal(err)
		}
		for day := range 2 {
			for i, table := range []string{"ads", "basic_ad"} {
				at := moment.AddDate(0, 0, day)
				o := adtally.Outcome{Slice: adtally.Slice{Stream: table, Account: "7"}, Rows: 10, Calls: int64(i + 1), Bytes: 100, Started: at, Ended: at.Add(time.Second)}
				if day == 1 && i == 1 {
					o.Fault = &adtally.Fault{Act: adtally.Retry, Code: "x"}
				}
				if err := db.SaveOutcome(ctx, "r1", o); err != nil {
					t.Fatal(err)
				}
			}
		}
		day := adtally.DayOf(moment, time.UTC)
		for what, one := range map[string]struct {
			f    adtally.UsageFilter
			want []adtally.Usage
		}{
			"all":     {adtally.UsageFilter{Source: "s1"}, []adtally.Usage{{Tries: 4, Failed: 1, Rows: 40, Calls: 6, Bytes: 400, Took: 4 * time.Second}}},
			"nobody":  {adtally.UsageFilter{Source: "other"}, nil},
			"by day":  {adtally.UsageFilter{Run: "r1", ByDay: true}, []adtally.Usage{{Day: day, Tries: 2, Rows: 20, Calls: 3, Bytes: 200, Took: 2 * time.Second}, {Day: day + 1, Tries: 2, Failed: 1, Rows: 20, Calls: 3, Bytes: 200, Took: 2 * time.Second}}},
			"one day": {adtally.UsageFilter{Source: "s1", Until: (day + 1).Start(time.UTC), ByStream: true, ByAccount: true}, []adtally.Usage{{Stream: "ads", Account: "7", Tries: 1, Rows: 10, Calls: 1, Bytes: 100, Took: time.Second}, {Stream: "basic_ad", Account: "7", Tries: 1, Rows: 10, Calls: 2, Bytes: 100, Took: time.Second}}},
		} {
			got, err := db.Usage(ctx, one.f)
			if err != nil {
				t.Fatal(err)
			}
			same(t, what, got, one.want)
		}
	})
}

func TestCostModels_Fit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment}); err != nil {
			t.Fatal(err)
		}
		for _, days := range []adtally.Day{1, 10, 30} { // 2 calls plus one per day; 100 rows per day
			o := adtally.Outcome{Slice: adtally.Slice{Stream: "basic_ad", Account: "7", Window: adtally.Window{From: 20000, To: 20000 + days}},
				Calls: 2 + int64(days), Rows: 100 * int64(days), Started: moment, Ended: moment.Add(time.Second)}
			if err := db.SaveOutcome(ctx, "r1", o); err != nil {
				t.Fatal(err)
			}
			o.Fault, o.Calls = &adtally.Fault{Act: adtally.Retry}, 1000
			if err := db.SaveOutcome(ctx, "r1", o); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.CostModels(ctx, "s1", moment)
		if err != nil || len(all) != 1 || all[0].Stream != "basic_ad" || all[0].Account != "7" {
			t.Fatalf("%+v, %v", all, err)
		}
		near := func(what string, got, want float64) {
			if got < want-1e-6 || got > want+1e-6 {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
		two := all[0].Plus(all[0])
		for what, trend := range map[string]adtally.CostModel{"one account": all[0], "two alike": two} {
			near(what+": calls", trend.At(trend.Calls, 20), 22)
			near(what+": rows", trend.At(trend.Rows, 60), 6000)
			near(what+": seconds", trend.At(trend.Seconds, 5), 1)
		}
		near("nothing", adtally.CostModel{}.At(adtally.Linear{}, 5), 0)
		same := adtally.CostModel{Slices: 2, Days: 20, Squares: 200, Calls: adtally.Linear{Sum: 10, Product: 100}}
		near("slices of one size", same.At(same.Calls, 20), 10)
		objects := adtally.CostModel{Slices: 4, Calls: adtally.Linear{Sum: 8}}
		near("objects", objects.At(objects.Calls, 0), 2)
		if later, err := db.CostModels(ctx, "s1", moment.Add(time.Hour)); err != nil || len(later) != 0 {
			t.Errorf("since later: %+v, %v", later, err)
		}
	})
}

func TestForgetSource_AfterGrace(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment}); err != nil {
			t.Fatal(err)
		}
		err := errors.Join(db.SeeAccounts(ctx, "s1", []adtally.Account{{ID: "7"}}, moment), db.SettleDrifts(ctx, "s1", nil, []adtally.Drift{{Account: "7", Table: "t", Metric: "m"}}),
			db.SaveCheckpoints(ctx, "s1", slice, []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: slice.Window}}),
			db.SaveOutcome(ctx, "r1", adtally.Outcome{Slice: slice}), db.AppendLog(ctx, adtally.LogLine{Run: "r1"}), db.SaveTuning(ctx, "s1", "7", "basic_ad", []byte("x")))
		if err != nil {
			t.Fatal(err)
		}
		forget := func(before time.Time) string {
			f := adtally.FaultOf(db.ForgetSource(ctx, "s1", before, auditEntry("source.forget")))
			if f == nil {
				return ""
			}
			return f.Code
		}
		same(t, "one that is not deleted", forget(moment.Add(time.Hour)), "conflict")
		s, err := db.EditSource(ctx, "s1", 1, func(s *adtally.SourceRecord) { s.Deleted, s.Drop = moment, true }, adtally.Handover{}, auditEntry("source.delete"))
		if err != nil {
			t.Fatal(err)
		}
		if all, err := db.Sources(ctx, true); err != nil || len(all) != 1 || !all[0].Drop {
			t.Errorf("%+v, %v", all, err)
		}
		same(t, "too early", forget(moment), "conflict")
		why := &adtally.Fault{Act: adtally.Configure, Code: "destination_locked", Message: "It is held", Hint: "Close it."}
		if err := errors.Join(db.NoteUnpurged(ctx, "s1", why, moment), db.NoteUnpurged(ctx, "s1", why, moment.Add(time.Hour))); err != nil {
			t.Fatal(err)
		}
		if s, err = db.Source(ctx, "s1"); err != nil {
			t.Fatal(err)
		}
		same(t, "what hinders it", s.Unpurged, why)
		same(t, "since when", s.Purging, moment)
		same(t, "in time", forget(moment.Add(time.Second)), "")
		same(t, "again", forget(moment.Add(time.Second)), "conflict")
		if _, err := db.Source(ctx, "s1"); adtally.FaultOf(err).Code != "not_found" {
			t.Errorf("it is there: %v", err)
		}
		if covered, err := db.Checkpoints(ctx, "s1", "7"); err != nil || len(covered) > 0 {
			t.Errorf("left: %v, %v", covered, err)
		}
	})
}
