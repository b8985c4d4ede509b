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

// Failed is the alert of a source whose last run ended in a fault, or could not
// load some values.
func Failed(s adtally.SourceRecord, f *adtally.Fault, since time.Time) adtally.Alert {
	t := alertOf(s, adtally.SyncFailed, adtally.Critical)
	switch f.Act {
	case adtally.Reconnect:
		t.Kind = adtally.AuthExpired
	case adtally.Retry, adtally.Wait:
		t.Severity = adtally.Warning // it goes on by itself
	}
	if f.Code == adtally.CodeNotLoaded {
		t.Kind = adtally.Suspect
	}
	t.Since, t.Sentence, t.Cure = since, f.Message+".", f.Hint
	return t
}

// Unpurged is the alert of a deleted source whose tables were to go with it and
// cannot. Its token is destroyed all the same.
func Unpurged(s adtally.SourceRecord) adtally.Alert {
	t := alertOf(s, adtally.PurgeFailed, adtally.Warning)
	t.Since, t.Cure = s.Purging, s.Unpurged.Hint+" It is tried again every hour."
	t.Sentence = fmt.Sprintf("The tables of %s in the dataset %s cannot be dropped: %s. Its token is destroyed.", s.Name, s.Dataset, s.Unpurged.Message)
	return t
}

// The days before an end at which people are told of it (DESIGN.md §6). That a
// token has ended is told by what fails then, once; that a version has, by nothing
// else.
var (
	tokenStages   = []int{14, 7, 3, 1}
	versionStages = []int{14, 7, 3, 1, 0}
)

// stageOf says how near an end is; 0 = there is time.
func stageOf(stages []int, end, now time.Time) (stage int) {
	for i, days := range stages {
		if now.Add(time.Duration(days) * 24 * time.Hour).Before(end) {
			break
		}
		stage = i + 1
	}
	return stage
}

// StepResult are the ends that are near of what a source's credential may do: of the
// token, and of its access to data.
func StepResult(s adtally.SourceRecord, g adtally.Grant, now time.Time) (all []adtally.Alert) {
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
		t.Cure = "Reconnect the source: log in again, or paste a new token; nothing else changes. With a system user's token that never expires this does not come again."
		all = append(all, t)
	}
	return all
}

// unshared is the fault of a run that met an account that is lost: Lost tells of it.
const unshared = "account_unshared"

// Lost are the ad accounts that a source reads, and that are not shared with its
// token's owner any more. Their rows stay.
func Lost(s adtally.SourceRecord, accounts []adtally.SeenAccount) (all []adtally.Alert) {
	for _, a := range accounts {
		if !s.All && !slices.Contains(s.Accounts, a.ID) {
			continue
		}
		t := alertOf(s, adtally.AccountLost, adtally.Warning)
		t.Subject = a.ID
		t.Sentence = fmt.Sprintf("The ad account %s (%s) is not shared with the token's owner any more; it was seen last on %s.", a.Name, a.ID, moment(a.Last))
		t.Cure = "Share it again with \"View performance\": the next sync then fills the gap. Or, if that was meant, pick the source's accounts without it; its rows stay."
		all = append(all, t)
	}
	return all
}

// VersionEnds is the end that is near of the version of the platform's API that
// we speak.
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
		Cure:     "Install a newer adtally."}, true
}

// Drifted are the tables of a source whose figures do not add up to the
// platform's own totals.
func Drifted(s adtally.SourceRecord, drifts []adtally.Drift) (all []adtally.Alert) {
	days := map[string]int{}
	for _, d := range drifts {
		if days[d.Table]++; days[d.Table] > 1 {
			continue
		}
		t := alertOf(s, adtally.Suspect, adtally.Warning)
		t.Subject = d.Table
		t.Sentence = fmt.Sprintf("The figures of account %s do not add up: %s.", d.Account, d.Sentence("the platform"))
		t.Cure = "Look at the reconciliation of the source. If it stays, have these days read again."
		all = append(all, t)
	}
	return all
}

// How late figures may be beyond the time between two syncs: half of that time,
// but neither so short that a slow run alarms nor so long that a day goes by.
const (
	leastSlack = time.Hour
	mostSlack  = 6 * time.Hour
	// firstSlack is for a source that never was up to date: the platform may take
	// days to give out years.
	firstSlack = 72 * time.Hour
)

// Late are the sources whose figures are older than they should be. It believes
// nobody who says that all goes well: neither the scheduler nor a run that is
// under way counts, only when each was last up to date.
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
		t.Cure = "Look at the source's runs: they say what holds it up."
		all = append(all, t)
	}
	return all
}
