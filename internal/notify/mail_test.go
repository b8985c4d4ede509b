package notify_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http/httptest"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
)

const password = "hunter2hunter2"

// mailServer is a scripted mail server (RFC 5321).
type mailServer struct {
	address string
	tls     *tls.Config
	full    bool   // encrypted from the first byte
	plain   bool   // offers no encryption
	ways    string // mechanisms to log in
	// refuse replaces the server's answers, by command: each is used once, the last one
	// from then on.
	refuse map[string][]string

	mu   sync.Mutex
	said []string // commands that it received, without the message
	mail []string // messages that it accepted
}

func (o *mailServer) start(t *testing.T) *notify.Sender {
	t.Helper()
	s := httptest.NewTLSServer(nil) // for its certificate
	s.Close()
	o.tls = &tls.Config{Certificates: s.TLS.Certificates}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o.address = listener.Addr().String()
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() { o.serve(conn) })
		}
	})
	t.Cleanup(func() { _ = listener.Close(); wg.Wait() })
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return &notify.Sender{Now: func() time.Time { return moment }, Pause: time.Millisecond, Timeout: 5 * time.Second, Roots: roots}
}

// serve handles one client until it disconnects.
func (o *mailServer) serve(conn net.Conn) {
	if o.full {
		conn = tls.Server(conn, o.tls)
	}
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	say := func(s string) { fmt.Fprintf(conn, "%s\r\n", s) }
	say(o.instead("HELLO", "220 mail.example ESMTP"))
	for {
		text, err := in.ReadString('\n')
		if err != nil {
			return
		}
		text = strings.TrimSpace(text)
		verb, _, _ := strings.Cut(strings.ToUpper(text), " ")
		o.note(text)
		switch verb {
		case "EHLO":
			say("250-mail.example")
			if _, secret := conn.(*tls.Conn); !secret && !o.plain {
				say("250-STARTTLS")
			}
			say("250 AUTH " + o.ways)
		case "STARTTLS":
			say("220 go on")
			conn = tls.Server(conn, o.tls)
			in = bufio.NewReader(conn)
		case "AUTH":
			o.login(text, in, say)
		case "DATA":
			say(o.instead("DATA", "354 go on"))
			o.take(in)
			say(o.instead("END", "250 taken"))
		case "QUIT":
			say("221 bye")
			return
		default: // MAIL, RCPT
			say(o.instead(text, o.instead(verb, "250 well")))
		}
	}
}

func (o *mailServer) login(text string, in *bufio.Reader, say func(string)) {
	if strings.HasPrefix(text, "AUTH LOGIN") {
		for _, ask := range []string{"Username:", "Password:"} {
			say("334 " + base64.StdEncoding.EncodeToString([]byte(ask)))
			answer, _ := in.ReadString('\n')
			decoded, _ := base64.StdEncoding.DecodeString(strings.TrimSpace(answer))
			o.note(ask + string(decoded))
		}
	} else {
		decoded, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "AUTH PLAIN "))
		o.note(strings.ReplaceAll(string(decoded), "\x00", "|"))
	}
	say(o.instead("AUTH", "235 come in"))
}

func (o *mailServer) take(in *bufio.Reader) {
	var text strings.Builder
	for {
		l, err := in.ReadString('\n')
		if err != nil || l == ".\r\n" {
			break
		}
		text.WriteString(strings.TrimPrefix(l, "."))
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.mail = append(o.mail, text.String())
}

func (o *mailServer) note(s string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.said = append(o.said, s)
}

func (o *mailServer) instead(what, otherwise string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := o.refuse[what]
	if len(all) == 0 {
		return otherwise
	}
	if len(all) > 1 {
		o.refuse[what] = all[1:]
	}
	return all[0]
}

func (o *mailServer) channel(security string) adtally.Channel {
	host, port, _ := net.SplitHostPort(o.address)
	c := adtally.Channel{ID: "c", Name: "team", Kind: "mail", Settings: map[string]string{"host": host, "port": port, "security": security,
		"from": "Adtally <adtally@example.com>", "to": "Ada <ada@example.com>, bob@example.com"}}
	if security != "none" {
		c.Settings["user"], c.Secret = "adtally@example.com", adtally.NewSecret(password)
	}
	return c
}

// deliveries returns the accepted messages.
func (o *mailServer) deliveries() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.mail)
}

func (o *mailServer) asked() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.said)
}

func (o *mailServer) has(s string) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Contains(strings.Join(o.said, "\n"), s)
}

