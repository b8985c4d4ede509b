package store_test

import (
	"testing"
	"time"

	"adtally"
)

func TestReset_WorksOnceAndInTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		u := adtally.User{ID: "u1", Email: "eve@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Admin}, Version: 1, Created: moment}
		if err := db.AddUser(ctx, u, auditEntry("user.create")); err != nil {
			t.Fatal(err)
		}
		reset := func(code, user string, expires time.Time) string {
			return codeOf(db.AddReset(ctx, adtally.Reset{Code: code, User: user, By: "user:2", Made: moment.Add(-time.Hour), Expires: expires}, auditEntry("reset.create")))
		}
		use := func(code string) string {
			_, err := db.UseReset(ctx, code, adtally.NewSecret("hash of "+code), auditEntry("reset.use"))
			return codeOf(err)
		}
		same(t, "of nobody", reset("n", "nobody", moment.Add(time.Hour)), "not_found")
		same(t, "the first", reset("a", "u1", moment.Add(time.Hour)), "")
		same(t, "the second", reset("b", "u1", moment.Add(time.Hour)), "")
		same(t, "the first, used", use("a"), "reset_gone")
		same(t, "the second, used", use("b"), "")
		same(t, "the second, used again", use("b"), "reset_gone")
		same(t, "late", reset("c", "u1", auditEntry("x").At), "")
		same(t, "late, used", use("c"), "reset_gone")
		got, err := db.User(ctx, "u1")
		if err != nil || got.Password.Reveal() != "hash of b" || got.Epoch != 1 || got.Version != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		if r, err := db.Reset(ctx, "b"); err != nil || r.By != "user:2" || r.User != "u1" || r.Used.IsZero() {
			t.Errorf("%+v, %v", r, err)
		}
		if err := db.ForgetResets(ctx, moment.Add(2*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Reset(ctx, "b"); codeOf(err) != "not_found" {
			t.Errorf("it is kept for ever: %v", err)
		}
	})
}
