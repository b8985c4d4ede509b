package api

import (
	"context"
	"fmt"
	"strings"
	"time"

	"adtally"
)

// SourceHealth says in one sentence how a source is doing.
type SourceHealth struct {
	State    string     `json:"state" enum:"fine,running,waiting,soon,expired,incomplete,failed,new" doc:"The worst that is true. waiting = for the platform's rate limit. soon = the token expires soon. expired = the token has expired or was revoked. incomplete = some data is missing or may be wrong. new = there is no token yet, or no account is picked. A source stays failed or incomplete until a run has succeeded, and expired until it has a new token"`
	Sentence string     `json:"sentence" doc:"What is going on. Times are in until and as_of"`
	Hint     string     `json:"hint,omitempty" doc:"What to do; absent = nobody has to act"`
	Until    *time.Time `json:"until,omitempty" doc:"When a wait ends, or when the token expires or has expired; absent = unknown"`
	AsOf     *time.Time `json:"as_of,omitempty" doc:"When the source was last up to date; absent = never"`
}

// SourceStatus is what a Source says about the latest sync of a source.
type SourceStatus struct {
	UpToDate int           `json:"accounts_up_to_date" doc:"Number of ad accounts that the latest sync has brought up to date so far"`
	Total    int           `json:"accounts_total" doc:"Number of ad accounts that the source reads"`
	Run      string        `json:"running_run,omitempty" doc:"ID of the sync in progress; absent = none"`
	Health   *SourceHealth `json:"health,omitempty" doc:"How the source is doing; absent = the source is deleted"`
}

// States of a SourceHealth.
const (
	healthFine       = "fine"
	healthRunning    = "running"
	healthWaiting    = "waiting"
	healthSoon       = "soon"
	healthExpired    = "expired"
	healthIncomplete = "incomplete"
	healthFailed     = "failed"
	healthNew        = "new"
)

// statuses returns a function that says how a source is doing. It reads one source, or all
// if the ID is empty.
func (g sources) statuses(ctx context.Context, source string) (func(adtally.SourceRecord, adtally.Grant) SourceStatus, error) {
	all, err := g.Sources.SourceActivities(ctx, source)
	if err != nil {
		return nil, err
	}
	open, err := g.Incidents.OpenIncidents(ctx)
	now := g.Now()
	return func(s adtally.SourceRecord, grant adtally.Grant) SourceStatus {
		c := condition{SourceRecord: s, activity: all[s.ID], expires: grant.ExpiresAt, now: now, incidents: map[adtally.AlertKind]adtally.Incident{}}
		for _, o := range open {
			if o.Source == s.ID {
				c.incidents[o.Kind] = o
			}
		}
		return c.status()
	}, err
}

// condition is everything that the status of a source depends on.
type condition struct {
	adtally.SourceRecord
	activity  adtally.SourceActivity
	expires   time.Time // zero = never, or unknown
	incidents map[adtally.AlertKind]adtally.Incident
	now       time.Time
}

func (c condition) status() SourceStatus {
	out := SourceStatus{UpToDate: c.activity.Done, Total: max(c.activity.Accounts, len(c.Accounts)), Run: c.activity.Run}
	if out.Total == 0 && c.All {
		out.Total = c.activity.Seen
	}
	if !c.Deleted.IsZero() {
		return out
	}
	health := c.health(out)
	health.AsOf = timeOrNil(c.LastGood)
	out.Health = &health
	return out
}

// health returns the worst that is true.
func (c condition) health(s SourceStatus) SourceHealth {
	for _, f := range []func() (SourceHealth, bool){c.isNew, c.isExpired, c.hasFailed, c.isIncomplete, c.expiresSoon} {
		if h, is := f(); is {
			return h
		}
	}
	accounts := fmt.Sprintf("%d of %s up to date.", s.UpToDate, counted(int64(s.Total), "account is", "accounts are"))
	switch {
	case s.Run != "" && c.activity.Blocked > 0:
		return SourceHealth{State: healthWaiting, Until: timeOrNil(c.activity.Until),
			Sentence: fmt.Sprintf("%s %d %s for the platform's rate limit; no action needed.", accounts, c.activity.Blocked, map[bool]string{true: "is waiting", false: "are waiting"}[c.activity.Blocked == 1])}
	case c.Stage == adtally.InitialLoad && s.Run == "":
		return SourceHealth{State: healthRunning, Sentence: "The first sync starts soon."}
	case s.Run != "" && c.activity.Accounts == 0:
		return SourceHealth{State: healthRunning, Sentence: "Syncing: reading the list of ad accounts."}
	case c.Stage == adtally.InitialLoad:
		return SourceHealth{State: healthRunning, Sentence: "Loading the history, newest days first: " + accounts}
	case s.Run != "":
		return SourceHealth{State: healthRunning, Sentence: "Syncing: " + accounts}
	case c.Fault != nil && c.Fault.Act == adtally.Reconnect: // and the token was replaced
		return SourceHealth{State: healthRunning, Sentence: "The token was replaced. The next sync loads what is missing."}
	case s.UpToDate >= s.Total && s.Total == 1:
		accounts = "The account is up to date."
	case s.UpToDate >= s.Total:
		accounts = fmt.Sprintf("All %d accounts are up to date.", s.Total)
	}
	return SourceHealth{State: healthFine, Sentence: accounts}
}

