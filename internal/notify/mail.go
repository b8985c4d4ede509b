package notify

import (
	"context"
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"

	"adtally"
)

// passwordField is the one secret field that may be empty: some mail servers recognize
// clients by their address.
const passwordField = "password"

// How the connection to a mail server is encrypted.
const (
	startTLS = "starttls"
	fullTLS  = "tls"
	noTLS    = "none"
)

var mailSpec = adtally.Spec{
	Name: "mail", Title: "E-mail", Summary: "Mail through your own mail server, over SMTP.",
	Fields: []adtally.Field{
		{Key: "host", Label: "Mail server", Help: "Its name, such as smtp.example.com.", Scope: adtally.PerSource},
		{Key: "port", Label: "Port", Default: "587", Help: "587 with starttls, 465 with tls.", Scope: adtally.PerSource},
		{Key: "security", Label: "Encryption", Default: startTLS, Help: "starttls, tls, or none for a server that asks for no password.", Scope: adtally.PerSource},
		{Key: "user", Label: "User", Help: "Empty if the server requires none.", Scope: adtally.PerSource},
		{Key: passwordField, Label: "Password", Help: "It is never sent without encryption.", Secret: true, Scope: adtally.PerSource},
		{Key: "from", Label: "From", Help: "One address, such as Adtally <adtally@example.com>.", Scope: adtally.PerSource},
		{Key: "to", Label: "To", Help: "Addresses, separated by commas.", Scope: adtally.PerSource},
	},
}

// mailServer is a mail server with login, sender and recipients.
type mailServer struct {
	host, port, security string
	user                 string
	password             adtally.Secret
	from                 *mail.Address
	to                   []*mail.Address
}

// mail opens a mail channel.
func (k *Sender) mail(c adtally.Channel) (send, error) {
	o, err := mailServerOf(c)
	if err != nil {
		return nil, err
	}
	boxes := &mailboxes{left: o.to}
	return func(ctx context.Context, m Message) error {
		return boxes.withAccepted(o.failed(ctx, k.hand(ctx, o, m, boxes)))
	}, nil
}

// mailServerOf reads the settings of a channel.
func mailServerOf(c adtally.Channel) (o mailServer, err error) {
	get := func(key, otherwise string) string {
		if s := strings.TrimSpace(c.Settings[key]); s != "" {
			return s
		}
		return otherwise
	}
	o = mailServer{host: get("host", ""), port: get("port", "587"), security: get("security", startTLS), user: get("user", ""), password: c.Secret}
	if o.host, err = asciiHost(o.host); err != nil || o.host == "" || strings.ContainsAny(o.host, "/:@ ") && net.ParseIP(o.host) == nil {
		return o, setting(c, "host", "is not a host name", "Use the name only, such as smtp.example.com.")
	}
	if a, err := netip.ParseAddr(o.host); err == nil && refusedReason(a, false) != "" {
		return o, closed(o.host, refusedReason(a, false))
	}
	if n, err := strconv.ParseUint(o.port, 10, 16); err != nil || n == 0 {
		return o, setting(c, "port", "is not a port", "Use 587 with starttls, 465 with tls.")
	}
	if o.from, err = mail.ParseAddress(get("from", "")); err != nil {
		return o, setting(c, "from", "is not an address", "Use one address, such as Adtally <adtally@example.com>.")
	}
	if o.to, err = mail.ParseAddressList(get("to", "")); err != nil {
		return o, setting(c, "to", "is not a list of addresses", "Separate addresses by commas, such as a@example.com, b@example.com.")
	}
	if err := deliverable(c, "from", o.from); err != nil {
		return o, err
	}
	if err := deliverable(c, "to", o.to...); err != nil {
		return o, err
	}
	return o, o.safe(c)
}

// safe checks that the password is never sent unencrypted.
func (o mailServer) safe(c adtally.Channel) error {
	switch {
	case o.security != startTLS && o.security != fullTLS && o.security != noTLS:
		return setting(c, "security", "must be starttls, tls or none", "Use starttls with port 587, or tls with port 465.")
	case o.security == noTLS && (o.user != "" || !o.password.IsZero()):
		return setting(c, "security", "would send the password without encryption", "Use starttls or tls, or leave user and password empty.")
	case o.user == "" && !o.password.IsZero():
		return setting(c, "user", "is empty although a password is set", "Enter the user as well.")
	}
	return nil
}
