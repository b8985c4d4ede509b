package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"net/smtp"
	"net/textproto"
	"os"
	"strconv"
	"strings"

	"adtally"
)

// passwordField is the one secret field that may be empty: there are mail servers
// that know their own by the address.
const passwordField = "password"

// How a mail server is spoken to.
const (
	startTLS = "starttls"
	fullTLS  = "tls"
	noTLS    = "none"
)

var mailSpec = adtally.Spec{
	Name: "mail", Title: "E-mail", Summary: "Mail by way of your own mail server, over SMTP.",
	Fields: []adtally.Field{
		{Key: "host", Label: "Mail server", Help: "Its name, such as smtp.example.com.", Scope: adtally.PerSource},
		{Key: "port", Label: "Port", Default: "587", Help: "587 with starttls, 465 with tls.", Scope: adtally.PerSource},
		{Key: "security", Label: "Encryption", Default: startTLS, Help: "starttls, tls, or none for a server that asks for no password.", Scope: adtally.PerSource},
		{Key: "user", Label: "User", Help: "Empty, where the server asks for none.", Scope: adtally.PerSource},
		{Key: passwordField, Label: "Password", Help: "It is never sent without encryption.", Secret: true, Scope: adtally.PerSource},
		{Key: "from", Label: "From", Help: "One address, such as Adtally <adtally@example.com>.", Scope: adtally.PerSource},
		{Key: "to", Label: "To", Help: "Addresses with commas between.", Scope: adtally.PerSource},
	},
}

// office is where mail is handed in, and how.
type office struct {
	host, port, security string
	user                 string
	password             adtally.Secret
	from                 *mail.Address
	to                   []*mail.Address
}

// mail sends mail.
func (k *Courier) mail(c adtally.Channel) (send, error) {
	o, err := officeOf(c)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, m Message) error {
		return o.failed(ctx, k.hand(ctx, o, m))
	}, nil
}

// officeOf reads the settings of a channel.
func officeOf(c adtally.Channel) (o office, err error) {
	get := func(key, otherwise string) string {
		if s := strings.TrimSpace(c.Settings[key]); s != "" {
			return s
		}
		return otherwise
	}
	o = office{host: get("host", ""), port: get("port", "587"), security: get("security", startTLS), user: get("user", ""), password: c.Secret}
	if o.host == "" || strings.ContainsAny(o.host, "/:@ ") && net.ParseIP(o.host) == nil {
		return o, setting(c, "host", "is no name of a server", "Give the name alone, such as smtp.example.com.")
	}
	if a, err := netip.ParseAddr(o.host); err == nil && barred(a, false) != "" {
		return o, closed(o.host, barred(a, false))
	}
	if n, err := strconv.ParseUint(o.port, 10, 16); err != nil || n == 0 {
		return o, setting(c, "port", "is no port", "587 with starttls, 465 with tls.")
	}
	if o.from, err = mail.ParseAddress(get("from", "")); err != nil {
		return o, setting(c, "from", "is no address", "Give one address, such as Adtally <adtally@example.com>.")
	}
	if o.to, err = mail.ParseAddressList(get("to", "")); err != nil {
		return o, setting(c, "to", "is no list of addresses", "Give addresses with commas between, such as a@example.com, b@example.com.")
	}
	return o, o.safe(c)
}

// safe says whether the password is never sent in the clear.
func (o office) safe(c adtally.Channel) error {
	switch {
	case o.security != startTLS && o.security != fullTLS && o.security != noTLS:
		return setting(c, "security", "is none of starttls, tls and none", "Take starttls with port 587, or tls with port 465.")
	case o.security == noTLS && (o.user != "" || !o.password.IsZero()):
		return setting(c, "security", "would send the password without encryption", "Take starttls or tls, or leave user and password empty.")
	case o.user == "" && !o.password.IsZero():
		return setting(c, "user", "is empty, and there is a password", "Give the user as well.")
	}
	return nil
}

