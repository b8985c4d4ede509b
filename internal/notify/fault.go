package notify

import (
	"errors"
	"fmt"
	"math"
	"net/textproto"
	"strings"
	"time"

	"adtally"
)

func configure(code, message, hint string, err error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint, Err: err}
}

// setting: a field of a channel does not hold what it should.
func setting(c adtally.Channel, field, why, hint string) *adtally.Fault {
	return configure("channel_setting", fmt.Sprintf("The channel %q: the field %q %s", c.Name, field, why), hint, nil)
}

// refused: the other side has understood, and does not want it. What it said is
// part of the message: it is all that a person has to go by.
func refused(host string, said error) *adtally.Fault {
	return configure("channel_refused", fmt.Sprintf("%s does not take the message: %s", host, said),
		"Look at what it says, change the channel, and send a test.", nil)
}

// unreachable: the other side could not be asked, or had no time, each time.
func unreachable(host string, said error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Retry, Code: "channel_unreachable", Message: fmt.Sprintf("%s cannot be reached, or does not answer as it should: %s", host, said),
		Hint: "See whether the address is right and its server runs."}
}

// closed: an address that no message goes to.
func closed(address, why string) *adtally.Fault {
	return configure("channel_address", fmt.Sprintf("No message goes to %s: %s", address, why),
		"Give the address of a server of yours, with https.", nil)
}

// passing is an error that may be gone the next time.
type passing struct {
	err   error
	after time.Duration // the other side asks for this much time; 0 = it does not say
}

func (p *passing) Error() string { return p.err.Error() }
func (p *passing) Unwrap() error { return p.err }

// discreet is an error as it may be shown: its words, without a secret in them.
// The error itself goes, for others could look into it.
func discreet(err error, secrets ...string) error {
	text := line(err.Error(), math.MaxInt)
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		text = line(spokenBy(said), math.MaxInt)
	}
	for _, s := range secrets {
		if s != "" && (strings.Contains(text, s) || strings.Contains(err.Error(), s)) {
			return errors.New("what it says holds the channel's secret")
		}
	}
	if _, list := errors.AsType[*rejected](err); list {
		return errors.New(line(text, 2000))
	}
	return errors.New(line(text, 300))
}
