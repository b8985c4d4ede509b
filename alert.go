package adtally

import (
	"fmt"
	"slices"
	"time"
)

// AlertKind is a sort of trouble that people are told of.
type AlertKind string

// The alerts.
const (
	SyncFailed    AlertKind = "sync_failed"    // it does not sync
	AuthExpired   AlertKind = "auth_expired"   // nor will it, before somebody reconnects
	AccessEnding  AlertKind = "access_ending"  // a token runs out soon
	AccountLost   AlertKind = "account_lost"   // an ad account is not shared with the token's owner any more
	VersionEnding AlertKind = "version_ending" // the platform gives up the version that we speak
	Stale         AlertKind = "stale"          // the figures are older than they should be
	PurgeFailed   AlertKind = "purge_failed"   // the tables of a deleted source cannot be dropped
	Suspect       AlertKind = "suspect"        // the figures may be wrong: no rows, or they do not add up
)

// AlertKinds are all alerts.
func AlertKinds() []AlertKind {
	return []AlertKind{SyncFailed, AuthExpired, AccessEnding, AccountLost, VersionEnding, PurgeFailed, Stale, Suspect}
}

// Aspect is what an alert is about. One may be well while the other is not.
type Aspect string

// The aspects.
const (
	Health    Aspect = "health"    // can it sync
	Freshness Aspect = "freshness" // are the figures on time, and complete
)

// Aspect says what the alert is about.
func (a AlertKind) Aspect() Aspect {
	switch a {
	case Stale, Suspect:
		return Freshness
	}
	return Health
}

// Severity says how bad something is. A higher one is worse.
type Severity int

// The severities; zero is well.
const (
	Well     Severity = iota
	Notice            // there is time
	Warning           // somebody should look today
	Critical          // it does not work until somebody acts
)

func (s Severity) String() string {
	return [...]string{"well", "notice", "warning", "critical"}[min(max(s, Well), Critical)]
}

// MarshalText writes the word for it.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the word for it.
func (s *Severity) UnmarshalText(text []byte) error {
	for one := Well; one <= Critical; one++ {
		if one.String() == string(text) {
			*s = one
			return nil
		}
	}
	return fmt.Errorf("there is no severity %q", text)
}

// Alert is something that is wrong, as it is seen at one moment.
type Alert struct {
	Kind    AlertKind
	Source  string // its id; "" = the installation itself
	Name    string // of the source, as people call it
	Subject string // what of it: an account, a credential, a table; "" = all of it
	// Stage is higher the nearer or the worse it is, where that grows by and by.
	// People are told of each.
	Stage    int
	Severity Severity
	Since    time.Time // zero = since it is seen
	Sentence string    // what is wrong
	Cure     string    // what to do about it
}

// Incident is a trouble from when it is first seen until it is over. There is one
// at a time for each alert, source and subject.
type Incident struct {
	ID     string
	Alert            // as it was seen last
	Opened time.Time // when it was first seen
	Told   time.Time // when messages about it were written; zero = not yet
	// Reached is when the first of them was taken by a channel; zero = none was.
	Reached time.Time
	// ToldStage is the highest stage that they were told of.
	ToldStage int
	Calm      time.Time // since when it is not seen any more; zero = it is
	Closed    time.Time // zero = it goes on
}

// Channel is a way to tell people: a mailbox, a chat, a program.
type Channel struct {
	ID         string
	Name       string
	Kind       string            // "mail", "slack", "webhook"
	Settings   map[string]string // the kind's own fields, see its Spec
	Secret     Secret            // its one secret field, opened just before use
	Credential string            // where the vault keeps it; empty = it has none
	Alerts     []AlertKind       // what is told here; none = everything
	Sources    []string          // about which; none = all, and the installation
	Revision   int64             // counts edits
	Created    time.Time
	CreatedBy  string
}

// Subscribes says whether a trouble is told on the channel.
func (c Channel) Subscribes(t Alert) bool {
	return (len(c.Alerts) == 0 || slices.Contains(c.Alerts, t.Kind)) && (len(c.Sources) == 0 || slices.Contains(c.Sources, t.Source))
}

// Delivery is a message on its way to a channel, or one that has arrived.
type Delivery struct {
	ID        string // of the message: the same on all channels
	Channel   string
	Incident  string // that it is about; empty = the body says so
	Body      string // the message, as JSON
	Written   time.Time
	NotBefore time.Time // when it is sent, or sent again; zero = no more
	Tries     int
	Arrived   time.Time // zero = not yet
	Problem   string    // why it did not arrive, or not everywhere, the last time
}
