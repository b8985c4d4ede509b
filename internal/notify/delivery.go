package notify

import (
	"bytes"
	"encoding/base64"
	"errors"
	"net/smtp"
	"slices"
	"strings"

	gomail "github.com/wneessen/go-mail"

	"adtally"
)

// compose writes a message as mail (RFC 5322), as text and HTML. Every attempt has the
// same Message-ID, so that mail programs can detect duplicates.
func (k *Sender) compose(o mailServer, m Message) ([]byte, error) {
	page, err := m.html()
	if err != nil {
		return nil, err
	}
	_, domain, _ := strings.Cut(o.from.Address, "@")
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(o.from)
	out.ToMailAddress(o.to...)
	out.Subject(line("[Adtally] "+m.Title, 200))
	out.SetDateWithValue(k.Now().UTC())
	out.SetMessageIDWithValue(line(m.ID, 100) + "@" + domain)
	out.SetGenHeader("Auto-Submitted", "auto-generated") // stops automatic replies (RFC 3834)
	out.SetBodyString(gomail.TypeTextPlain, strings.ReplaceAll(m.text(), "\n", "\r\n"))
	out.AddAlternativeString(gomail.TypeTextHTML, page)
	for _, f := range m.Files {
		if err := out.AttachReader(line(f.Name, 200), bytes.NewReader(f.Content), gomail.WithFileContentType(gomail.ContentType(f.Type))); err != nil {
			return nil, err
		}
	}
	var text bytes.Buffer
	_, err = out.WriteTo(&text)
	return text.Bytes(), err
}

func has(list []string, s string) bool { return slices.Contains(list, s) }

// hiddenPassword returns the forms in which a server could echo the password.
func hiddenPassword(password adtally.Secret) []string {
	if password.IsZero() {
		return nil
	}
	return []string{password.Reveal(), base64.StdEncoding.EncodeToString([]byte(password.Reveal()))}
}

// loginAuth implements AUTH LOGIN, the only mechanism of some large providers; the
// standard library lacks it. The server asks for the user, then for the password, with
// prompts of its own.
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
	return nil, errors.New("the server sent an unexpected prompt")
}
