package notify

import (
	"errors"
	"fmt"
	"net/mail"
	"net/smtp"
	"net/textproto"
	"strings"

	"golang.org/x/net/idna"

	"adtally"
)

// partlyArrived is the code of a message that only some mailboxes accepted.
const partlyArrived = "mailbox_refused"

// mailboxes are the recipients of a message and their outcomes over all attempts: none
// gets the message twice.
type mailboxes struct {
	left    []*mail.Address // neither accepted nor refused permanently
	later   []string        // last answers about those that are left
	refused []string        // answers about the others
	taken   int
}

// rejected is the answer of a server that accepts the message for no mailbox.
type rejected struct {
	said  string
	later bool // some may be accepted later
}

func (r *rejected) Error() string { return r.said }

// deliver hands the message over. A refused mailbox does not keep others from it.
func (b *mailboxes) deliver(client *smtp.Client, from string, delivery []byte) error {
	if err := client.Mail(from); err != nil {
		return err
	}
	good, later, err := b.ask(client)
	if err != nil {
		return err
	}
	if len(good) == 0 {
		return &rejected{strings.Join(b.failures(), "; "), len(later) > 0}
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(delivery); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	// From here on the server has the message: an error of QUIT must not send it again.
	_ = client.Quit()
	b.taken += len(good)
	b.left = later
	if len(b.failures()) == 0 {
		return nil
	}
	return &rejected{strings.Join(b.failures(), "; "), len(later) > 0}
}

// spokenBy returns a server's answer without the quotes that textproto adds.
func spokenBy(e *textproto.Error) string { return fmt.Sprintf("%03d %s", e.Code, e.Msg) }

// ask offers the remaining mailboxes to the server and returns those that it accepts.
func (b *mailboxes) ask(client *smtp.Client) (good, later []*mail.Address, err error) {
	b.later = nil
	var bad []string
	for _, to := range b.left {
		err := client.Rcpt(to.Address)
		said, answered := errors.AsType[*textproto.Error](err)
		switch {
		case err == nil:
			good = append(good, to)
		case !answered:
			return nil, nil, err
		case forGood(err):
			bad = append(bad, fmt.Sprintf("%s: %s", to.Address, line(spokenBy(said), 200)))
		default:
			later = append(later, to)
			b.later = append(b.later, fmt.Sprintf("%s: %s", to.Address, line(spokenBy(said), 200)))
		}
	}
	b.refused = append(b.refused, bad...)
	b.left = append(append([]*mail.Address{}, good...), later...)
	return good, later, nil
}

// failures returns the answers about mailboxes without the message.
func (b *mailboxes) failures() []string { return append(append([]string{}, b.refused...), b.later...) }

// withAccepted adds to an error that some mailboxes already have the message.
func (b *mailboxes) withAccepted(err error) error {
	if err == nil || b.taken == 0 {
		return err
	}
	said := adtally.FaultOf(err)
	message := said.Message
	f := configure(partlyArrived, "Only some of the mailboxes accepted the message: "+message, "Correct or remove the addresses that are named.", said.Err)
	if p, ok := errors.AsType[*temporaryError](err); ok {
		return &temporaryError{f, p.after}
	}
	return f
}

// deliverable encodes the domains of addresses in ASCII, which every server accepts
// (RFC 5891). The part before the @ has no such form.
func deliverable(c adtally.Channel, field string, all ...*mail.Address) error {
	for _, a := range all {
		at := strings.LastIndex(a.Address, "@")
		domain, err := asciiHost(a.Address[at+1:])
		if err != nil {
			return setting(c, field, fmt.Sprintf("contains an address with an invalid domain: %s", a.Address), "Correct the part after the @.")
		}
		if !ascii(a.Address[:at]) {
			return setting(c, field, fmt.Sprintf("contains an address that few mail servers accept: %s", a.Address), "Use an address with only ASCII characters before the @.")
		}
		a.Address = a.Address[:at+1] + domain
	}
	return nil
}

// asciiHost returns a host name in ASCII.
func asciiHost(name string) (string, error) {
	if ascii(name) {
		return name, nil
	}
	return idna.Lookup.ToASCII(name)
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0 }
