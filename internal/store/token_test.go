package store_test

import (
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return adtally.FaultOf(err).Code
}

// A state is good once, and what came of a login stays, without its secret.
func TestBackFromLogin_Once(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		l := adtally.Login{ID: "l1", Connector: "facebookads", Source: "s1", By: "user:1", Made: moment, Expires: moment.Add(10 * time.Minute)}
		if err := db.AddLogin(ctx, l, "hash"); err != nil {
			t.Fatal(err)
		}
		if _, err := db.BackFromLogin(ctx, "other", moment); codeOf(err) != "not_found" {
			t.Error(err)
		}
		got, err := db.BackFromLogin(ctx, "hash", moment)
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the login", got, l)
		if _, err := db.BackFromLogin(ctx, "hash", moment); codeOf(err) != "login_used" {
			t.Error(err)
		}
		take := func(dataset string) string {
			s := sourceRecord
			s.ID, s.Dataset = dataset, dataset
			return codeOf(db.AddSource(ctx, s, adtally.Handover{At: moment, Taken: "l1"}, auditEntry("source.create")))
		}
		if code := take("a"); code != "login_used" {
			t.Error("a failed login was used", code)
		}
		l.Ended, l.Credential = moment, "c1"
		l.Found = &adtally.Inspection{Grant: adtally.Grant{Who: "Ana"}, Checks: []adtally.Check{{Name: adtally.CheckLive, Result: adtally.CheckPassed, Message: "It lives"}}}
		l.Fault = &adtally.Fault{Act: adtally.Reconnect, Code: "x", Message: "m", Hint: "h"}
		if err := db.EndLogin(ctx, l, adtally.Admission{}); err != nil {
			t.Fatal(err)
		}
		if got, err = db.Login(ctx, "l1"); err != nil {
			t.Fatal(err)
		}
		same(t, "its end", got, l)
		for dataset, want := range []string{"", "login_used"} {
			if code := take(string(rune('a' + dataset))); code != want {
				t.Errorf("dataset %d: %q", dataset, code)
			}
		}
		if all, err := db.Sources(ctx, false); err != nil || len(all) != 1 {
			t.Errorf("a login made %d sources, %v", len(all), err)
		}
		if old, err := db.LoginsBefore(ctx, moment.Add(time.Hour)); err != nil || len(old) != 1 {
			t.Error(old, err)
		}
		if err := db.ForgetLogin(ctx, "l1", moment); err != nil {
			t.Error(err)
		}
		if _, err := db.Login(ctx, "l1"); codeOf(err) != "not_found" {
			t.Error(err)
		}
	})
}

// A link works once, until it ends or is taken back.
func TestConnectLink_Once(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		for _, id := range []string{"k1", "k2", "k3"} {
			l := adtally.ConnectLink{ID: id, Source: "s1", By: "user:1", Made: moment, Expires: moment.Add(time.Hour)}
			if err := db.AddConnectLink(ctx, l, "hash "+id, auditEntry("link.create")); err != nil {
				t.Fatal(err)
			}
			got, err := db.ConnectLink(ctx, "", "hash "+id)
			if err != nil {
				t.Fatal(err)
			}
			same(t, "the link", got, l)
		}
		if err := db.RevokeConnectLink(ctx, "s2", "k2", auditEntry("link.revoke")); codeOf(err) != "not_found" {
			t.Error("another source's was taken back", err)
		}
		if err := db.RevokeConnectLink(ctx, "s1", "k2", auditEntry("link.revoke")); err != nil {
			t.Error(err)
		}
		for _, use := range []struct {
			id   string
			at   time.Time
			want string
		}{{"k1", moment, ""}, {"k1", moment, "link_gone"}, {"k2", moment, "link_gone"}, {"k3", moment.Add(time.Hour), "link_gone"}, {"k9", moment, "link_gone"}} {
			if err := db.EndLogin(ctx, adtally.Login{ID: "l1", Link: use.id, Ended: use.at}, adtally.Admission{}); codeOf(err) != use.want {
				t.Errorf("%+v: %v", use, err)
			}
		}
		if all, err := db.ConnectLinks(ctx, "s1"); err != nil || len(all) != 3 {
			t.Error(all, err)
		}
		if l, err := db.ConnectLink(ctx, "k1", ""); err != nil || l.Open(moment) || l.Used.IsZero() {
			t.Error(l, err)
		}
	})
}

func TestSetSettings_Conflict(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		s, err := db.Settings(ctx)
		if err != nil || !s.Reveal || s.Revision != 0 {
			t.Error(s, err)
		}
		for revision, want := range []string{"", "", "stale_edit"} {
			s.Reveal, s.Revision = false, int64(min(revision, 1))
			if err := db.SetSettings(ctx, s, auditEntry("settings.update")); codeOf(err) != want {
				t.Errorf("%d: %v", revision, err)
			}
		}
		if s, err = db.Settings(ctx); err != nil || s.Reveal || s.Revision != 2 {
			t.Error(s, err)
		}
		a := adtally.PlatformApp{Connector: "facebookads", ID: "1", Configuration: "2", Credential: "c1"}
		if err := db.SetPlatformApp(ctx, a, adtally.Admission{}, auditEntry("app.set")); err != nil {
			t.Fatal(err)
		}
		if err := db.SetPlatformApp(ctx, a, adtally.Admission{}, auditEntry("app.set")); codeOf(err) != "stale_edit" {
			t.Error(err)
		}
		got, err := db.PlatformApp(ctx, "facebookads")
		a.Revision = 1
		if err != nil {
			t.Fatal(err)
		}
		same(t, "the app", got, a)
	})
}

