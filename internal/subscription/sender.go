package subscription

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/notify"
)

// Subscriptions stores subscriptions and what was sent.
type Subscriptions interface {
	// TakeSubscriptions returns what is due and reserves it for a while.
	TakeSubscriptions(ctx context.Context, now time.Time, hold time.Duration, limit int) ([]adtally.Subscription, error)
	DelaySending(ctx context.Context, s adtally.Subscription, until time.Time) error
	// KeepSending stores what was prepared and when the subscription is due next, in one
	// transaction.
	KeepSending(ctx context.Context, s adtally.Subscription, g adtally.Sending, message *adtally.Delivery, files []adtally.AttachedFile) error
	PruneSendings(ctx context.Context, before time.Time) error
}

// Installation is what a subscription refers to. What does not exist is a fault with the code
// not_found.
type Installation interface {
	User(ctx context.Context, id string) (adtally.User, error)
	Channel(ctx context.Context, id string) (adtally.Channel, error)
	Dashboard(ctx context.Context, id string) (adtally.StoredDashboard, error)
}

// Figures answers questions about metrics.
type Figures interface {
	Ask(ctx context.Context, q analytics.Query) (*analytics.Answer, error)
	Metrics(ctx context.Context) ([]analytics.MetricInfo, error)
	Settings(ctx context.Context) (analytics.Settings, error)
}

// Sender prepares what is due. Several processes may send for the same installation.
type Sender struct {
	Subscriptions Subscriptions
	Installation  Installation
	Figures       Figures
	Links         Links
	Printer       Printer                       // nil = there are no PDFs
	Address       func(dashboard string) string // where people see a dashboard
	Now           func() time.Time
	NewID         func() string
	Report        func(error)
	Tick          time.Duration // interval of looking; 0 = ten seconds
}

// A server has ten minutes for what it has taken, so that another one can take over if it ends.
// What fails is tried again after 5, 10, 20 and 40 minutes: a sync or a restart is over by then.
const (
	usualTick  = 10 * time.Second
	hold       = 10 * time.Minute
	longest    = 9 * time.Minute
	firstPause = 5 * time.Minute
	mostTries  = 5
	kept       = 90 * 24 * time.Hour
)

// Run sends what is due until ctx ends.
func (k *Sender) Run(ctx context.Context) error {
	tick := k.Tick
	if tick == 0 {
		tick = usualTick
	}
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	for {
		if err := k.RunOnce(ctx); err != nil && ctx.Err() == nil {
			k.Report(fmt.Errorf("send dashboards: %w", err))
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// RunOnce sends what is due now, one dashboard after the other.
func (k *Sender) RunOnce(ctx context.Context) error {
	for {
		due, err := k.Subscriptions.TakeSubscriptions(ctx, k.Now(), hold, 1)
		if err != nil {
			return err
		}
		if len(due) == 0 {
			return k.Subscriptions.PruneSendings(ctx, k.Now().Add(-kept))
		}
		if err := k.send(ctx, due[0]); err != nil {
			return err
		}
	}
}

// send prepares a subscription and stores the outcome. A time that was missed, however often,
// is made up for once.
func (k *Sender) send(ctx context.Context, s adtally.Subscription) error {
	now := k.Now()
	g := adtally.Sending{ID: k.NewID(), Subscription: s.ID, At: now, Asked: !s.Asked.IsZero(), Files: []string{}}
	preparing, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	c, err := k.prepare(preparing, s)
	if err != nil {
		if ctx.Err() != nil {
			return err // the program ends; what was taken is due again after a while
		}
		g.Problem = adtally.FaultOf(err).Message
		if _, asleep := errors.AsType[*asleepError](err); !asleep {
			k.Report(fmt.Errorf("prepare the subscription %s: %w", s.ID, err))
			if s.Tries < mostTries {
				return k.Subscriptions.DelaySending(ctx, s, now.Add(firstPause<<max(s.Tries-1, 0)))
			}
			c = failed()
		}
	}
	if !s.Paused && !s.Due.After(now) {
		s.Due = s.When.Next(now)
	}
	if c == nil {
		return k.Subscriptions.KeepSending(ctx, s, g, nil, nil)
	}
	return k.keep(ctx, s, g, c)
}

// keep stores a message.
func (k *Sender) keep(ctx context.Context, s adtally.Subscription, g adtally.Sending, c *contents) error {
	m := c.message
	m.ID, m.At, m.To, m.Event, m.Severity, m.Link = g.ID, g.At, s.To, notify.Reported, adtally.Well, k.Address(s.Dashboard)
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	g.Stale = m.Report != nil && m.Report.Stale
	if c.problem != "" {
		g.Problem = c.problem
	}
	for _, f := range c.files {
		g.Files = append(g.Files, f.Name)
	}
	message := &adtally.Delivery{ID: g.ID, Channel: s.Channel, Body: string(body), Written: g.At, NotBefore: g.At}
	return k.Subscriptions.KeepSending(ctx, s, g, message, c.files)
}

// failed is the message about a dashboard that could not be prepared. The reason is in the list
// of what was sent: the readers of the message may be strangers.
func failed() *contents {
	return &contents{message: notify.Message{Title: "A dashboard was not sent", Sentence: "Its figures could not be prepared. It is tried again at the next time.", Cure: "Ask the sender."}}
}

// asleepError says that a subscription sends nothing until a person changes something.
type asleepError struct{ fault *adtally.Fault }

func (e *asleepError) Error() string { return e.fault.Error() }
func (e *asleepError) Unwrap() error { return e.fault }

func asleep(message, hint string) error {
	return &asleepError{&adtally.Fault{Act: adtally.Configure, Code: "subscription_asleep", Message: message, Hint: hint}}
}

func missing(err error) bool { return err != nil && adtally.FaultOf(err).Code == "not_found" }
