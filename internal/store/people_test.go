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

var (
	anaUser = adtally.User{ID: "u1", Email: "ana@example.com", Name: "Ana", AccessLevel: adtally.AccessLevel{Role: adtally.Admin, Permissions: adtally.Permissions()},
		Password: adtally.NewSecret("hash"), Version: 1, Created: moment}
	bobUser = adtally.User{ID: "u2", Email: "bob@example.com", Name: "Bob", AccessLevel: adtally.AccessLevel{Role: adtally.Admin, Permissions: []adtally.Permission{}},
		Subject: "issuer 1", Version: 1, Created: moment, Login: moment}
)

// auditEntries counts audit entries, to give each an ID of its own.
var entries atomic.Int64

func auditEntry(what string) adtally.AuditEntry {
	return adtally.AuditEntry{ID: fmt.Sprintf("d%06d", entries.Add(1)), At: moment, Who: "user:u1", Name: "Ana", What: what, Object: "user:u2", From: "192.0.2.1", Detail: map[string]string{"role": "viewer → admin"}}
}

// is checks the code of a fault; "" = none.
func is(t *testing.T, what string, err error, code string) {
	t.Helper()
	got := ""
	if f := adtally.FaultOf(err); f != nil {
		got = f.Code
	}
	if got != code {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

func withPeople(t *testing.T, address string) *store.DB {
	t.Helper()
	db := open(t, address)
	is(t, "the first", db.AddFirstUser(ctx, anaUser, auditEntry("setup")), "")
	is(t, "another", db.AddUser(ctx, bobUser, auditEntry("user.create")), "")
	return db
}

func TestUsers_AreStored(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		if some, err := db.AnyUser(ctx); some || err != nil {
			t.Errorf("there is a user: %v", err)
		}
		db = withPeople(t, address)
		is(t, "a second first", db.AddFirstUser(ctx, adtally.User{ID: "u3", Email: "c"}, auditEntry("setup")), "setup_done")
		is(t, "the same address", db.AddUser(ctx, adtally.User{ID: "u3", Email: bobUser.Email}, auditEntry("user.create")), "email_taken")
		for name, find := range map[string]func() (adtally.User, error){
			"id":      func() (adtally.User, error) { return db.User(ctx, "u2") },
			"email":   func() (adtally.User, error) { return db.UserByEmail(ctx, "bob@example.com") },
			"subject": func() (adtally.User, error) { return db.UserBySubject(ctx, "issuer 1") },
		} {
			got, err := find()
			is(t, name, err, "")
			same(t, name, plainly(got), plainly(bobUser))
		}
		_, err := db.User(ctx, "nobody")
		is(t, "nobody", err, "not_found")
		_, err = db.UserBySubject(ctx, "")
		is(t, "no subject", err, "not_found")
		all, err := db.Users(ctx, "u1", 10)
		is(t, "list", err, "")
		if len(all) != 1 || all[0].ID != "u2" {
			t.Errorf("after u1: %v", all)
		}
		same(t, "audit entries", count(t, db, adtally.AuditFilter{}), 2) // what was refused is no audit entry
	})
}

// plainly prints a user with the hash of the password.
func plainly(u adtally.User) any {
	hash := u.Password.Reveal()
	u.Password = adtally.Secret{}
	return []any{fmt.Sprintf("%+v", u), hash}
}

func count(t *testing.T, db *store.DB, f adtally.AuditFilter) int {
	t.Helper()
	f.Limit = 1000
	all, err := db.AuditEntries(ctx, f)
	is(t, "the audit log", err, "")
	return len(all)
}

func TestChangeUser_Conflict(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withPeople(t, address)
		bob := bobUser
		bob.Name, bob.Role, bob.Permissions, bob.Disabled, bob.Password, bob.Subject, bob.Epoch = "B", adtally.Editor, adtally.Permissions(), true, adtally.NewSecret("new"), "issuer 2", 7
		is(t, "change", db.ChangeUser(ctx, bob, auditEntry("user.update")), "")
		is(t, "late", db.ChangeUser(ctx, bob, auditEntry("user.update")), "stale_edit")
		is(t, "nobody", db.ChangeUser(ctx, adtally.User{ID: "x"}, auditEntry("user.update")), "not_found")
		at := auditEntry("session.start")
		at.At = moment.Add(time.Hour)
		is(t, "login", db.LoggedIn(ctx, "u2", at), "")
		got, err := db.User(ctx, "u2")
		is(t, "read", err, "")
		bob.Version, bob.Login = 2, moment.Add(time.Hour)
		same(t, "bob", plainly(got), plainly(bob))
	})
}

