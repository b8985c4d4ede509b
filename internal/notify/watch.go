package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"adtally"
)

// Facts provides what alerts are computed from.
type Facts interface {
	Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	Drifts(ctx context.Context) (map[string][]adtally.Drift, error)
	Grants(ctx context.Context) (map[string]adtally.Grant, error)
	// LostAccounts returns, by source, the accounts that were missing from the platform's
	// latest listing.
	LostAccounts(ctx context.Context) (map[string][]adtally.SeenAccount, error)
}

// Spending checks whether ads spend as planned.
type Spending interface {
	// Alerts returns what is wrong now. What was wrong before in the unsure sources, by ID, may
	// still be: their data is late, or could not be read.
	Alerts(ctx context.Context, sources []adtally.SourceRecord, now time.Time) (seen []adtally.Alert, unsure func(source string) bool)
}

// Incidents stores incidents.
type Incidents interface {
	OpenIncidents(ctx context.Context) ([]adtally.Incident, error)
	// Tell stores incidents and deliveries in one transaction, each delivery once.
	Tell(ctx context.Context, incidents []adtally.Incident, deliveries []adtally.Delivery) error
}

// Post stores channels and deliveries.
type Post interface {
	Channels(ctx context.Context) ([]adtally.Channel, error)
	Channel(ctx context.Context, id string) (adtally.Channel, error)
	TakeDeliveries(ctx context.Context, now time.Time, hold time.Duration, limit int) ([]adtally.Delivery, error)
	DeliverySent(ctx context.Context, l adtally.Delivery) error
	PruneDeliveries(ctx context.Context, before time.Time) error
}

// Watch repeatedly checks what is wrong and notifies people. Several processes may
// watch the same installation.
type Watch struct {
	Facts     Facts
	Incidents Incidents
	Post      Post
	Sender    *Sender
	Open      func(ctx context.Context, credential string) (adtally.Secret, error)
	// Versions returns the platforms' API versions in use and their ends; zero = unknown.
	Versions func() map[string]time.Time
	Link     func(source string) string // page on which to act
	Spending Spending                   // nil if spending is not checked
	// Files returns the files of a message; nil = no message has any.
	Files  func(ctx context.Context, message string) ([]adtally.AttachedFile, error)
	Now    func() time.Time
	NewID  func() string
	Report func(error)
	Tick   time.Duration // interval of the checks; 0 = ten seconds
}

const usualTick = 10 * time.Second

