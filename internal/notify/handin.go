package notify

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"strings"

	"adtally"
)

// hand delivers a message to the mail server.
func (k *Sender) hand(ctx context.Context, o mailServer, m Message, boxes *mailboxes) error {
	delivery, err := k.compose(o, m)
	if err != nil {
		return err
	}
	raw, err := dialer(false).DialContext(ctx, "tcp", net.JoinHostPort(o.host, o.port))
	if err != nil {
		return err
	}
	defer raw.Close()
	// net/smtp does not know contexts, so the connection is closed when ctx ends.
	defer context.AfterFunc(ctx, func() { _ = raw.Close() })()
	encryption := &tls.Config{ServerName: o.host, RootCAs: k.Roots, MinVersion: tls.VersionTLS12}
	var conn net.Conn = &bounded{Conn: raw, left: mostSaid}
	if o.security == fullTLS {
		conn = tls.Client(conn, encryption)
	}
	client, err := smtp.NewClient(conn, o.host)
	if err != nil {
		return err
	}
	if err := o.greet(client, encryption); err != nil {
		return err
	}
	return boxes.deliver(client, o.from.Address, delivery)
}

// greet introduces us to the server, and starts TLS and logs in as configured.
func (o mailServer) greet(client *smtp.Client, encryption *tls.Config) error {
	name, err := os.Hostname()
	if err != nil || strings.ContainsAny(name, " \r\n") {
		name = "localhost"
	}
	if err := client.Hello(name); err != nil {
		return err
	}
	if o.security == startTLS {
		if ok, _ := client.Extension("STARTTLS"); !ok {
			return configure("mail_unencrypted", o.host+" offers no encryption by STARTTLS", "Use tls with port 465, or ask the operator of the server.", nil)
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

func (o mailServer) login(client *smtp.Client) error {
	_, ways := client.Extension("AUTH")
	var way smtp.Auth
	switch offered := strings.Fields(strings.ToUpper(ways)); {
	case has(offered, "PLAIN"):
		way = smtp.PlainAuth("", o.user, o.password.Reveal(), o.host)
	case has(offered, "LOGIN"):
		way = &loginAuth{user: o.user, password: o.password}
	default:
		return configure("mail_login", o.host+" offers no login mechanism that adtally supports", "It must offer PLAIN or LOGIN. Leave user and password empty if it requires none.", nil)
	}
	err := client.Auth(way)
	if said, ok := errors.AsType[*textproto.Error](err); ok && said.Code >= 500 {
		return configure("mail_login", fmt.Sprintf("%s does not accept the user or the password: %s", o.host, discreet(said, hiddenPassword(o.password)...)),
			"Many mail providers require an app password.", nil)
	}
	return err
}

// failed converts an error of the protocol. A code from 500 is a permanent refusal
// (RFC 5321, 4.2.1).
func (o mailServer) failed(ctx context.Context, err error) error {
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
	if errors.Is(err, errEndless) {
		return refused(o.host, shown)
	}
	if r, ok := errors.AsType[*rejected](err); ok && !r.later || !ok && forGood(err) {
		return refused(o.host, shown)
	}
	return &temporaryError{err: unreachable(o.host, shown)}
}

func forGood(err error) bool {
	said, ok := errors.AsType[*textproto.Error](err)
	return ok && said.Code >= 500
}
