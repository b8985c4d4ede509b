package notify_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/notify"
)

func sourceRecord(every time.Duration, good time.Time) adtally.SourceRecord {
	return adtally.SourceRecord{Source: adtally.Source{ID: "s", Name: "Shop", Every: every}, Stage: adtally.Steady, Created: moment.AddDate(0, -1, 0), LastGood: good}
}

// Figures that are older than they should be are late, whatever the runs report.
func TestLate_ReportsOverdueSources(t *testing.T) {
	t.Parallel()
	hour := time.Hour
	ago := func(d time.Duration) time.Time { return moment.Add(-d) }
	deleted, unconnected, failing, fresh := sourceRecord(hour, ago(99*hour)), sourceRecord(hour, time.Time{}), sourceRecord(hour, ago(2*hour+time.Second)), sourceRecord(hour, time.Time{})
	deleted.Deleted, unconnected.Stage, failing.Failures, failing.Next = moment, adtally.Authentication, 1000, moment.Add(hour)
	fresh.Created, fresh.Stage = ago(73*hour), adtally.InitialLoad
	old := fresh
	old.Created = ago(73*hour + time.Second)
	for what, one := range map[string]struct {
		s    adtally.SourceRecord
		late bool
	}{
		"hourly, on time":         {sourceRecord(hour, ago(hour)), false},
		"hourly, a little late":   {sourceRecord(hour, ago(2*hour)), false},
		"hourly, late":            {sourceRecord(hour, ago(2*hour+time.Second)), true},
		"quarterly of an hour":    {sourceRecord(hour/4, ago(76*time.Minute)), true},
		"daily, a little late":    {sourceRecord(24*hour, ago(30*hour)), false},
		"daily, late":             {sourceRecord(24*hour, ago(30*hour+time.Second)), true},
		"good in the future":      {sourceRecord(hour, ago(-hour)), false},
		"synced by hand only":     {sourceRecord(0, ago(9999*hour)), false},
		"deleted":                 {deleted, false},
		"not connected yet":       {unconnected, false},
		"scheduled, and failing":  {failing, true},
		"its first load goes on":  {fresh, false},
		"its first load for days": {old, true},
	} {
		got := notify.Late([]adtally.SourceRecord{one.s}, moment)
		if len(got) == 1 != one.late {
			t.Errorf("%s: %+v", what, got)
			continue
		}
		if one.late && (got[0].Kind != adtally.Stale || got[0].Source != "s" || got[0].Cure == "" || !strings.Contains(got[0].Sentence, "Shop") || !got[0].Since.Before(moment)) {
			t.Errorf("%s: %+v", what, got[0])
		}
	}
}

// A late source stays late until it is synced, with the same sentence.
func TestLate_LastsUntilASync(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := sourceRecord(time.Duration(rapid.IntRange(1, 10000).Draw(t, "every"))*time.Minute, moment)
		a := time.Duration(rapid.IntRange(0, 30000).Draw(t, "a")) * time.Minute
		b := a + time.Duration(rapid.IntRange(0, 30000).Draw(t, "b"))*time.Minute
		first, second := notify.Late([]adtally.SourceRecord{s}, moment.Add(a)), notify.Late([]adtally.SourceRecord{s}, moment.Add(b))
		if len(first) == 1 && (len(second) != 1 || first[0] != second[0]) {
			t.Fatalf("after %s: %+v; after %s: %+v", a, first, b, second)
		}
		if len(first) == 1 && a < s.Every {
			t.Fatalf("late after %s, and due every %s", a, s.Every)
		}
	})
}

func TestFailed_KindFollowsFault(t *testing.T) {
	t.Parallel()
	for act, want := range map[adtally.Act]adtally.Alert{
		adtally.Reconnect: {Kind: adtally.AuthExpired, Severity: adtally.Critical},
		adtally.Configure: {Kind: adtally.SyncFailed, Severity: adtally.Critical},
		adtally.Bug:       {Kind: adtally.SyncFailed, Severity: adtally.Critical},
		adtally.Retry:     {Kind: adtally.SyncFailed, Severity: adtally.Warning},
		adtally.Wait:      {Kind: adtally.SyncFailed, Severity: adtally.Warning},
	} {
		want.Source, want.Name, want.Since, want.Sentence, want.Cure = "s", "Shop", moment, "It is so.", "Do this."
		if got := notify.Failed(sourceRecord(time.Hour, moment), &adtally.Fault{Act: act, Message: "It is so", Hint: "Do this."}, moment); got != want {
			t.Errorf("%s: %+v", act, got)
		}
	}
}

