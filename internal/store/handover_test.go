package store_test

import (
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// secretOf is the first version of a credential.
func secretOf(id string) adtally.Admission {
	return admission(adtally.Credential{ID: id, Connector: "facebookads", Created: moment}, adtally.CredentialVersion{Credential: id, Number: 1, Admitted: moment},
		adtally.Sealed{Credential: id, Version: 1, Key: "k1", Bytes: []byte("sealed")})
}

// keyed returns a database with a source and a current key.
func keyed(t *testing.T, address string) *store.DB {
	t.Helper()
	db := withSource(t, address)
	if err := db.SetSealKey(ctx, adtally.SealKey{ID: "k1", Check: []byte("x"), State: adtally.CurrentKey, Since: moment}, ""); err != nil {
		t.Fatal(err)
	}
	return db
}

// left returns the versions of a credential that can still be opened.
func left(t *testing.T, db *store.DB, credential string) (open int) {
	t.Helper()
	all, err := db.CredentialVersions(ctx, credential)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range all {
		if v.State != adtally.WipedVersion {
			open++
		}
	}
	return open
}

// Whatever refuses a hand-over, its secret is not kept, and whatever carries it
// out uses up what it came from.
func TestHandover_IsAtomic(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := keyed(t, address)
		link := adtally.ConnectLink{ID: "k", Source: "s1", Made: moment, Expires: moment.Add(time.Hour)}
		if err := db.AddConnectLink(ctx, link, "hash", auditEntry("link.create")); err != nil {
			t.Fatal(err)
		}
		for _, l := range []string{"waits", "by-link", "late"} {
			if err := db.AddLogin(ctx, adtally.Login{ID: l, Source: "s1", Made: moment, Expires: moment}, l); err != nil {
				t.Fatal(err)
			}
		}
		renew := func(revision int64, h adtally.Handover) string {
			h.At = moment
			_, err := db.EditSource(ctx, "s1", revision, func(s *adtally.SourceRecord) { s.Credential = h.Credential.ID }, h, auditEntry("credential.replace"))
			return codeOf(err)
		}
		wait := adtally.Login{ID: "waits", Source: "s1", Ended: moment, Credential: "w"}
		if err := db.EndLogin(ctx, wait, secretOf("w")); err != nil {
			t.Fatal(err)
		}
		same(t, "a stale one", renew(7, adtally.Handover{Admission: secretOf("a")}), "stale_edit")
		same(t, "of a missing login", renew(1, adtally.Handover{Admission: secretOf("a"), Taken: "none"}), "login_used")
		byLink := adtally.Login{ID: "by-link", Source: "s1", Link: "k", Ended: moment, Taken: moment}
		same(t, "by a link", renew(1, adtally.Handover{Admission: secretOf("b"), Ended: &byLink}), "")
		late := byLink
		late.ID = "late"
		same(t, "by a link that was used", renew(2, adtally.Handover{Admission: secretOf("c"), Ended: &late}), "link_gone")
		late.Credential, late.Taken = "d", time.Time{}
		same(t, "one that waits, by a link that was used", codeOf(db.EndLogin(ctx, late, secretOf("d"))), "link_gone")
		same(t, "of a login that waits", renew(2, adtally.Handover{Admission: secretOf("e"), Taken: "waits"}), "")
		same(t, "of a login that was taken", renew(3, adtally.Handover{Admission: secretOf("f"), Taken: "waits"}), "login_used")
		for credential, want := range map[string]int{"a": 0, "b": 1, "c": 0, "d": 0, "e": 1, "f": 0, "w": 0} {
			if got := left(t, db, credential); got != want {
				t.Errorf("of %s %d secrets are kept, want %d", credential, got, want)
			}
		}
	})
}

