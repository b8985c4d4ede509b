package notify

import (
	"context"
	"crypto/x509"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"adtally"
)

// Sender brings messages to people.
type Sender struct {
	Now     func() time.Time
	Timeout time.Duration  // for one try; 0 = ten seconds
	Pause   time.Duration  // after the first try, four times as long after the next; 0 = one second
	Roots   *x509.CertPool // who is believed; nil = whom the system believes
}

// tries is how often a message is sent that does not arrive. More is for whoever
// keeps the messages: they may be sent again later, with the same ID.
const tries = 3

// longestPause is the most that another server may ask for between two tries.
const longestPause = 30 * time.Second

// send brings one message to one place, once.
type send func(context.Context, Message) error

// kind is a sort of channel.
type kind struct {
	spec adtally.Spec
	// open reads the settings; it touches no network.
	open func(*Sender, adtally.Channel) (send, error)
}

var kinds = map[string]kind{
	mailSpec.Name:    {mailSpec, (*Sender).mail},
	slackSpec.Name:   {slackSpec, (*Sender).slack},
	webhookSpec.Name: {webhookSpec, (*Sender).webhook},
}

// Specs are the sorts of channels; forms and docs are drawn from them.
func Specs() (all []adtally.Spec) {
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		all = append(all, kinds[name].spec)
	}
	return all
}

// Check says what is wrong with a channel's settings; it touches no network.
func (k *Sender) Check(c adtally.Channel) error {
	_, err := k.open(c)
	return err
}

func (k *Sender) open(c adtally.Channel) (send, error) {
	kind, ok := kinds[c.Kind]
	if !ok {
		return nil, setting(c, "kind", "names no sort of channel", "Take one of mail, slack and webhook.")
	}
	for _, f := range kind.spec.Fields {
		if f.Secret && c.Secret.IsZero() && f.Key != passwordField {
			return nil, setting(c, f.Key, "is empty", f.Help)
		}
	}
	return kind.open(k, c)
}

// Send brings a message to a channel. What may mend itself is tried again, a few
// times; what a person must mend is not.
func (k *Sender) Send(ctx context.Context, c adtally.Channel, m Message) error {
	deliver, err := k.open(c)
	if err != nil {
		return err
	}
	pause := or(k.Pause, time.Second)
	for try := 1; ; try++ {
		err := k.once(ctx, deliver, m)
		again, ok := errors.AsType[*passing](err)
		if !ok {
			return err
		}
		if try == tries || ctx.Err() != nil {
			return again.err
		}
		if err := rest(ctx, max(pause+rand.N(pause/2), again.after)); err != nil { //nolint:gosec // no secret: it keeps many from meeting again
			return again.err
		}
		pause *= 4
	}
}

func (k *Sender) once(ctx context.Context, deliver send, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, or(k.Timeout, 10*time.Second))
	defer cancel()
	return deliver(ctx, m)
}

func or(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}