func TestMail_Arrives(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		office   *mailServer
		security string
		login    string
	}{
		"starttls, plain": {&mailServer{ways: "LOGIN PLAIN"}, "starttls", "|adtally@example.com|" + password},
		"starttls, login": {&mailServer{ways: "login XOAUTH2"}, "starttls", "Password:" + password},
		"tls, plain":      {&mailServer{ways: "PLAIN", full: true}, "tls", "|adtally@example.com|" + password},
		"tls, login":      {&mailServer{ways: "LOGIN", full: true}, "tls", "Username:adtally@example.com"},
		"no password":     {&mailServer{plain: true}, "none", ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := c.office
			k := o.start(t)
			if err := k.Send(t.Context(), o.channel(c.security), message); err != nil {
				t.Fatal(err)
			}
			if len(o.deliveries()) != 1 || !o.has(c.login) || !o.has("MAIL FROM:<adtally@example.com>") || !o.has("RCPT TO:<ada@example.com>") || !o.has("RCPT TO:<bob@example.com>") {
				t.Errorf("%d messages, %q", len(o.deliveries()), o.asked())
			}
		})
	}
}

func TestMail_IsReadable(t *testing.T) {
	t.Parallel()
	o := &mailServer{plain: true}
	k := o.start(t)
	m := message
	m.Title = "قهوة ☕\r\nBcc: eve@example.com " + strings.Repeat("long ", 90)
	m.Sentence = ".\r\n.It is 5 € late\x00, " + strings.Repeat("and later, ", 40)
	if err := k.Send(t.Context(), o.channel("none"), m); err != nil {
		t.Fatal(err)
	}
	got, err := mail.ReadMessage(strings.NewReader(o.deliveries()[0]))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"From": `"Adtally" <adtally@example.com>`, "To": `"Ada" <ada@example.com>, <bob@example.com>`, "Bcc": "",
		"Message-Id": "<o1_opened@example.com>", "Date": "Tue, 02 Jun 2026 10:00:00 +0000", "Auto-Submitted": "auto-generated"} {
		if s := got.Header.Get(name); s != want {
			t.Errorf("%s: %q", name, s)
		}
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
	if err != nil || !strings.HasPrefix(subject, "[Adtally] قهوة ☕ Bcc: eve@example.com long long") || !strings.HasSuffix(subject, "…") {
		t.Errorf("%q, %v", subject, err)
	}
	body := bodies(t, got)
	if text := body["text/plain"]; !strings.HasPrefix(text, ". .It is 5 € late , and later,") || !strings.Contains(text, "\r\n\r\nWhat to do: Do this.\r\n\r\nhttps://adtally.example/sources/s?a=1&b=<|>\r\n\r\ncritical, 2 June 2026 10:00 UTC\r\n") {
		t.Errorf("%q", text)
	}
	if page := body["text/html"]; !strings.Contains(page, "<p>What to do: Do this.</p>") || !strings.Contains(page, `<a href="https://adtally.example/sources/s?a=1&amp;b=%3c%7c%3e">`) {
		t.Errorf("%q", page)
	}
	for l := range strings.SplitSeq(o.deliveries()[0], "\r\n") {
		if len(l) > 998 || strings.ContainsAny(l, "\r\n\x00") { // RFC 5322, 2.1.1
			t.Errorf("a line of %d bytes: %q", len(l), l)
		}
	}
}

func TestMail_RetriesTemporaryErrors(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		refuse   map[string][]string
		messages int
		code     string
	}{
		"busy at first":        {map[string][]string{"HELLO": {"421 busy", "421 busy", "220 well"}}, 1, ""},
		"greylisted":           {map[string][]string{"RCPT": {"450 later", "450 later", "250 well"}}, 1, ""},
		"busy":                 {map[string][]string{"HELLO": {"421 busy"}}, 0, "channel_unreachable"},
		"full":                 {map[string][]string{"END": {"452 full"}}, 3, "channel_unreachable"},
		"not taken":            {map[string][]string{"END": {"554 spam"}}, 1, "channel_refused"},
		"nobody there":         {map[string][]string{"RCPT": {"550 unknown"}}, 0, "channel_refused"},
		"one is not there":     {map[string][]string{"RCPT TO:<bob@example.com>": {"550 unknown"}}, 1, "mailbox_refused"},
		"not from there":       {map[string][]string{"MAIL": {"530 no"}}, 0, "channel_refused"},
		"the wrong password":   {map[string][]string{"AUTH": {"535 no"}}, 0, "mail_login"},
		"cannot log in now":    {map[string][]string{"AUTH": {"454 later", "235 well"}}, 1, ""},
		"it is no mail server": {map[string][]string{"HELLO": {"hello there"}}, 0, "channel_unreachable"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := &mailServer{ways: "PLAIN", refuse: c.refuse}
			k := o.start(t)
			err := k.Send(t.Context(), o.channel("starttls"), message)
			if len(o.deliveries()) != c.messages || c.code == "" && err != nil {
				t.Errorf("%d messages, %v", len(o.deliveries()), err)
			}
			if c.code != "" {
				wants(t, what, err, c.code)
			}
		})
	}
}