// What is known of credentials in use; one process at a time looks after one,
// and a version is not needed any more after a good sync that began with the next.
func TestBeginCheck_OneProcess(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		keepVersions(t, db)
		kept := func() adtally.Kept {
			all, err := db.Kept(ctx)
			if err != nil || len(all) != 1 {
				t.Fatal(all, err)
			}
			return all[0]
		}
		if k := kept(); k.Version.Number != 2 || k.Source != "s1" || !k.Checked.IsZero() || len(k.Former) != 0 {
			t.Errorf("%+v", k)
		}
		for _, claim := range []func() (bool, error){
			func() (bool, error) { return db.BeginCheck(ctx, "c1", time.Time{}, moment) },
			func() (bool, error) { return db.BeginRefresh(ctx, "c1", time.Time{}, moment) },
		} {
			for try, want := range []bool{true, false} {
				if mine, err := claim(); mine != want || err != nil {
					t.Errorf("try %d: %v %v", try, mine, err)
				}
			}
		}
		end := moment.Add(time.Hour)
		if err := db.NoteGrant(ctx, "c1", 2, adtally.Grant{Who: "Ana", ExpiresAt: end}, end); err != nil {
			t.Fatal(err)
		}
		if err := db.NoteExtensionError(ctx, "c1", "It did not work"); err != nil {
			t.Fatal(err)
		}
		if k := kept(); !k.Checked.Equal(end) || !k.Tried.Equal(moment) || k.Alert == "" || !k.Version.Grant.ExpiresAt.Equal(end) {
			t.Errorf("%+v", k)
		}
		finish(t, db, "r1", moment.Add(time.Minute)) // before version 2
		if k := kept(); len(k.Former) != 0 {
			t.Errorf("%+v", k)
		}
		finish(t, db, "r2", moment.Add(3*time.Hour))
		if k := kept(); len(k.Former) != 1 || k.Former[0] != 1 {
			t.Errorf("%+v", k)
		}
	})
}

// keepVersions stores two versions of the credential c1, the second after two hours.
func keepVersions(t *testing.T, db *store.DB) {
	t.Helper()
	if err := db.SetSealKey(ctx, adtally.SealKey{ID: "k", Check: []byte("x"), Since: moment}, ""); err != nil {
		t.Fatal(err)
	}
	for n := int64(1); n <= 2; n++ {
		v := adtally.CredentialVersion{Credential: "c1", Number: n, By: "user:1", Admitted: moment.Add(time.Duration(n) * time.Hour)}
		err := db.AddVersion(ctx, admission(adtally.Credential{ID: "c1", Connector: "facebookads", Created: moment}, v, adtally.Sealed{Credential: "c1", Version: n, Key: "k", Bytes: []byte("s")}))
		if err != nil {
			t.Fatal(err)
		}
	}
}

// finish plays a successful run of the source.
func finish(t *testing.T, db *store.DB, id string, at time.Time) {
	t.Helper()
	if _, _, err := db.RequestRun(ctx, adtally.RunRequest{ID: id, Source: "s1", Trigger: adtally.ByHand, At: at}); err != nil {
		t.Fatal(err)
	}
	c, err := db.LeaseStep(ctx, adtally.JobArgs{Run: id}, "w", time.Minute, at)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.ReleaseStep(ctx, c, adtally.StepResult{State: adtally.Finished}, at); err != nil {
		t.Fatal(err)
	}
	judge := func(_ adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
		return s, adtally.LogLine{Run: id, At: at, Level: "info", Code: "run_ended", Message: "It ended."}
	}
	if ended, err := db.Conclude(ctx, id, at, judge); err != nil || !ended {
		t.Fatal(ended, err)
	}
}

func TestLostAccounts(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := withSource(t, address)
		seven, eight := adtally.Account{ID: "7", Name: "Seven"}, adtally.Account{ID: "8", Name: "Eight"}
		for hour, seen := range [][]adtally.Account{{seven, eight}, {seven}, {seven, eight}} {
			if err := db.SeeAccounts(ctx, "s1", seen, moment.Add(time.Duration(hour)*time.Hour)); err != nil {
				t.Fatal(err)
			}
			lost, err := db.LostAccounts(ctx)
			if err != nil || len(lost["s1"]) != 2-len(seen) || len(seen) == 1 && lost["s1"][0].ID != "8" {
				t.Errorf("hour %d: %v %v", hour, lost, err)
			}
		}
	})
}
