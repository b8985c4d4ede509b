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

// setting is the fault of an invalid field of a channel.
func setting(c adtally.Channel, field, why, hint string) *adtally.Fault {
	return configure("channel_setting", fmt.Sprintf("The channel %q: the field %q %s", c.Name, field, why), hint, nil)
}

// refused is the fault of a message that the other side refused. The answer is part of
// the message, because it is all that a person has to go by.
func refused(host string, said error) *adtally.Fault {
	return configure("channel_refused", fmt.Sprintf("%s refused the message: %s", host, said),
		"Correct the channel according to this answer, and send a test.", nil)
}

// unreachable is the fault of every attempt failing on a temporary error.
func unreachable(host string, said error) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Retry, Code: "channel_unreachable", Message: fmt.Sprintf("%s cannot be reached, or reports an error: %s", host, said),
		Hint: "Check the address, and that its server is running."}
}

// closed is the fault of an address to which messages must not be sent.
func closed(address, why string) *adtally.Fault {
	return configure("channel_address", fmt.Sprintf("Messages cannot be sent to %s: %s", address, why),
		"Use the https:// address of a server of yours.", nil)
}

// temporaryError is an error that may be gone at the next attempt.
type temporaryError struct {
	err   error
	after time.Duration // delay that the other side asks for; 0 = none
}

func (p *temporaryError) Error() string { return p.err.Error() }
func (p *temporaryError) Unwrap() error { return p.err }

// discreet returns the text of an error without secrets. The error itself is dropped,
// because callers could unwrap it.
func discreet(err error, secrets ...string) error {
	text := line(err.Error(), math.MaxInt)
	if said, ok := errors.AsType[*textproto.Error](err); ok {
		text = line(spokenBy(said), math.MaxInt)
	}
	for _, s := range secrets {
		if s != "" && (strings.Contains(text, s) || strings.Contains(err.Error(), s)) {
			return errors.New("the answer contains the channel's secret")
		}
	}
	if _, list := errors.AsType[*rejected](err); list {
		return errors.New(line(text, 2000))
	}
	return errors.New(line(text, 300))
}
