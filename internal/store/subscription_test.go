package store_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

func someSubscription(id string) adtally.Subscription {
	return adtally.Subscription{ID: id, Dashboard: "performance", Channel: "ch1", To: "a@example.com", When: adtally.Recurrence{Every: adtally.EveryDay, At: "08:00", Zone: "UTC"}, Range: []byte(`{"preset":"last_month"}`),
		Lock: []adtally.ShareLock{{Dimension: "account", In: []string{"7"}}}, PDF: true, CSV: true, Revision: 1, Maker: "u1", Created: moment, Updated: moment, Due: moment.Add(time.Hour)}
}

// subscribed is a database with a channel and a subscription that is due at the moment + 1 h.
func subscribed(t *testing.T, address string) *store.DB {
	t.Helper()
	db := open(t, address)
	if err := db.AddChannel(ctx, adtally.Channel{ID: "ch1", Name: "Clients", Kind: "mail"}, adtally.Admission{}, auditEntry("channel.create")); err != nil {
		t.Fatal(err)
	}
	if err := db.AddSubscription(ctx, someSubscription("a"), auditEntry("subscription.create")); err != nil {
		t.Fatal(err)
	}
	return db
}

func take(t *testing.T, db *store.DB, now time.Time) (all []adtally.Subscription) {
	t.Helper()
	all, err := db.TakeSubscriptions(ctx, now, time.Minute, 10)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSubscription_FromCreationToDeletion(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := subscribed(t, address)
		want := someSubscription("a")
		got, err := db.Subscription(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the subscription", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
		count := func(maker, dashboard string) int {
			all, err := db.Subscriptions(ctx, maker, dashboard)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		same(t, "lists", []int{count("", ""), count("u1", "performance"), count("u2", ""), count("", "channels")}, []int{1, 1, 0, 0})
		want.Paused, want.To = true, ""
		same(t, "an edit", codeOf(db.EditSubscription(ctx, want, auditEntry("subscription.update"))), "")
		same(t, "a late edit", codeOf(db.EditSubscription(ctx, want, auditEntry("subscription.update"))), "stale_edit")
		want.Channel, want.Revision = "nobody's", 2
		same(t, "an unknown channel", codeOf(db.EditSubscription(ctx, want, auditEntry("subscription.update"))), "not_found")
		same(t, "a paused one is due", len(take(t, db, moment.Add(2*time.Hour))), 0)
		same(t, "a paused one is sent on request", codeOf(db.AskForSending(ctx, "a", moment, auditEntry("subscription.send"))), "")
		same(t, "then", len(take(t, db, moment)), 1)
		same(t, "deleted", codeOf(db.RemoveSubscription(ctx, "a", auditEntry("subscription.delete"))), "")
		for _, err := range []error{db.RemoveSubscription(ctx, "a", auditEntry("x")), db.EditSubscription(ctx, want, auditEntry("x")), db.AskForSending(ctx, "a", moment, auditEntry("x"))} {
			same(t, "nobody's", codeOf(err), "not_found")
		}
	})
}

// What is due is taken by one server, and again by another after a while.
func TestTakeSubscriptions_OneAtATime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := subscribed(t, address)
		now := moment.Add(time.Hour)
		same(t, "before its time", len(take(t, db, now.Add(-time.Second))), 0)
		var taken atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				some, err := db.TakeSubscriptions(ctx, now, time.Minute, 10)
				if err != nil {
					t.Error(err)
				}
				taken.Add(int64(len(some)))
			})
		}
		all.Wait()
		same(t, "servers that took it", taken.Load(), int64(1))
		same(t, "while it is held", len(take(t, db, now.Add(59*time.Second))), 0)
		again := take(t, db, now.Add(time.Minute))
		same(t, "later", again[0].Tries, 2)
		if err := db.DelaySending(ctx, again[0], now.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		same(t, "while it is delayed", len(take(t, db, now.Add(30*time.Minute))), 0)
		same(t, "after that", len(take(t, db, now.Add(time.Hour))), 1)
	})
}

// A message, its files and the next time are stored together. The files are kept until it
// has arrived.
func TestKeepSending(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := subscribed(t, address)
		now := moment.Add(time.Hour)
		s := take(t, db, now)[0]
		late := s
		late.Held = late.Held.Add(-time.Second)
		s.Due = now.Add(24 * time.Hour)
		keep := func(s adtally.Subscription, id string) {
			t.Helper()
			g := adtally.Sending{ID: id, At: now, Stale: true, Files: []string{"x.csv"}, Problem: "No PDF"}
			message := &adtally.Delivery{ID: id, Channel: "ch1", Body: `{"id":"` + id + `"}`, Written: now, NotBefore: now}
			if err := db.KeepSending(ctx, s, g, message, []adtally.AttachedFile{{Name: "x.csv", Type: "text/csv", Content: []byte{0, 255}}}); err != nil {
				t.Fatal(err)
			}
		}
		files := func(id string) string {
			all, err := db.SendingFiles(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprint(all)
		}
		keep(late, "lost")
		same(t, "of a server that was too slow", files("lost"), "[]")
		keep(s, "m1")
		same(t, "the files", files("m1"), "[{x.csv text/csv [0 255]}]")
		same(t, "due again", len(take(t, db, now.Add(time.Hour))), 0)
		sent, err := db.TakeDeliveries(ctx, now, time.Minute, 10)
		if err != nil || len(sent) != 1 || sent[0].ID != "m1" {
			t.Fatal(sent, err)
		}
		prune := func(before time.Time) {
			t.Helper()
			if err := db.PruneSendings(ctx, before); err != nil {
				t.Fatal(err)
			}
		}
		prune(moment)
		same(t, "the files, while it is sent", files("m1"), "[{x.csv text/csv [0 255]}]")
		sent[0].Arrived, sent[0].NotBefore = now, time.Time{}
		if err := db.DeliverySent(ctx, sent[0]); err != nil {
			t.Fatal(err)
		}
		prune(moment)
		same(t, "the files, when it has arrived", files("m1"), "[]")
		all, err := db.Sendings(ctx, "a", adtally.PagePosition{}, 10)
		if err != nil || len(all) != 1 || !all[0].Stale || all[0].Delivery.Arrived != now || all[0].Files[0] != "x.csv" || all[0].Problem != "No PDF" {
			t.Errorf("%+v, %v", all, err)
		}
		older, err := db.Sendings(ctx, "a", adtally.PagePosition{At: now, ID: "m1"}, 10)
		same(t, "before the first", fmt.Sprint(older, err), "[] <nil>")
		prune(now.Add(time.Second))
		if all, err := db.Sendings(ctx, "a", adtally.PagePosition{}, 10); err != nil || len(all) != 0 {
			t.Errorf("%+v, %v", all, err)
		}
	})
}

// A person who asks while something is being prepared gets it once more.
func TestAskForSending_WhileItIsPrepared(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := subscribed(t, address)
		now := moment.Add(time.Hour)
		s := take(t, db, now)[0]
		if err := db.AskForSending(ctx, "a", now, auditEntry("subscription.send")); err != nil {
			t.Fatal(err)
		}
		s.Due = now.Add(24 * time.Hour)
		if err := db.KeepSending(ctx, s, adtally.Sending{ID: "m1", At: now}, nil, nil); err != nil {
			t.Fatal(err)
		}
		again := take(t, db, now)
		same(t, "taken again", len(again), 1)
		if err := db.KeepSending(ctx, again[0], adtally.Sending{ID: "m2", At: now}, nil, nil); err != nil {
			t.Fatal(err)
		}
		same(t, "and no more", len(take(t, db, now)), 0)
	})
}