// An edit changes what a person sets, and not what a run that ended meanwhile
// has written.
func TestEditSource_KeepsRunState(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r1", Source: "s1", Trigger: adtally.ByHand, At: moment}); err != nil {
			t.Fatal(err)
		}
		before, err := db.Source(ctx, "s1") // as the person saw it
		if err != nil {
			t.Fatal(err)
		}
		next := moment.Add(time.Hour)
		if err := db.Cancel(ctx, "r1", moment, auditEntry("run.cancel")); err != nil {
			t.Fatal(err)
		}
		_, err = db.Conclude(ctx, "r1", moment, func(_ adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
			s.Stage, s.Next, s.LastGood = adtally.Steady, next, moment
			return s, adtally.LogLine{Run: "r1"}
		})
		if err != nil {
			t.Fatal(err)
		}
		got, err := db.EditSource(ctx, "s1", before.Revision, func(s *adtally.SourceRecord) { s.Name = "Renamed" }, adtally.Handover{}, auditEntry("source.update"))
		if err != nil || got.Name != "Renamed" || got.Stage != adtally.Steady || !got.Next.Equal(next) {
			t.Errorf("%+v, %v", got, err)
		}
		if kept, err := db.Source(ctx, "s1"); err != nil || kept.Stage != adtally.Steady || !kept.Next.Equal(next) {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}

// No run begins of a source that was deleted while it was ordered.
func TestPlace_NotOfADeletedSource(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		if _, err := db.EditSource(ctx, "s1", 1, func(s *adtally.SourceRecord) { s.Deleted = moment }, adtally.Handover{}, auditEntry("source.delete")); err != nil {
			t.Fatal(err)
		}
		for _, source := range []string{"s1", "none"} {
			_, placed, err := db.RequestRun(ctx, adtally.RunRequest{ID: "r-" + source, Source: source, Trigger: adtally.ByHand, At: moment})
			if codeOf(err) != "conflict" || placed {
				t.Errorf("%s: %t, %v", source, placed, err)
			}
		}
		if runs, err := db.Runs(ctx, adtally.RunFilter{Limit: 10}); err != nil || len(runs) != 0 {
			t.Errorf("%v, %v", runs, err)
		}
	})
}

// What is forgotten leaves no secret that can be opened: a source's, one of a
// login for it that nobody confirmed, or that of an app.
func TestForgetSource_DestroysSecrets(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := keyed(t, address)
		for _, c := range []string{"own", "waits", "alone", "app"} {
			if err := db.AddVersion(ctx, secretOf(c)); err != nil {
				t.Fatal(err)
			}
		}
		for id, source := range map[string]string{"waits": "s1", "alone": ""} {
			l := adtally.Login{ID: id, Source: source, Made: moment, Expires: moment, Ended: moment, Credential: id}
			if err := db.AddLogin(ctx, l, id); err != nil {
				t.Fatal(err)
			}
			if err := db.EndLogin(ctx, l, adtally.Admission{}); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := db.EditSource(ctx, "s1", 1, func(s *adtally.SourceRecord) { s.Credential, s.Deleted = "own", moment }, adtally.Handover{}, auditEntry("source.delete")); err != nil {
			t.Fatal(err)
		}
		a := adtally.PlatformApp{Connector: "facebookads", ID: "1", Credential: "app"}
		if err := db.SetPlatformApp(ctx, a, adtally.Admission{}, auditEntry("app.set")); err != nil {
			t.Fatal(err)
		}
		if err := db.SetPlatformApp(ctx, adtally.PlatformApp{Connector: "facebookads", Revision: 7}, adtally.Admission{}, auditEntry("app.remove")); codeOf(err) != "stale_edit" || left(t, db, "app") != 1 {
			t.Errorf("a stale removal: %v, %d secrets", err, left(t, db, "app"))
		}
		for what, err := range map[string]error{
			"source": db.ForgetSource(ctx, "s1", moment.Add(time.Hour), auditEntry("source.forget")),
			"login":  db.ForgetLogin(ctx, "alone", moment),
			"app":    db.SetPlatformApp(ctx, adtally.PlatformApp{Connector: "facebookads", Revision: 1}, adtally.Admission{}, auditEntry("app.remove")),
		} {
			if err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
		for _, c := range []string{"own", "waits", "alone", "app"} {
			if left(t, db, c) != 0 {
				t.Errorf("the secret of %s can still be opened", c)
			}
		}
	})
}

// Settings that were never stored can only be changed with the revision 0.
func TestSettings_StaleFirstEdit(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		if err := db.SetSettings(ctx, adtally.InstallationSettings{Revision: 7}, auditEntry("settings.update")); codeOf(err) != "stale_edit" {
			t.Errorf("settings: %v", err)
		}
		if err := db.SetPlatformApp(ctx, adtally.PlatformApp{Connector: "x", ID: "1", Revision: 7}, adtally.Admission{}, auditEntry("app.set")); codeOf(err) != "stale_edit" {
			t.Errorf("app: %v", err)
		}
	})
}
