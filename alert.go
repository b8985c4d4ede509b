package adtally

import (
	"fmt"
	"slices"
	"time"
)

// AlertKind is a kind of problem that people are notified of.
type AlertKind string

// The alerts.
const (
	SyncFailed    AlertKind = "sync_failed"    // a source's syncs fail
	AuthExpired   AlertKind = "auth_expired"   // syncs fail until somebody reconnects the source
	AccessEnding  AlertKind = "access_ending"  // a token expires soon
	AccountLost   AlertKind = "account_lost"   // an ad account is no longer shared with the token's owner
	VersionEnding AlertKind = "version_ending" // the platform retires the API version in use
	Stale         AlertKind = "stale"          // the figures are older than they should be
	PurgeFailed   AlertKind = "purge_failed"   // the tables of a deleted source cannot be dropped
	Suspect       AlertKind = "suspect"        // the figures may be wrong: no rows, or they do not add up

	Overspend       AlertKind = "overspend"        // more than the month's budget is spent, or will be
	Underspend      AlertKind = "underspend"       // less than the month's budget will be spent
	DeliveryStopped AlertKind = "delivery_stopped" // an account or campaign spends nothing any more
	NoConversions   AlertKind = "no_conversions"   // a campaign spends and gets no conversions any more
)

// AlertKinds returns all kinds.
func AlertKinds() []AlertKind {
	return []AlertKind{SyncFailed, AuthExpired, AccessEnding, AccountLost, VersionEnding, PurgeFailed, Stale, Suspect,
		Overspend, Underspend, DeliveryStopped, NoConversions}
}

// Aspect is what an alert is about: a side of a source, which can be well while the other is
// not, or what the ads cost.
type Aspect string

// The aspects.
const (
	Health    Aspect = "health"    // whether it can sync
	Freshness Aspect = "freshness" // whether its figures are complete and on time
	Pacing    Aspect = "pacing"    // whether the ads spend as planned; the source itself is well
)

// Aspect returns the aspect that the alert is about.
func (a AlertKind) Aspect() Aspect {
	switch a {
	case Stale, Suspect:
		return Freshness
	case Overspend, Underspend, DeliveryStopped, NoConversions:
		return Pacing
	}
	return Health
}

// Severity says how bad a problem is. Higher is worse.
type Severity int

// The severities. Zero means that nothing is wrong.
const (
	Well     Severity = iota
	Notice            // no hurry
	Warning           // somebody should look today
	Critical          // it fails until somebody acts
)

func (s Severity) String() string {
	return [...]string{"well", "notice", "warning", "critical"}[min(max(s, Well), Critical)]
}

// MarshalText returns the severity's name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText parses a severity's name.
func (s *Severity) UnmarshalText(text []byte) error {
	for one := Well; one <= Critical; one++ {
		if one.String() == string(text) {
			*s = one
			return nil
		}
	}
	return fmt.Errorf("unknown severity %q", text)
}

// Alert is something that is wrong now.
type Alert struct {
	Kind    AlertKind
	Source  string // its ID; empty for the installation itself
	Name    string // the source's display name
	Subject string // an account, a credential or a table; empty for all of the source
	// Stage counts the thresholds passed by a problem that grows, such as days before a token
	// expires. Each new stage is announced.
	Stage    int
	Severity Severity
	Since    time.Time // zero: since it was first seen
	Sentence string    // what is wrong
	Cure     string    // what to do about it
}

// Incident is a problem from when it is first seen until it is resolved. Only one can be
// open per alert kind, source and subject.
type Incident struct {
	ID       string
	Alert              // as seen last
	Opened   time.Time // when it was first seen
	Notified time.Time // when messages about it were written; zero: none yet
	// Reached is when a channel first accepted one of the messages; zero: none did.
	Reached time.Time
	// NotifiedStage is the highest stage that was announced.
	NotifiedStage int
	QuietSince    time.Time // when it was no longer seen; zero: still seen
	Closed        time.Time // zero: open
	Snoozed       time.Time // until then nobody is notified; zero: not snoozed
}

// Channel is a way to notify people: a mailbox, a chat or a program.
type Channel struct {
	ID         string
	Name       string
	Kind       string            // "mail", "slack", "webhook"
	Settings   map[string]string // the kind's own fields; see its Spec
	Secret     Secret            // its one secret field, decrypted just before use
	Credential string            // the vault's credential for the secret; empty if it has none
	Alerts     []AlertKind       // the kinds it is notified of; empty for all
	Sources    []string          // the sources it is notified of; empty for all, and the installation
	Digest     Digest            // when it is notified of what can wait; zero: at once
	Revision   int64             // counts edits
	Created    time.Time
	CreatedBy  string
}

// Subscribes reports whether the channel is notified of an alert.
func (c Channel) Subscribes(t Alert) bool {
	return (len(c.Alerts) == 0 || slices.Contains(c.Alerts, t.Kind)) && (len(c.Sources) == 0 || slices.Contains(c.Sources, t.Source))
}

// Digest is a daily hour at which a channel gets one message instead of many. What is
// critical does not wait for it.
type Digest struct {
	At   string `json:"hour"` // 15:04
	Zone string `json:"zone"` // IANA zone
}

// Next returns the first such hour after a moment. The digest must be valid.
func (d Digest) Next(after time.Time) time.Time {
	zone, err := time.LoadLocation(d.Zone)
	if err != nil {
		return after
	}
	at, err := time.Parse("15:04", d.At)
	if err != nil {
		return after
	}
	local := after.In(zone)
	for days := 0; ; days++ {
		next := time.Date(local.Year(), local.Month(), local.Day()+days, at.Hour(), at.Minute(), 0, 0, zone)
		if next.After(after) {
			return next
		}
	}
}

// Delivery is a message to a channel, pending or delivered.
type Delivery struct {
	ID        string // of the message: the same on all channels
	Channel   string
	Incident  string // the incident it is about; empty if the body says so
	Body      string // the message, as JSON
	Written   time.Time
	NotBefore time.Time // when it is sent next; zero: never again
	Tries     int
	Arrived   time.Time // zero: not yet
	Problem   string    // why the last try failed, wholly or in part
}
