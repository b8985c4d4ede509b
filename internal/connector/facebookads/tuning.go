package facebookads

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"adtally/internal/connector"
)

// tuning is what reads of a stream and an account have learned about Meta's limits. It
// expires, because limits change and permissions are granted.
type tuning struct {
	Of      string    `json:"of"`                // fingerprint of the request; a different request starts without a tuning
	Days    int       `json:"days,omitempty"`    // the most days per request that worked; more was too much
	Limit   int       `json:"limit,omitempty"`   // rows per page; more was too much
	Without []string  `json:"without,omitempty"` // fields that Meta refuses
	Why     string    `json:"why,omitempty"`     // Meta's reason for refusing the last of them, as a sentence
	Plain   string    `json:"plain,omitempty"`   // Meta's reason for refusing actions with the breakdowns; empty = it accepts them
	At      time.Time `json:"at"`                // when one of these was last learned
	Seconds float64   `json:"seconds,omitempty"` // duration of the last report job
}

// tuningTTL is how long a tuning is used.
const tuningTTL = 7 * 24 * time.Hour

// tunings are shared by all reads of a reader. Each is saved through the note of the
// slice that learned it.
type tunings struct {
	mu  sync.Mutex
	all map[string]tuning
}

// recall returns the tuning of a stream and an account at a given time. A tuning for
// another fingerprint is ignored.
func (ls *tunings) recall(name, of string, note connector.Note, now time.Time) tuning {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, known := ls.all[name]
	if !known {
		_ = json.Unmarshal(note.Tuning(), &l) // missing or unreadable: nothing is known
	}
	switch {
	case l.Of != of:
		return tuning{Of: of}
	case now.Sub(l.At) > tuningTTL:
		return tuning{Of: of, Seconds: l.Seconds}
	}
	return l
}

// learn changes a tuning and saves it.
func (ls *tunings) learn(ctx context.Context, name, of string, note connector.Note, now time.Time, change func(*tuning)) error {
	l := ls.recall(name, of, note, now)
	l.Without = slices.Clone(l.Without)
	change(&l)
	ls.mu.Lock()
	if ls.all == nil {
		ls.all = map[string]tuning{}
	}
	ls.all[name] = l
	ls.mu.Unlock()
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	return note.SaveTuning(ctx, text)
}