// However many try at once, somebody stays an admin.
func TestChangeUser_KeepsAnAdmin(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withPeople(t, address)
		var left atomic.Int64
		var wg sync.WaitGroup
		for _, u := range []adtally.User{anaUser, bobUser} {
			wg.Go(func() {
				u.Role = adtally.Viewer
				if err := db.ChangeUser(ctx, u, auditEntry("user.update")); err == nil {
					left.Add(1)
				} else {
					is(t, "the last", err, "last_admin")
				}
			})
		}
		wg.Wait()
		if left.Load() != 1 {
			t.Errorf("%d left", left.Load())
		}
	})
}

func TestAddFirstUser_OnlyOnce(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		var first atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				u := adtally.User{ID: fmt.Sprint(i), Email: fmt.Sprint(i), Version: 1}
				if err := db.AddFirstUser(ctx, u, auditEntry("setup")); err == nil {
					first.Add(1)
				} else {
					is(t, "another", err, "setup_done")
				}
			})
		}
		wg.Wait()
		if first.Load() != 1 {
			t.Errorf("%d were the first", first.Load())
		}
	})
}

func TestSessions_UntilTheyEnd(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		s := adtally.Session{Token: "a", Content: []byte{0, 1, 255}, Seen: moment, Expires: moment.Add(time.Hour)}
		old, idle := s, s
		old.Token, old.Expires = "old", moment.Add(time.Second)
		idle.Token, idle.Seen = "idle", moment.Add(-time.Hour)
		for _, s := range []adtally.Session{s, s, old, idle} {
			is(t, "save", db.SaveSession(ctx, s), "")
		}
		is(t, "touch", db.TouchSession(ctx, "a", moment.Add(time.Minute)), "")
		is(t, "touch what is not there", db.TouchSession(ctx, "b", moment), "")
		is(t, "sweep", db.EndSessions(ctx, moment.Add(time.Second), moment.Add(-time.Minute)), "")
		got, err := db.Session(ctx, "a")
		is(t, "read", err, "")
		s.Seen = moment.Add(time.Minute)
		same(t, "session", got, s)
		is(t, "end", db.EndSession(ctx, "a"), "")
		is(t, "end again", db.EndSession(ctx, "a"), "")
		for _, token := range []string{"a", "b", "old", "idle"} {
			_, err := db.Session(ctx, token)
			is(t, token, err, "not_found")
		}
	})
}

func TestInvite_UsedOnceAndInTime(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withPeople(t, address)
		invite := adtally.Invite{ID: "i1", Code: "h1", Email: "eve@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Editor, Permissions: []adtally.Permission{adtally.Syncs}},
			By: "user:u1", Created: moment, Expires: moment.Add(time.Hour)}
		second, late := invite, invite
		second.ID, second.Code, second.Created = "i2", "h2", moment.Add(time.Minute)
		late.ID, late.Code, late.Expires = "i3", "h3", moment
		for _, i := range []adtally.Invite{invite, second, late} {
			is(t, "add", db.AddInvite(ctx, i, auditEntry("invite.create")), "")
		}
		got, err := db.Invite(ctx, "h1", "", moment)
		is(t, "by code", err, "")
		same(t, "invite", got, invite)
		got, err = db.Invite(ctx, "", "eve@example.com", moment)
		is(t, "by address", err, "")
		same(t, "the newest", got.ID, "i2")
		_, err = db.Invite(ctx, "", "eve@example.com", moment.Add(time.Hour))
		is(t, "too late", err, "not_found")
		eve := adtally.User{ID: "u3", Email: "eve@example.com", AccessLevel: invite.AccessLevel, Version: 1}
		is(t, "an expired one", db.AcceptInvite(ctx, "i3", eve, auditEntry("invite.accept")), "invite_gone")
		is(t, "for a user", db.AcceptInvite(ctx, "i1", bobUser, auditEntry("invite.accept")), "email_taken")
		is(t, "accept", db.AcceptInvite(ctx, "i1", eve, auditEntry("invite.accept")), "") // the attempt before used up nothing
		is(t, "again", db.AcceptInvite(ctx, "i1", adtally.User{ID: "u4", Email: "x"}, auditEntry("invite.accept")), "invite_gone")
		is(t, "revoke", db.RevokeInvite(ctx, "i2", auditEntry("invite.revoke")), "")
		is(t, "accept what was revoked", db.AcceptInvite(ctx, "i2", adtally.User{ID: "u4", Email: "x"}, auditEntry("invite.accept")), "invite_gone")
		is(t, "revoke again", db.RevokeInvite(ctx, "i2", auditEntry("invite.revoke")), "invite_gone")
		is(t, "revoke what was used", db.RevokeInvite(ctx, "i1", auditEntry("invite.revoke")), "invite_gone")
		is(t, "revoke nothing", db.RevokeInvite(ctx, "x", auditEntry("invite.revoke")), "not_found")
		var ids []string
		for place := (adtally.PagePosition{}); ; {
			some, err := db.Invites(ctx, place, 1)
			is(t, "list", err, "")
			if len(some) == 0 {
				break
			}
			ids = append(ids, some[0].ID)
			place = adtally.PagePosition{At: some[0].Created, ID: some[0].ID}
		}
		same(t, "page by page", ids, []string{"i2", "i3", "i1"})
	})
}