// hand hands a message in.
func (k *Courier) hand(ctx context.Context, o office, m Message) error {
	letter, err := k.compose(o, m)
	if err != nil {
		return err
	}
	raw, err := dialer(false).DialContext(ctx, "tcp", net.JoinHostPort(o.host, o.port))
	if err != nil {
		return err
	}
	defer raw.Close()
	// The protocol knows no context: its connection ends when the context does.
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	encryption := &tls.Config{ServerName: o.host, RootCAs: k.Roots, MinVersion: tls.VersionTLS12}
	conn := raw
	if o.security == fullTLS {
		conn = tls.Client(raw, encryption)
	}
	client, err := smtp.NewClient(conn, o.host)
	if err != nil {
		return err
	}
	if err := o.greet(client, encryption); err != nil {
		return err
	}
	return o.deliver(client, letter)
}

// greet says who we are, and has the connection encrypted.
func (o office) greet(client *smtp.Client, encryption *tls.Config) error {
	name, err := os.Hostname()
	if err != nil || strings.ContainsAny(name, " \r\n") {
		name = "localhost"
	}
	if err := client.Hello(name); err != nil {
		return err
	}
	if o.security == startTLS {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return configure("mail_unencrypted", o.host+" offers no encryption by STARTTLS", "Take tls with port 465, or ask who runs the server.", nil)
		}
		if err := client.StartTLS(encryption); err != nil {
			return err
		}
	}
	if o.user == "" {
		return nil
	}
	return o.login(client)
}

func (o office) login(client *smtp.Client) error {
	_, ways := client.Extension("AUTH")
	var way smtp.Auth
	switch offered := strings.Fields(strings.ToUpper(ways)); {
	case has(offered, "PLAIN"):
		way = smtp.PlainAuth("", o.user, o.password.Reveal(), o.host)
	case has(offered, "LOGIN"):
		way = &loginAuth{user: o.user, password: o.password}
	default:
		return configure("mail_login", o.host+" offers no way to log in that adtally knows", "It must offer PLAIN or LOGIN. Leave user and password empty, if it asks for none.", nil)
	}
	err := client.Auth(way)
	if said, ok := errors.AsType[*textproto.Error](err); ok && said.Code >= 500 {
		return configure("mail_login", o.host+" does not accept the user or the password", "Many mail providers want a password made for programs.", discreet(said, hiddenPassword(o.password)...))
	}
	return err
}

// deliver hands the letter over. A mailbox that is refused keeps no other from it.
func (o office) deliver(client *smtp.Client, letter []byte) error {
	if err := client.Mail(o.from.Address); err != nil {
		return err
	}
	var bad []error
	for _, to := range o.to {
		if err := client.Rcpt(to.Address); err != nil {
			bad = append(bad, fmt.Errorf("%s: %w", to.Address, err))
		}
	}
	if len(bad) == len(o.to) {
		return errors.Join(bad...)
	}
	w, err := client.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(letter); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	// From here on the server has the message; it is not sent again because of
	// how it says goodbye.
	_ = client.Quit()
	if len(bad) > 0 {
		return configure("channel_refused", "Some of the mailboxes did not get the message, the others did",
			"Take the addresses out that do not exist.", discreet(errors.Join(bad...), hiddenPassword(o.password)...))
	}
	return nil
}

// failed says what an error of the protocol means. A code from 500 is a refusal
// for good (RFC 5321, 4.2.1).
func (o office) failed(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*adtally.Fault](err); ok {
		return f
	}
	if cause := context.Cause(ctx); cause != nil {
		err = cause
	}
	shown := discreet(err, hiddenPassword(o.password)...)
	if said, ok := errors.AsType[*textproto.Error](err); ok && said.Code >= 500 {
		return refused(o.host, shown)
	}
	return &passing{err: unreachable(o.host, shown)}
}
