package store_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
)

func someShare(id string) adtally.ShareLink {
	return adtally.ShareLink{ID: id, Hash: "hash " + id, Name: "Client " + id, Dashboard: "performance", Revision: 3, Content: []byte(`{"title":"T"}`), Maker: "u1", Version: 1, Created: moment, Updated: moment,
		Password: adtally.NewSecret("secret"), ShareTerms: adtally.ShareTerms{Lock: []adtally.ShareLock{{Dimension: "account", In: []string{"7"}}}, Days: []byte(`{"preset":"this_year"}`), Fee: "0.15",
			Open: []string{"campaign"}, Download: true, Origins: []string{"https://x.example"}, Expires: moment.Add(time.Hour)}}
}

func TestShareLink_FromCreationToRevocation(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		want := someShare("a")
		look := someShare("b")
		look.Preview = true
		for _, l := range []adtally.ShareLink{want, look} {
			if err := db.AddShareLink(ctx, l, auditEntry("share.create")); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.ShareLinkByHash(ctx, "hash a")
		if err != nil || got.Password.Reveal() != "secret" {
			t.Fatal(err, got.Password)
		}
		got.Password = want.Password
		same(t, "the link", fmt.Sprintf("%+v", got), fmt.Sprintf("%+v", want))
		listed := func(maker, dashboard string) int {
			all, err := db.ShareLinks(ctx, maker, dashboard, adtally.PagePosition{}, 10)
			if err != nil {
				t.Fatal(err)
			}
			return len(all)
		}
		same(t, "lists", []int{listed("", ""), listed("u1", "performance"), listed("u2", ""), listed("", "channels")}, []int{1, 1, 0, 0})
		session := adtally.ShareSession{Hash: "s", Link: "a", Version: 1, Expires: moment.Add(time.Hour)}
		if err := db.AddShareSession(ctx, session); err != nil {
			t.Fatal(err)
		}
		want.Name, want.Fee = "Renamed", ""
		same(t, "an edit", codeOf(db.EditShareLink(ctx, want, auditEntry("share.update"))), "")
		same(t, "a late edit", codeOf(db.EditShareLink(ctx, want, auditEntry("share.update"))), "stale_edit")
		if _, err := db.ShareSession(ctx, "s"); codeOf(err) != "not_found" {
			t.Errorf("the session lives on: %v", err)
		}
		if got, err := db.ShareLink(ctx, "a"); err != nil || got.Version != 2 || got.Name != "Renamed" || got.Fee != "" {
			t.Errorf("%+v, %v", got, err)
		}
		same(t, "revoked", codeOf(db.RevokeShareLink(ctx, "a", auditEntry("share.revoke"))), "")
		same(t, "revoked again", codeOf(db.RevokeShareLink(ctx, "a", auditEntry("share.revoke"))), "")
		same(t, "nobody's", codeOf(db.RevokeShareLink(ctx, "z", auditEntry("share.revoke"))), "not_found")
		want.Version = 3
		same(t, "an edit of a revoked one", codeOf(db.EditShareLink(ctx, want, auditEntry("share.update"))), "conflict")
		if got, err := db.ShareLink(ctx, "a"); err != nil || got.Version != 3 || got.Revoked.IsZero() {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Attempts at the same time are counted one after the other, however many servers there are.
func TestCountShareTry_CountsParallelAttempts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		var free atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				until, err := db.CountShareTry(ctx, "l", "192.0.2.1", moment)
				if err != nil {
					t.Error(err)
				}
				if until.IsZero() {
					free.Add(1)
				}
			})
		}
		all.Wait()
		same(t, "attempts that were not slowed", free.Load(), int64(5))
	})
}

func TestCountShareTry_Waits(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		now := moment
		try := func(link, from string) time.Duration {
			until, err := db.CountShareTry(ctx, link, from, now)
			if err != nil {
				t.Fatal(err)
			}
			if until.IsZero() {
				return 0
			}
			return until.Sub(now)
		}
		var waits []time.Duration
		for range 16 {
			wait := try("l", "a")
			if now = now.Add(wait); wait > 0 {
				waits = append(waits, wait)
				if left := try("l", "a"); left != 0 {
					t.Fatalf("after %s it still says %s", wait, left)
				}
			}
		}
		if waits[0] != 2*time.Second || waits[1] != 4*time.Second || waits[len(waits)-1] != 15*time.Minute {
			t.Errorf("%v", waits)
		}
		if wait := try("l", "b"); wait != 0 {
			t.Errorf("another address must wait %s", wait)
		}
		if err := db.ForgetShareTries(ctx, "l", "a"); err != nil {
			t.Fatal(err)
		}
		if wait := try("l", "a"); wait != 0 {
			t.Errorf("after a right password one must wait %s", wait)
		}
		now = now.Add(2 * time.Hour)
		for i := range 50 { // one address at many links
			if wait := try(fmt.Sprint("link ", i), "c"); wait != 0 {
				t.Fatalf("attempt %d must wait %s", i, wait)
			}
		}
		if wait := try("another", "c"); wait != time.Hour {
			t.Errorf("the address must wait %s", wait)
		}
		for i := range 100 { // many addresses at one link
			try("busy", fmt.Sprint("address ", i))
		}
		if wait := try("busy", "somebody"); wait != 30*time.Second {
			t.Errorf("at the link one must wait %s", wait)
		}
	})
}

