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

// partlyArrived is the code of a message that some mailboxes have, and others not.
const partlyArrived = "mailbox_refused"

// mailboxes are those that a message goes to, and what became of each, over all
// tries: none is sent it twice.
type mailboxes struct {
	left    []*mail.Address // neither taken nor refused for good
	later   []string        // what was said the last time of those that are left
	refused []string        // what was said of the others
	taken   int
}

// rejected is the answer of a server that takes the message for no mailbox.
type rejected struct {
	said  string
	later bool // it may take it later for some
}

func (r *rejected) Error() string { return r.said }

// deliver hands the delivery over. A mailbox that is refused keeps no other from it.
func (b *mailboxes) deliver(client *smtp.Client, from string, delivery []byte) error {
	if err := client.Mail(from); err != nil {
		return err
	}
	good, later, err := b.ask(client)
	if err != nil {
		return err
	}
	if len(good) == 0 {
		return &rejected{strings.Join(b.unheard(), "; "), len(later) > 0}
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
	// From here on the server has the message; it is not sent again because of
	// how it says goodbye.
	_ = client.Quit()
	b.taken += len(good)
	b.left = later
	if len(b.unheard()) == 0 {
		return nil
	}
	return &rejected{strings.Join(b.unheard(), "; "), len(later) > 0}
}

// spokenBy is what a server said, without the quotes that textproto puts around it.
func spokenBy(e *textproto.Error) string { return fmt.Sprintf("%03d %s", e.Code, e.Msg) }

// ask names the mailboxes that are left to the server, which takes some of them.
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

// unheard is what the server said of those that do not have the message.
func (b *mailboxes) unheard() []string { return append(append([]string{}, b.refused...), b.later...) }

// besides says of an error whether some mailboxes have the message already.
func (b *mailboxes) besides(err error) error {
	if err == nil || b.taken == 0 {
		return err
	}
	said := adtally.FaultOf(err)
	message := said.Message
	f := configure(partlyArrived, "Some of the mailboxes have the message, others do not: "+message, "Correct the addresses that are named, or take them out.", said.Err)
	if p, ok := errors.AsType[*passing](err); ok {
		return &passing{f, p.after}
	}
	return f
}

// deliverable turns the domains of addresses into the form that every server
// takes (RFC 5891). What stands before the @ has no such form.
func deliverable(c adtally.Channel, field string, all ...*mail.Address) error {
	for _, a := range all {
		at := strings.LastIndex(a.Address, "@")
		domain, err := asciiHost(a.Address[at+1:])
		if err != nil {
			return setting(c, field, fmt.Sprintf("holds an address with a domain that cannot be: %s", a.Address), "Correct what stands after the @.")
		}
		if !ascii(a.Address[:at]) {
			return setting(c, field, fmt.Sprintf("holds an address that few mail servers take: %s", a.Address), "Use one with plain letters before the @.")
		}
		a.Address = a.Address[:at+1] + domain
	}
	return nil
}

// asciiHost is a name of a server in the form that the network takes.
func asciiHost(name string) (string, error) {
	if ascii(name) {
		return name, nil
	}
	return idna.Lookup.ToASCII(name)
}

func ascii(s string) bool { return strings.IndexFunc(s, func(r rune) bool { return r > 127 }) < 0 }
