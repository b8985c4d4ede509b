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

// Sender sends messages to channels.
type Sender struct {
	Now     func() time.Time
	Timeout time.Duration  // of one attempt; 0 = ten seconds, or a minute with files
	Pause   time.Duration  // after the first attempt, then four times as long; 0 = one second
	Roots   *x509.CertPool // trusted certificates; nil = those of the system
}

// tries is how many times a message is sent before Send gives up. The caller stores
// messages and may send them again later, with the same ID.
const tries = 3

// longestPause is the longest Retry-After that is honored.
const longestPause = 30 * time.Second

// send sends one message once.
type send func(context.Context, Message) error

// kind is a kind of channel.
type kind struct {
	spec adtally.Spec
	// open reads the settings without using the network.
	open func(*Sender, adtally.Channel) (send, error)
}

var kinds = map[string]kind{
	mailSpec.Name:    {mailSpec, (*Sender).mail},
	slackSpec.Name:   {slackSpec, (*Sender).slack},
	webhookSpec.Name: {webhookSpec, (*Sender).webhook},
}

// Specs describes the kinds of channels, for forms and documentation.
func Specs() (all []adtally.Spec) {
	for _, name := range slices.Sorted(maps.Keys(kinds)) {
		all = append(all, kinds[name].spec)
	}
	return all
}

// Check validates a channel's settings without using the network.
func (k *Sender) Check(c adtally.Channel) error {
	_, err := k.open(c)
	return err
}

func (k *Sender) open(c adtally.Channel) (send, error) {
	kind, ok := kinds[c.Kind]
	if !ok {
		return nil, setting(c, "kind", "is not a kind of channel", "Use mail, slack or webhook.")
	}
	for _, f := range kind.spec.Fields {
		if f.Secret && c.Secret.IsZero() && f.Key != passwordField {
			return nil, setting(c, f.Key, "is empty", f.Help)
		}
	}
	return kind.open(k, c)
}

// Send sends a message to a channel. Temporary errors are tried again a few times;
// errors that a person must fix are not.
func (k *Sender) Send(ctx context.Context, c adtally.Channel, m Message) error {
	deliver, err := k.open(c)
	if err != nil {
		return err
	}
	pause := or(k.Pause, time.Second)
	for try := 1; ; try++ {
		err := k.once(ctx, deliver, m)
		again, ok := errors.AsType[*temporaryError](err)
		if !ok {
			return err
		}
		if try == tries || ctx.Err() != nil {
			return again.err
		}
		if err := rest(ctx, max(pause+rand.N(pause/2), again.after)); err != nil { //nolint:gosec // jitter, not a secret
			return again.err
		}
		pause *= 4
	}
}

func (k *Sender) once(ctx context.Context, deliver send, m Message) error {
	usual := 10 * time.Second
	if len(m.Files) > 0 {
		usual = time.Minute // megabytes take longer
	}
	ctx, cancel := context.WithTimeout(ctx, or(k.Timeout, usual))
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