func TestShareOpening_CountsVisitors(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		if err := db.AddShareLink(ctx, someShare("a"), auditEntry("share.create")); err != nil {
			t.Fatal(err)
		}
		for i, o := range []adtally.ShareOpening{{Visitor: "x"}, {Visitor: "x"}, {Visitor: "y"}, {Visitor: "x", At: moment.Add(time.Hour)}, {Visitor: "z", Bot: true}} {
			o.ID, o.Link, o.Browser = fmt.Sprint(i), "a", "Firefox"
			if o.At.IsZero() {
				o.At = moment
			}
			if err := db.AddShareOpening(ctx, o); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.ShareOpened(ctx, "a")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the openings", got, adtally.ShareOpenings{Count: 3, Visitors: 2, Bots: 1, Last: moment.Add(time.Hour)})
		all, err := db.ShareOpenings(ctx, "a", adtally.PagePosition{}, 10)
		if err != nil || len(all) != 4 || all[0].ID != "3" {
			t.Errorf("%+v, %v", all, err)
		}
		if err := db.ForgetShares(ctx, moment.Add(time.Minute), moment); err != nil {
			t.Fatal(err)
		}
		if got, err := db.ShareOpened(ctx, "a"); err != nil || got.Count != 1 {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Links for a print, for a guest and to look at are made again whenever they are needed. They are
// deleted once they expired, also if they were revoked before; the audit list keeps its lines.
func TestForgetShares_ForgetsExpiredPrintsAndGuests(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		shared, printed, guest := someShare("shared"), someShare("printed"), someShare("guest")
		printed.Preview, guest.Preview, guest.Holder = true, true, "eve"
		for _, l := range []adtally.ShareLink{shared, printed, guest} {
			if err := db.AddShareLink(ctx, l, auditEntry("share.create")); err != nil {
				t.Fatal(err)
			}
		}
		if err := db.RevokeShareLink(ctx, "printed", auditEntry("share.revoke")); err != nil {
			t.Fatal(err)
		}
		left := func(now time.Time) (ids []string) {
			if err := db.ForgetShares(ctx, moment, now); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"shared", "printed", "guest"} {
				if _, err := db.ShareLink(ctx, id); err == nil {
					ids = append(ids, id)
				}
			}
			return ids
		}
		same(t, "while they are open", left(moment.Add(time.Minute)), []string{"shared", "printed", "guest"})
		same(t, "30 days after they expired", left(moment.Add(time.Hour).AddDate(0, 0, 30)), []string{"shared"})
		audit, err := db.AuditEntries(ctx, adtally.AuditFilter{Limit: 10})
		if err != nil || len(audit) != 4 {
			t.Errorf("%d lines, %v", len(audit), err)
		}
	})
}

// What a guest was given is replaced as a whole, and closes what they have open.
func TestGiveDashboards(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		link := someShare("a")
		link.Holder = "eve"
		other := someShare("b")
		err := errors.Join(db.AddUser(ctx, adtally.User{ID: "ada", Email: "ada@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Admin}}, auditEntry("user.create")),
			db.AddUser(ctx, adtally.User{ID: "eve", Email: "eve@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Guest}}, auditEntry("user.create")),
			db.AddShareLink(ctx, link, auditEntry("share.create")), db.AddShareLink(ctx, other, auditEntry("share.create")))
		if err != nil {
			t.Fatal(err)
		}
		want := []adtally.GivenDashboard{{User: "eve", Dashboard: "channels", Lock: []adtally.ShareLock{{Dimension: "account", In: []string{"7"}}}, Giver: "u1", Created: moment},
			{User: "eve", Dashboard: "performance", Lock: []adtally.ShareLock{}, Giver: "u1", Created: moment}}
		for range 2 {
			if err := db.GiveDashboards(ctx, "eve", want, auditEntry("user.dashboards")); err != nil {
				t.Fatal(err)
			}
		}
		got, err := db.GivenDashboards(ctx, "eve")
		same(t, "given", fmt.Sprint(got, err), fmt.Sprint(want, nil))
		revoked := func(id string) bool {
			l, err := db.ShareLink(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			return !l.Revoked.IsZero()
		}
		same(t, "revoked: theirs, another", []bool{revoked("a"), revoked("b")}, []bool{true, false})
		for id, end := range map[string]func() error{
			"c": func() error { return db.CloseOpened(ctx, "eve", auditEntry("session.close")) },
			"d": func() error {
				u, err := db.User(ctx, "eve")
				return errors.Join(err, db.ChangeUser(ctx, u, auditEntry("user.password")))
			},
		} {
			link := someShare(id)
			link.Holder = "eve"
			if err := errors.Join(db.AddShareLink(ctx, link, auditEntry("share.create")), end()); err != nil {
				t.Fatal(err)
			}
			same(t, "revoked: "+id, revoked(id), true)
		}
		same(t, "nobody", codeOf(db.GiveDashboards(ctx, "nobody", nil, auditEntry("user.dashboards"))), "not_found")
	})
}