func TestAcceptInvite_OnlyOneOfMany(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withPeople(t, address)
		is(t, "add", db.AddInvite(ctx, adtally.Invite{ID: "i", Code: "h", Expires: moment.Add(time.Hour)}, auditEntry("invite.create")), "")
		var in atomic.Int64
		var wg sync.WaitGroup
		for i := range 8 {
			wg.Go(func() {
				if err := db.AcceptInvite(ctx, "i", adtally.User{ID: fmt.Sprint(i), Email: fmt.Sprint(i)}, auditEntry("invite.accept")); err == nil {
					in.Add(1)
				} else {
					is(t, "another", err, "invite_gone")
				}
			})
		}
		wg.Wait()
		if in.Load() != 1 {
			t.Errorf("%d came in", in.Load())
		}
	})
}

func TestAPIKeys_AreStored(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		k := adtally.APIKey{ID: "k1", Name: "ci", Hash: "h1", AccessLevel: adtally.AccessLevel{Role: adtally.Builder, Permissions: adtally.Permissions()}, Scopes: []adtally.KeyScope{adtally.AskScope}, By: "user:u1", Created: moment, Expires: moment.Add(time.Hour)}
		other := adtally.APIKey{ID: "k2", Hash: "h2", AccessLevel: adtally.AccessLevel{Permissions: []adtally.Permission{}}, Created: moment}
		is(t, "add", db.AddAPIKey(ctx, k, auditEntry("key.create")), "")
		is(t, "add", db.AddAPIKey(ctx, other, auditEntry("key.create")), "")
		is(t, "touch", db.TouchAPIKey(ctx, "k1", moment), "")
		is(t, "revoke", db.RevokeAPIKey(ctx, "k1", auditEntry("key.revoke")), "")
		again := auditEntry("key.revoke")
		again.At = moment.Add(time.Hour)
		is(t, "revoke again", db.RevokeAPIKey(ctx, "k1", again), "")
		is(t, "revoke nothing", db.RevokeAPIKey(ctx, "x", auditEntry("key.revoke")), "not_found")
		got, err := db.APIKeyByHash(ctx, "h1")
		is(t, "read", err, "")
		k.LastUsed, k.Revoked = moment, moment
		same(t, "key", got, k)
		_, err = db.APIKeyByHash(ctx, "x")
		is(t, "no key", err, "not_found")
		all, err := db.APIKeys(ctx, adtally.PagePosition{}, 10)
		is(t, "list", err, "")
		same(t, "newest first", all, []adtally.APIKey{other, k})
	})
}

func TestAuditEntries_Filter(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		plain := adtally.AuditEntry{ID: "a", At: moment.Add(-time.Hour), What: "session.refused", From: "192.0.2.1"}
		full := auditEntry("user.update")
		for _, d := range []adtally.AuditEntry{plain, full} {
			is(t, "add", db.AddAuditEntry(ctx, d), "")
		}
		all, err := db.AuditEntries(ctx, adtally.AuditFilter{Limit: 10})
		is(t, "read", err, "")
		same(t, "newest first", all, []adtally.AuditEntry{full, plain})
		for name, c := range map[string]struct {
			f    adtally.AuditFilter
			want int
		}{
			"who":       {adtally.AuditFilter{Who: "user:u1"}, 1},
			"what":      {adtally.AuditFilter{What: "session.refused"}, 1},
			"object":    {adtally.AuditFilter{Object: "user:u2", What: "user.update"}, 1},
			"none":      {adtally.AuditFilter{Object: "user:u2", What: "setup"}, 0},
			"since":     {adtally.AuditFilter{Since: moment}, 1},
			"until":     {adtally.AuditFilter{Until: moment}, 1},
			"a place":   {adtally.AuditFilter{Before: adtally.PagePosition{At: full.At, ID: full.ID}}, 1},
			"the last":  {adtally.AuditFilter{Before: adtally.PagePosition{At: plain.At, ID: plain.ID}}, 0},
			"zero byte": {adtally.AuditFilter{Who: "\x00"}, 1}, // the same as an empty caller: matches entries without one
		} {
			same(t, name, count(t, db, c.f), c.want)
		}
	})
}