func TestMail_NeverSendsPasswordUnencrypted(t *testing.T) {
	t.Parallel()
	o := &mailServer{ways: "PLAIN LOGIN", plain: true}
	k := o.start(t)
	wants(t, "no encryption is offered", k.Send(t.Context(), o.channel("starttls"), message), "mail_unencrypted")
	c := o.channel("starttls")
	c.Settings["security"] = "none"
	wants(t, "none is wanted", k.Send(t.Context(), c, message), "channel_setting")
	stranger := *k
	stranger.Roots = nil
	secret := &mailServer{ways: "PLAIN"}
	secret.start(t)
	wants(t, "an unknown server", stranger.Send(t.Context(), secret.channel("starttls"), message), "channel_unreachable")
	if notify.LoginInTheClear() == nil {
		t.Error("LOGIN goes without encryption")
	}
	if o.has(password) || secret.has(password) || len(o.deliveries())+len(secret.deliveries()) > 0 {
		t.Errorf("%q %q", o.asked(), secret.asked())
	}
}

func TestMail_ErrorsHidePassword(t *testing.T) {
	t.Parallel()
	inBase64 := base64.StdEncoding.EncodeToString([]byte(password))
	for what, refuse := range map[string]map[string][]string{
		"login": {"AUTH": {"535 not " + password}}, "login, base64": {"AUTH": {"535 not " + inBase64}},
		"later": {"AUTH": {"454 not " + password}}, "mail": {"MAIL": {"550 " + password}},
		"one": {"RCPT TO:<bob@example.com>": {"550 " + password}}, "all": {"RCPT": {"550 " + password}},
	} {
		o := &mailServer{ways: "PLAIN", refuse: refuse}
		k := o.start(t)
		err := k.Send(t.Context(), o.channel("starttls"), message)
		f := adtally.FaultOf(err)
		if said := fmt.Sprintf("%v %+v %#v %s %v", err, f, f, f.Hint, f.Err); err == nil || strings.Contains(said, password) || strings.Contains(said, inBase64) {
			t.Errorf("%s: %s", what, said)
		}
	}
}

func TestMail_SilentServerTimesOut(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	o := &mailServer{address: listener.Addr().String()}
	k := &notify.Sender{Now: func() time.Time { return moment }, Pause: time.Millisecond, Timeout: 50 * time.Millisecond}
	for _, security := range []string{"starttls", "tls"} {
		wants(t, security, k.Send(t.Context(), o.channel(security), message), "channel_unreachable")
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the program ends"))
	if err := k.Send(ctx, o.channel("tls"), message); err == nil || !strings.Contains(err.Error(), "the program ends") {
		t.Errorf("called off: %v", err)
	}
}

func TestMail_RefusesInvalidSettings(t *testing.T) {
	t.Parallel()
	k := &notify.Sender{Now: func() time.Time { return moment }}
	o := &mailServer{address: "mail.example:587"}
	if err := k.Check(o.channel("starttls")); err != nil {
		t.Error(err)
	}
	for field, values := range map[string][]string{
		"host": {"", "https://mail.example", "mail.example:25", "a b"}, "port": {"0", "65536", "x"}, "security": {"ssl", "NONE"},
		"from": {"", "x", "a@b.example, c@d.example", "a@b.example\r\nBcc: e@f.example"}, "to": {"", "x", "a@b.example; c"}, "user": {""},
	} {
		for _, v := range values {
			c := o.channel("starttls")
			c.Settings[field] = v
			wants(t, field+" "+v, k.Check(c), "channel_setting")
		}
	}
	c := o.channel("starttls")
	c.Settings["host"] = "169.254.169.254"
	wants(t, "metadata", k.Check(c), "channel_address")
	for _, host := range []string{"::1", "10.0.0.9"} {
		c.Settings["host"] = host
		if err := k.Check(c); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// Forms are built from the specs: every field has a description, and at most one field
// is a secret.
func TestSpecs_DescribeEveryField(t *testing.T) {
	t.Parallel()
	var names []string
	for _, s := range notify.Specs() {
		names = append(names, s.Name)
		secrets := 0
		for _, f := range s.Fields {
			if f.Secret {
				secrets++
			}
			if f.Key == "" || f.Label == "" || f.Help == "" {
				t.Errorf("%s: %+v", s.Name, f)
			}
		}
		if secrets != 1 || s.Title == "" || s.Summary == "" {
			t.Errorf("%s: %d secrets", s.Name, secrets)
		}
	}
	if got := strings.Join(names, " "); got != "mail slack webhook" {
		t.Error(got)
	}
}