// Run checks until ctx ends.
func (w *Watch) Run(ctx context.Context) error {
	ticker := time.NewTicker(or(w.Tick, usualTick))
	defer ticker.Stop()
	for {
		if err := errors.Join(w.RunOnce(ctx), w.Deliver(ctx)); err != nil && ctx.Err() == nil {
			w.Report(fmt.Errorf("check the sources: %w", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// RunOnce checks once what is wrong, and stores the messages to send.
func (w *Watch) RunOnce(ctx context.Context) error {
	now := w.Now()
	sources, err := w.Facts.Sources(ctx, false)
	if err != nil {
		return err
	}
	seen, err := w.alerts(ctx, sources, now)
	if err != nil {
		return err
	}
	deleted, err := w.Facts.Sources(ctx, true)
	if err != nil {
		return err
	}
	for _, s := range deleted {
		if s.Unpurged != nil {
			sources, seen = append(sources, s), append(seen, Unpurged(s))
		}
	}
	open, err := w.Incidents.OpenIncidents(ctx)
	if err != nil {
		return err
	}
	open, ended := present(open, sources, now)
	if w.Spending != nil {
		spending, unsure := w.Spending.Alerts(ctx, sources, now)
		seen = append(seen, spending...)
		open = slices.DeleteFunc(open, func(o adtally.Incident) bool { return o.Kind.Aspect() == adtally.Pacing && unsure(o.Source) })
	}
	d := Decide(open, seen, now, w.NewID)
	if len(d.Incidents)+len(ended) == 0 {
		return nil
	}
	deliveries, err := w.deliveries(ctx, d.Send, now)
	if err != nil {
		return err
	}
	return w.Incidents.Tell(ctx, append(d.Incidents, ended...), deliveries)
}

// alerts returns everything that is wrong now.
func (w *Watch) alerts(ctx context.Context, sources []adtally.SourceRecord, now time.Time) ([]adtally.Alert, error) {
	drifts, err := w.Facts.Drifts(ctx)
	if err != nil {
		return nil, err
	}
	grants, err := w.Facts.Grants(ctx)
	if err != nil {
		return nil, err
	}
	lost, err := w.Facts.LostAccounts(ctx)
	if err != nil {
		return nil, err
	}
	all := Late(sources, now)
	for _, s := range sources {
		all = append(all, Lost(s, lost[s.ID])...)
		if s.Fault != nil && s.Fault.Code != codeUnshared && !deferredOnly(s) {
			all = append(all, Failed(s, s.Fault, s.Failing))
		}
		all = append(all, Ending(s, grants[s.Credential], now)...)
		all = append(all, Drifted(s, drifts[s.ID])...)
	}
	if w.Versions == nil {
		return all, nil
	}
	for name, ends := range w.Versions() {
		if t, near := VersionEnds(name, ends, now); near {
			all = append(all, t)
		}
	}
	return all, nil
}

// deferredOnly reports whether a source is up to date except for data that the platform
// returns later: nobody needs to be notified.
func deferredOnly(s adtally.SourceRecord) bool { return s.Failures == 0 && s.Fault.Act == adtally.Wait }

// present separates the incidents of existing sources from those of deleted ones,
// which are closed without a message.
func present(open []adtally.Incident, sources []adtally.SourceRecord, now time.Time) (kept, ended []adtally.Incident) {
	for _, o := range open {
		if o.Source == "" || slices.ContainsFunc(sources, func(s adtally.SourceRecord) bool { return s.ID == o.Source }) {
			kept = append(kept, o)
			continue
		}
		o.Closed = now
		ended = append(ended, o)
	}
	return kept, ended
}

// deliveries returns one delivery for each message and subscribed channel.
func (w *Watch) deliveries(ctx context.Context, messages []Message, now time.Time) (all []adtally.Delivery, err error) {
	if len(messages) == 0 {
		return nil, nil
	}
	channels, err := w.Post.Channels(ctx)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		if m.Source != "" && w.Link != nil {
			m.Link = w.Link(m.Source)
		}
		body, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		for _, c := range channels {
			if c.Subscribes(adtally.Alert{Kind: m.Kind, Source: m.Source}) {
				l := adtally.Delivery{ID: m.ID, Channel: c.ID, Incident: m.Incident, Body: string(body), Written: now, NotBefore: now}
				if m.waits(c) {
					l.NotBefore = c.Digest.Next(now)
				}
				all = append(all, l)
			}
		}
	}
	return all, nil
}

// A delivery is retried for three days, with growing pauses. A worker holds it for a
// few minutes.
const (
	hold           = 5 * time.Minute
	firstPause     = 5 * time.Minute
	mostPause      = 6 * time.Hour
	longestTry     = 72 * time.Hour
	deliveryLife   = 30 * 24 * time.Hour
	deliveriesOnce = 100
)

// Deliver sends the deliveries that are due.
func (w *Watch) Deliver(ctx context.Context) error {
	now := w.Now()
	deliveries, err := w.Post.TakeDeliveries(ctx, now, hold, deliveriesOnce)
	err = errors.Join(err, w.Post.PruneDeliveries(ctx, now.Add(-deliveryLife)))
	if len(deliveries) == 0 {
		return err
	}
	channels, listed := w.Post.Channels(ctx)
	var sending errgroup.Group // a slow channel delays no other
	for _, batch := range batches(channels, deliveries) {
		sending.Go(func() (err error) {
			for _, l := range w.sent(ctx, batch) {
				err = errors.Join(err, w.Post.DeliverySent(ctx, l))
			}
			return err
		})
	}
	return errors.Join(err, listed, sending.Wait())
}

// batches puts the deliveries together that a channel gets as one message.
func batches(channels []adtally.Channel, all []adtally.Delivery) (out [][]adtally.Delivery) {
	digests := map[string]int{} // position in out by channel
	for _, l := range all {
		i := slices.IndexFunc(channels, func(c adtally.Channel) bool { return c.ID == l.Channel })
		var m Message
		waits := i >= 0 && json.Unmarshal([]byte(l.Body), &m) == nil && m.waits(channels[i])
		at, begun := digests[l.Channel]
		if waits && begun {
			out[at] = append(out[at], l)
			continue
		}
		if waits {
			digests[l.Channel] = len(out)
		}
		out = append(out, []adtally.Delivery{l})
	}
	return out
}

// sent sends deliveries of a channel as one message and records the outcome. A delivery that
// some mailboxes accepted counts as sent, so that they do not get it again.
func (w *Watch) sent(ctx context.Context, batch []adtally.Delivery) []adtally.Delivery {
	err := w.send(ctx, batch)
	if err != nil {
		w.Report(fmt.Errorf("send the message %s to the channel %s: %w", batch[0].ID, batch[0].Channel, err))
	}
	for i := range batch {
		outcome(&batch[i], err, w.Now())
	}
	return batch
}

func outcome(l *adtally.Delivery, err error, now time.Time) {
	if err == nil {
		l.Arrived, l.NotBefore, l.Problem = now, time.Time{}, ""
		return
	}
	f := adtally.FaultOf(err)
	l.Problem = f.Message
	if f.Code == partlyArrived {
		l.Arrived, l.NotBefore = now, time.Time{}
		return
	}
	l.NotBefore = now.Add(min(firstPause<<min(l.Tries-1, 10), mostPause))
	if l.NotBefore.Sub(l.Written) > longestTry {
		l.NotBefore = time.Time{}
	}
}

func (w *Watch) send(ctx context.Context, batch []adtally.Delivery) error {
	c, err := w.Post.Channel(ctx, batch[0].Channel)
	if err != nil {
		return err
	}
	var all []Message
	for i := range batch {
		var m Message
		if err := json.Unmarshal([]byte(batch[i].Body), &m); err != nil {
			return err
		}
		batch[i].Incident = m.Incident
		if m.Event == Reported && w.Files != nil {
			if m.Files, err = w.Files(ctx, m.ID); err != nil {
				return err
			}
		}
		all = append(all, m)
	}
	return w.deliver(ctx, c, together(all, w.Now()))
}

// Try sends a test message to a channel and waits for the outcome.
func (w *Watch) Try(ctx context.Context, c adtally.Channel) error {
	return w.deliver(ctx, c, TestMessage(w.NewID(), w.Now()))
}

// deliver opens a channel's secret and sends a message.
func (w *Watch) deliver(ctx context.Context, c adtally.Channel, m Message) (err error) {
	if c.Credential != "" {
		if c.Secret, err = w.Open(ctx, c.Credential); err != nil {
			return err
		}
	}
	if m.To != "" && c.Kind == mailSpec.Name {
		c.Settings = maps.Clone(c.Settings)
		c.Settings["to"] = m.To
	}
	return w.Sender.Send(ctx, c, m)
}
