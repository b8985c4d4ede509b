package notify

import (
	"context"
	"net/http"
	"net/netip"
	"net/smtp"
	"net/url"
)

// Barred says why messages must not go to an address.
func Barred(a netip.Addr, loopbackOnly bool) string { return refusedReason(a, loopbackOnly) }

// Connect calls an unchecked address with the client that sends messages.
func (k *Sender) Connect(ctx context.Context, address string) error {
	to, err := url.Parse(address)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, address, nil)
	if err != nil {
		return err
	}
	client := k.client(to)
	defer client.CloseIdleConnections()
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// DialMail connects as the mail channel does.
func DialMail(ctx context.Context, address string) error {
	conn, err := dialer(false).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// LoginInTheClear starts AUTH LOGIN on an unencrypted connection.
func LoginInTheClear() error {
	_, _, err := (&loginAuth{user: "u"}).Start(&smtp.ServerInfo{Name: "localhost", Auth: []string{"LOGIN"}})
	return err
}

// Together, TextOf, HTMLOf and SlackTextOf are exported for the tests of digests.
var Together = together

func TextOf(m Message) string { return m.text() }

func HTMLOf(m Message) (string, error) { return m.html() }

func SlackTextOf(m Message) string { return slackText(m) }
