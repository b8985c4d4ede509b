package notify

import (
	"fmt"
	"slices"
	"time"

	"adtally"
)

func alertOf(s adtally.SourceRecord, a adtally.AlertKind, severity adtally.Severity) adtally.Alert {
	return adtally.Alert{Kind: a, Source: s.ID, Name: s.Name, Severity: severity}
}

// Failed returns the alert of a source whose last run ended in a fault, or could not
// load some values.
func Failed(s adtally.SourceRecord, f *adtally.Fault, since time.Time) adtally.Alert {
	t := alertOf(s, adtally.SyncFailed, adtally.Critical)
	switch f.Act {
	case adtally.Reconnect:
		t.Kind = adtally.AuthExpired
	case adtally.Retry, adtally.Wait:
		t.Severity = adtally.Warning // it recovers by itself
	}
	if f.Code == adtally.CodeNotLoaded {
		t.Kind = adtally.Suspect
	}
	t.Since, t.Sentence, t.Cure = since, f.Message+".", f.Hint
	return t
}

// Unpurged returns the alert of a deleted source whose tables should be dropped and
// cannot be. Its token is destroyed in any case.
func Unpurged(s adtally.SourceRecord) adtally.Alert {
	t := alertOf(s, adtally.PurgeFailed, adtally.Warning)
	t.Since, t.Cure = s.Purging, s.Unpurged.Hint+" It is tried again every hour."
	t.Sentence = fmt.Sprintf("The tables of %s in the dataset %s cannot be dropped: %s. Its token is destroyed.", s.Name, s.Dataset, s.Unpurged.Message)
	return t
}

// Days before an end at which people are notified. A token that has ended is reported
// once, by the sync that fails. Nothing else reports an API version that has ended, so
// its last stage is day 0.
var (
	tokenStages   = []int{14, 7, 3, 1}
	versionStages = []int{14, 7, 3, 1, 0}
)

// stageOf returns how near an end is; 0 = not near.
func stageOf(stages []int, end, now time.Time) (stage int) {
	for i, days := range stages {
		if now.Add(time.Duration(days) * 24 * time.Hour).Before(end) {
			break
		}
		stage = i + 1
	}
	return stage
}

// Ending returns the alerts about a credential that ends soon: its token, and its
// access to data.
func Ending(s adtally.SourceRecord, g adtally.Grant, now time.Time) (all []adtally.Alert) {
	for _, e := range []struct {
		subject, what string
		at            time.Time
	}{{"token", "token", g.ExpiresAt}, {"data access", "access to data", g.DataAccessExpiresAt}} {
		stage := stageOf(tokenStages, e.at, now)
		if e.at.IsZero() || stage == 0 {
			continue
		}
		t := alertOf(s, adtally.AccessEnding, adtally.Notice)
		if stage > 2 {
			t.Severity = adtally.Warning
		}
		verb := "ends"
		if !now.Before(e.at) {
			t.Severity, verb = adtally.Critical, "ended"
		}
		t.Subject, t.Stage = e.subject, stage
		t.Sentence = fmt.Sprintf("The %s of %s %s on %s.", e.what, s.Name, verb, moment(e.at))
		t.Cure = "Reconnect the source: log in again, or paste a new token; nothing else changes. Use a system user's token that never expires to avoid this in future."
		all = append(all, t)
	}
	return all
}

// codeUnshared is the fault of a run that met a lost account. Lost already reports it.
const codeUnshared = "account_unshared"

// Lost returns the alerts about ad accounts that a source reads and that are no longer
// shared with its token's owner. Their rows stay.
func Lost(s adtally.SourceRecord, accounts []adtally.SeenAccount) (all []adtally.Alert) {
	for _, a := range accounts {
		if !s.All && !slices.Contains(s.Accounts, a.ID) {
			continue
		}
		t := alertOf(s, adtally.AccountLost, adtally.Warning)
		t.Subject = a.ID
		t.Sentence = fmt.Sprintf("The ad account %s (%s) is no longer shared with the token's owner; it was last seen on %s.", a.Name, a.ID, moment(a.Last))
		t.Cure = "Share it again with \"View performance\"; the next sync then fills the gap. If it was removed on purpose, remove it from the source's accounts; its rows stay."
		all = append(all, t)
	}
	return all
}

// VersionEnds returns the alert about the end of the platform's API version in use, if
// it is near.
func VersionEnds(version string, end, now time.Time) (adtally.Alert, bool) {
	stage := stageOf(versionStages, end, now)
	if end.IsZero() || stage == 0 {
		return adtally.Alert{}, false
	}
	severity, verb := adtally.Warning, "ends"
	if stage == len(versionStages) {
		severity, verb = adtally.Critical, "ended"
	}
	return adtally.Alert{Kind: adtally.VersionEnding, Subject: version, Stage: stage, Severity: severity,
		Sentence: fmt.Sprintf("The version %s of the platform's API %s on %s.", version, verb, moment(end)),
		Cure:     "Install a newer version of adtally."}, true
}

// Drifted returns one alert for each table whose figures differ from the platform's
// own totals.
func Drifted(s adtally.SourceRecord, drifts []adtally.Drift) (all []adtally.Alert) {
	days := map[string]int{}
	for _, d := range drifts {
		if days[d.Table]++; days[d.Table] > 1 {
			continue
		}
		t := alertOf(s, adtally.Suspect, adtally.Warning)
		t.Subject = d.Table
		t.Sentence = fmt.Sprintf("The figures of account %s do not add up: %s.", d.Account, d.Sentence("the platform"))
		t.Cure = "Check the reconciliation of the source. If the difference stays, read these days again."
		all = append(all, t)
	}
	return all
}

// How late figures may be beyond the sync interval: half the interval, within bounds.
// The lower bound keeps a slow run from raising an alert, the upper bound keeps a
// whole day from passing unnoticed.
const (
	leastSlack = time.Hour
	mostSlack  = 6 * time.Hour
	// firstSlack applies to a source that was never up to date: the first load of years of
	// data can take days.
	firstSlack = 72 * time.Hour
)

// Late returns the sources whose figures are older than they should be. It relies only
// on when each source was last up to date, not on the scheduler or on runs in
// progress.
func Late(sources []adtally.SourceRecord, now time.Time) (all []adtally.Alert) {
	for _, s := range sources {
		last, slack := s.LastGood, min(max(s.Every/2, leastSlack), mostSlack)
		if last.IsZero() {
			last, slack = s.Created, firstSlack
		}
		due := last.Add(s.Every + slack)
		if !s.Deleted.IsZero() || s.Every <= 0 || s.Stage == adtally.Authentication || !now.After(due) {
			continue
		}
		t := alertOf(s, adtally.Stale, adtally.Warning)
		t.Since = due
		t.Sentence = fmt.Sprintf("%s was last up to date on %s; it should be every %s.", s.Name, moment(last), spoken(s.Every))
		if s.LastGood.IsZero() {
			t.Sentence = fmt.Sprintf("%s has never been up to date since it was made on %s.", s.Name, moment(last))
		}
		t.Cure = "Check the runs of the source for the reason."
		all = append(all, t)
	}
	return all
}
