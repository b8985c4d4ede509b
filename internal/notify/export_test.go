package notify

import (
	"context"
	"net/http"
	"net/netip"
	"net/smtp"
	"net/url"
)

// Barred says why no message goes to an address.
func Barred(a netip.Addr, loopbackOnly bool) string { return barred(a, loopbackOnly) }

// Connect asks an address that nobody has looked at with the client that
// messages go out by.
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

// DialMail connects as mail does.
func DialMail(ctx context.Context, address string) error {
	conn, err := dialer(false).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return conn.Close()
}

// LoginInTheClear is the way LOGIN on a connection that is not encrypted.
func LoginInTheClear() error {
	_, _, err := (&loginAuth{user: "u"}).Start(&smtp.ServerInfo{Name: "localhost", Auth: []string{"LOGIN"}})
	return err
}
