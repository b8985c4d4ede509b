package facebookads

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"adtally/internal/connector"
)

// tuning is what reads of a stream and an account have learned. It is forgotten
// after a while: Meta's limits move, and permissions are granted.
type tuning struct {
	Of      string    `json:"of"`                // the fingerprint of what was asked: another question teaches anew
	Days    int       `json:"days,omitempty"`    // more at once was too much
	Limit   int       `json:"limit,omitempty"`   // rows of a page; more was too much
	Without []string  `json:"without,omitempty"` // fields that Meta refuses
	Why     string    `json:"why,omitempty"`     // it refuses the last of them, in a sentence
	Plain   string    `json:"plain,omitempty"`   // why it refuses actions beside the breakdowns; empty = it does not
	At      time.Time `json:"at"`                // when one of these was learned
	Seconds float64   `json:"seconds,omitempty"` // that the last report job took
}

// tuningLife is how long a lesson holds.
const tuningLife = 7 * 24 * time.Hour

// tunings are shared by all reads of a reader; each is kept through the note of
// the slice that taught it.
type tunings struct {
	mu  sync.Mutex
	all map[string]tuning
}

// recall gives the lesson of a stream and an account at a moment. What was
// learned of another question than the one with this fingerprint is forgotten.
func (ls *tunings) recall(name, of string, note connector.Note, now time.Time) tuning {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, known := ls.all[name]
	if !known {
		_ = json.Unmarshal(note.Tuning(), &l) // none, or not ours to read: nothing is known
	}
	switch {
	case l.Of != of:
		return tuning{Of: of}
	case now.Sub(l.At) > tuningLife:
		return tuning{Of: of, Seconds: l.Seconds}
	}
	return l
}

// learn changes the lesson and keeps it.
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