func (c condition) isNew() (SourceHealth, bool) {
	if c.Credential == "" {
		return SourceHealth{State: healthNew, Sentence: "This source has no token yet.", Hint: "Log in at the platform, or paste a token."}, true
	}
	return SourceHealth{State: healthNew, Sentence: "No ad account is picked yet.", Hint: "Pick the ad accounts to sync."}, c.Stage == adtally.Authentication
}

// isExpired reports a token that no longer works. A token that was replaced after the
// latest sync that ended had begun works as far as is known.
func (c condition) isExpired() (SourceHealth, bool) {
	over := !c.expires.IsZero() && !c.now.Before(c.expires)
	refused := c.Fault != nil && c.Fault.Act == adtally.Reconnect && !c.Renewed.After(c.activity.Judged)
	h := SourceHealth{State: healthExpired, Until: timeOrNil(c.expires)}
	switch {
	case over || refused && c.Fault.Code == "token_expired":
		h.Sentence, h.Hint = "The token has expired.", "Reconnect to continue."
		if missing := c.missingDays(); missing > 0 {
			h.Hint = "Reconnect to load the " + counted(missing, "missing day", "missing days") + ". No data has been lost."
		}
	case refused:
		h.Sentence, h.Hint, h.Until = withStop(c.Fault.Message), c.Fault.Hint, nil
	}
	return h, over || refused
}

// missingDays counts the days since the source was last up to date.
func (c condition) missingDays() int64 {
	if c.LastGood.IsZero() {
		return 0
	}
	return int64(adtally.DayOf(c.now, time.UTC) - adtally.DayOf(c.LastGood, time.UTC))
}

func (c condition) hasFailed() (SourceHealth, bool) {
	f := c.Fault
	if c.Failures == 0 || f != nil && f.Act == adtally.Reconnect { // a refused token that was replaced
		return SourceHealth{}, false
	}
	if f == nil {
		return SourceHealth{State: healthFailed, Sentence: "The last sync failed."}, true
	}
	h := SourceHealth{State: healthFailed, Sentence: withStop(f.Message)}
	if f.Act == adtally.Wait {
		h.State = healthWaiting
	} else {
		h.Hint = f.Hint
	}
	return h, true
}

func (c condition) isIncomplete() (SourceHealth, bool) {
	for _, kind := range []adtally.AlertKind{adtally.AccountLost, adtally.Suspect, adtally.Stale} {
		if o, open := c.incidents[kind]; open && !c.over(o) {
			return SourceHealth{State: healthIncomplete, Sentence: withStop(o.Sentence), Hint: o.Cure}, true
		}
	}
	if f := c.Fault; f != nil && c.Failures == 0 {
		return SourceHealth{State: healthIncomplete, Sentence: withStop(f.Message), Hint: f.Hint}, true
	}
	n := c.activity.Partial
	return SourceHealth{State: healthIncomplete, Sentence: fmt.Sprintf("Some data of %s is missing. Adtally requests it again at the next sync.", counted(int64(n), "account", "accounts"))}, n > 0
}

// over reports an incident whose reason is gone. It stays open for a while, so that people
// hear of it once if it comes back.
func (c condition) over(o adtally.Incident) bool {
	return !o.QuietSince.IsZero() || o.Kind == adtally.Stale && c.LastGood.After(o.Opened)
}

func (c condition) expiresSoon() (SourceHealth, bool) {
	o, open := c.incidents[adtally.AccessEnding]
	return SourceHealth{State: healthSoon, Sentence: withStop(o.Sentence), Hint: o.Cure, Until: timeOrNil(c.expires)}, open
}

// withStop ends a message with a full stop.
func withStop(message string) string {
	if message == "" {
		return ""
	}
	return strings.TrimSuffix(message, ".") + "."
}