func TestFailed_QuarantineIsSuspect(t *testing.T) {
	t.Parallel()
	f := adtally.NotLoaded("7", 1)
	want := adtally.Alert{Kind: adtally.Suspect, Severity: adtally.Warning, Source: "s", Name: "Shop", Since: moment, Sentence: "1 value of act_7 could not be loaded.", Cure: f.Hint}
	if got := notify.Failed(sourceRecord(time.Hour, moment), f, moment); got != want {
		t.Errorf("%+v", got)
	}
}

func TestEnding_Stages(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	end := moment.Add(20 * day)
	w := newWatch()
	var said []string
	for hours := 0; hours <= 21*24; hours++ {
		now := moment.Add(time.Duration(hours) * time.Hour)
		if s := w.look(now, notify.Ending(sourceRecord(time.Hour, now), adtally.Grant{ExpiresAt: end, ExpiryKnown: true}, now)...); s != "" {
			said = append(said, s+" "+end.Sub(now).String())
		}
	}
	want := "opened access_ending 336h0m0s, worse access_ending 168h0m0s, worse access_ending 72h0m0s, worse access_ending 24h0m0s" // the sync that fails reports the ended token
	if got := strings.Join(said, ", "); got != want {
		t.Errorf("people hear %s", got)
	}
	last := w.sent[len(w.sent)-1]
	if last.Severity != adtally.Warning || last.Sentence != "The token of Shop ends on 22 June 2026 10:00 UTC." || last.Cure == "" {
		t.Errorf("%+v", last)
	}
	for what, g := range map[string]adtally.Grant{"never": {ExpiryKnown: true}, "unknown": {}, "later": {ExpiresAt: end, DataAccessExpiresAt: end}} {
		if got := notify.Ending(sourceRecord(time.Hour, moment), g, moment); len(got) != 0 {
			t.Errorf("%s: %+v", what, got)
		}
	}
	if got := notify.Ending(sourceRecord(time.Hour, moment), adtally.Grant{ExpiresAt: moment.Add(day), DataAccessExpiresAt: moment.Add(2 * day)}, moment); len(got) != 2 || got[0].Stage != 4 || got[1].Stage != 3 {
		t.Errorf("two ends: %+v", got)
	}
	if got, near := notify.VersionEnds("v25.0", moment.Add(3*day), moment); !near || got.Stage != 3 || got.Subject != "v25.0" || got.Severity != adtally.Warning {
		t.Errorf("version: %+v", got)
	}
	if _, near := notify.VersionEnds("v25.0", end, moment); near {
		t.Error("an end that is far is told")
	}
}

func TestDrifted_OneAlertPerTable(t *testing.T) {
	t.Parallel()
	drift := func(table string, day adtally.Day) adtally.Drift {
		return adtally.Drift{Account: "7", Table: table, Day: day, Metric: "spend", Ours: "1", Theirs: "2.50", Difference: "-1.50"}
	}
	got := notify.Drifted(sourceRecord(time.Hour, moment), []adtally.Drift{drift("basic_ad", 20000), drift("basic_ad", 20001), drift("basic_campaign", 20000)})
	if len(got) != 2 || got[0].Subject != "basic_ad" || got[1].Subject != "basic_campaign" || got[0].Kind != adtally.Suspect ||
		got[0].Sentence != "The figures of account 7 do not add up: basic_ad on 2024-10-04: the sum of spend is 1, and the platform says 2.50 (difference -1.50)." {
		t.Errorf("%+v", got)
	}
}

// A full disk is reported as a failed sync, with a hint.
func TestFailed_FullDisk(t *testing.T) {
	t.Parallel()
	got := notify.Failed(sourceRecord(time.Hour, moment), adtally.DiskFull("/data/ads.duckdb", nil), moment)
	if got.Kind != adtally.SyncFailed || got.Severity != adtally.Critical || got.Sentence != "The disk of /data/ads.duckdb is full." || !strings.HasPrefix(got.Cure, "Free some space") {
		t.Errorf("%+v", got)
	}
}
