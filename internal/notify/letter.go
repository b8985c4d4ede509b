package notify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"mime/quotedprintable"
	"net/mail"
	"net/smtp"
	"slices"
	"strings"
	"time"

	"adtally"
)

// compose writes a message as mail (RFC 5322). Its Message-ID is the same each
// time it is sent, so that a mailbox may know it again.
func (k *Courier) compose(o office, m Message) ([]byte, error) {
	var out bytes.Buffer
	_, domain, _ := strings.Cut(o.from.Address, "@")
	for _, h := range [][2]string{
		{"From", o.from.String()},
		{"To", addresses(o.to)},
		{"Subject", mime.QEncoding.Encode("utf-8", line("[Adtally] "+m.Title, 200))},
		{"Date", k.Now().UTC().Format(time.RFC1123Z)},
		{"Message-ID", "<" + line(m.ID, 100) + "@" + domain + ">"},
		{"Auto-Submitted", "auto-generated"}, // nobody's absence answers it (RFC 3834)
		{"MIME-Version", "1.0"},
		{"Content-Type", "text/plain; charset=utf-8"},
		{"Content-Transfer-Encoding", "quoted-printable"},
	} {
		fmt.Fprintf(&out, "%s: %s\r\n", h[0], h[1])
	}
	out.WriteString("\r\n")
	w := quotedprintable.NewWriter(&out)
	_, err := w.Write([]byte(m.text()))
	return out.Bytes(), errors.Join(err, w.Close())
}

func addresses(all []*mail.Address) string {
	var texts []string
	for _, a := range all {
		texts = append(texts, a.String())
	}
	return strings.Join(texts, ", ")
}

func has(list []string, s string) bool { return slices.Contains(list, s) }

// hiddenPassword are the forms in which a server could send the password back.
func hiddenPassword(password adtally.Secret) []string {
	if password.IsZero() {
		return nil
	}
	return []string{password.Reveal(), base64.StdEncoding.EncodeToString([]byte(password.Reveal()))}
}

// loginAuth is the way LOGIN, which some large providers offer alone. It is not
// in the standard library; the server asks for the user, then for the password,
// in words of its own.
type loginAuth struct {
	user     string
	password adtally.Secret
	asked    int
}

var errInTheClear = errors.New("the connection is not encrypted")

func (a *loginAuth) Start(server *smtp.ServerInfo) (string, []byte, error) {
	if !server.TLS {
		return "", nil, errInTheClear
	}
	a.asked = 0
	return "LOGIN", nil, nil
}

func (a *loginAuth) Next(_ []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	a.asked++
	switch a.asked {
	case 1:
		return []byte(a.user), nil
	case 2:
		return []byte(a.password.Reveal()), nil
	}
	return nil, errors.New("the server asks for more than a user and a password")
}
