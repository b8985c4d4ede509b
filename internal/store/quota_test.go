package store_test

import (
	"testing"
	"time"

	"adtally"
)

// A newer reading replaces an older one, overlapping waits are counted once, and old waits
// are not part of the sum.
func TestQuotas_ReadingsAndWaits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		must(t, db.AddSource(ctx, adtally.SourceRecord{Source: adtally.Source{ID: "s1", Connector: "facebookads", Dataset: "s1"}, Created: moment}, adtally.Handover{}, auditEntry("source.create")))
		at := func(minutes int) time.Time { return moment.Add(time.Duration(minutes) * time.Minute) }
		today := adtally.DayOf(moment, time.UTC)
		must(t, db.NoteQuotaWait(ctx, "s1", "8", at(-60*24*40), at(-60*24*40+5)))
		for _, used := range []struct {
			share  float64
			minute int
		}{{0.5, 0}, {0.75, 2}, {0.25, 1}} {
			must(t, db.NoteQuota(ctx, adtally.Quota{Source: "s1", Account: "7", Used: used.share, At: at(used.minute)}))
		}
		for _, wait := range [][2]int{{0, 10}, {5, 10}, {5, 15}, {20, 21}, {20, 19}} {
			must(t, db.NoteQuotaWait(ctx, "s1", "7", at(wait[0]), at(wait[1])))
		}
		got, err := db.Quotas(ctx, "s1", today-30)
		must(t, err)
		same(t, "rate limits", got, []adtally.Quota{
			{Source: "s1", Account: "7", Used: 0.75, Known: true, At: at(2), WaitsUntil: at(21), Waited: 16 * time.Minute},
			{Source: "s1", Account: "8", WaitsUntil: at(-60*24*40 + 5)}})
	})
}

func TestGuideProgress_PerPersonAndSource(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		for _, id := range []string{"u1", "u2"} {
			must(t, db.AddUser(ctx, adtally.User{ID: id, Email: id + "@example.com", Created: moment}, auditEntry("user.create")))
		}
		p := adtally.GuideProgress{User: "u1", Connector: "facebookads", Source: "s1", Done: []string{"app", "user"}, Step: "token", At: moment}
		must(t, db.SetGuideProgress(ctx, p))
		p.Done, p.Step = []string{"app"}, ""
		must(t, db.SetGuideProgress(ctx, p))
		fresh := adtally.GuideProgress{User: "u1", Connector: "facebookads", Done: []string{}, Step: "app", At: moment}
		must(t, db.SetGuideProgress(ctx, fresh))
		for _, want := range []adtally.GuideProgress{p, fresh, {User: "u2", Connector: "facebookads", Source: "s1"}} {
			got, err := db.GuideProgress(ctx, want.User, want.Connector, want.Source)
			must(t, err)
			same(t, want.User+" "+want.Source, got, want)
		}
	})
}
