package notify_test

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
)

// bodies returns the decoded parts of a message, by type.
func bodies(t *testing.T, m *mail.Message) map[string]string {
	t.Helper()
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("%s, %v", kind, err)
	}
	all := map[string]string{}
	for parts := multipart.NewReader(m.Body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(quotedprintable.NewReader(p))
		kind, _, wrong := mime.ParseMediaType(p.Header.Get("Content-Type"))
		if err := errors.Join(err, wrong); err != nil {
			t.Fatal(err)
		}
		all[kind] = string(text)
	}
}

// endless is a mail server that repeats a line forever after an opening, and counts
// the bytes that are read.
func endless(t *testing.T, opening, again string) (address string, sent *atomic.Int64) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	sent = &atomic.Int64{}
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, err = io.WriteString(conn, opening)
			for block := []byte(strings.Repeat(again, 1<<10)); err == nil; {
				var n int
				n, err = conn.Write(block)
				sent.Add(int64(n))
			}
			_ = conn.Close()
		}
	}()
	return listener.Addr().String(), sent
}

// The client leaves a server that answers endlessly after a limited number of bytes,
// in every phase.
func TestMail_LimitsServerOutput(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct{ opening, again string }{
		"an endless greeting":        {"", "220-welcome to this server\r\n"},
		"an endless line":            {"", "220 welcome "},
		"an endless list":            {"220 mail.example\r\n", "250-EXTENSION\r\n"},
		"endless about a mailbox":    {"220 mail.example\r\n250 mail.example\r\n250 well\r\n", "250-well\r\n"},
		"endless after the delivery": {"220 mail.example\r\n250 mail.example\r\n250 well\r\n250 well\r\n250 well\r\n354 go on\r\n", "250-taken\r\n"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			address, sent := endless(t, c.opening, c.again)
			k := &notify.Sender{Now: func() time.Time { return moment }, Pause: time.Millisecond, Timeout: 20 * time.Second}
			err := k.Send(t.Context(), (&mailServer{address: address}).channel("none"), message)
			wants(t, what, err, "channel_refused")
			// The limit, and the buffers of the operating system.
			if n := sent.Load(); n > 12<<20 {
				t.Errorf("%d bytes were taken", n)
			}
		})
	}
}

// RFC 5322, 2.1.1: no line is longer than 998 bytes, and folded ones about 78.
func TestMail_LongHeadersAreFolded(t *testing.T) {
	t.Parallel()
	for what, name := range map[string]string{"ascii": strings.Repeat("Department of long names ", 4), "arabic": strings.Repeat("قسم الأسماء ", 8)} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := &mailServer{plain: true}
			k := o.start(t)
			c := o.channel("none")
			var all []string
			for i := range 25 {
				all = append(all, fmt.Sprintf("%q <person%d@department.example.com>", name, i))
			}
			c.Settings["to"] = strings.Join(all, ", ")
			m := message
			m.Title = strings.Repeat("é", 112) + ": reconnect needed"
			if err := k.Send(t.Context(), c, m); err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(o.deliveries()[0], "\r\n\r\n")
			for l := range strings.SplitSeq(head, "\r\n") {
				if len(l) > 100 {
					t.Errorf("a header line of %d bytes: %q", len(l), l)
				}
			}
			got, err := mail.ReadMessage(strings.NewReader(o.deliveries()[0]))
			if err != nil {
				t.Fatal(err)
			}
			to, err := got.Header.AddressList("To")
			subject, wrong := new(mime.WordDecoder).DecodeHeader(got.Header.Get("Subject"))
			if err != nil || wrong != nil || len(to) != 25 || to[24].Name != strings.TrimRight(name, " ") && to[24].Name != name || to[24].Address != "person24@department.example.com" || subject != "[Adtally] "+m.Title {
				t.Errorf("%d recipients, the last %+v, %q, %v", len(to), to[len(to)-1], subject, errors.Join(err, wrong))
			}
		})
	}
}

func TestMail_EncodesDomainsAsASCII(t *testing.T) {
	t.Parallel()
	o := &mailServer{plain: true}
	k := o.start(t)
	c := o.channel("none")
	c.Settings["from"], c.Settings["to"] = "Adtally <adtally@bücher.example>", "Ada <ada@münchen.example>, bob@example.com, eve@مثال.example"
	if err := k.Send(t.Context(), c, message); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"MAIL FROM:<adtally@xn--bcher-kva.example>", "RCPT TO:<ada@xn--mnchen-3ya.example>", "RCPT TO:<bob@example.com>", "RCPT TO:<eve@xn--mgbh0fb.example>"} {
		if !o.has(want) {
			t.Errorf("no %s in %q", want, o.asked())
		}
	}
	for _, bad := range []string{"jürgen@example.com", "a@xn--\u00fc.example"} {
		c.Settings["to"] = bad
		wants(t, bad, k.Check(c), "channel_setting")
	}
}

// Each mailbox gets the message once, whatever happens to the others; the error names
// those that did not, with the server's answers.
func TestMail_SendsOncePerMailbox(t *testing.T) {
	t.Parallel()
	const bob = "RCPT TO:<bob@example.com>"
	for what, c := range map[string]struct {
		refuse            map[string][]string
		deliveries, asked int // messages, and how often ada is named
		says              []string
	}{
		"one comes later":   {map[string][]string{bob: {"451 greylisted", "250 well"}}, 2, 1, nil},
		"one never comes":   {map[string][]string{bob: {"451 greylisted"}}, 1, 1, []string{"Only some of the mailboxes", "bob@example.com: 451 greylisted"}},
		"one is unknown":    {map[string][]string{bob: {"550 5.1.1 no such user"}}, 1, 1, []string{"Only some of the mailboxes", "bob@example.com: 550 5.1.1 no such user"}},
		"both are unknown":  {map[string][]string{"RCPT": {"550 no such user"}}, 0, 1, []string{"ada@example.com: 550 no such user; bob@example.com: 550 no such user"}},
		"unknown, or later": {map[string][]string{bob: {"451 later"}, "RCPT TO:<ada@example.com>": {"550 unknown"}}, 0, 1, []string{"ada@example.com: 550 unknown; bob@example.com: 451 later"}},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := &mailServer{plain: true, refuse: c.refuse}
			k := o.start(t)
			err := k.Send(t.Context(), o.channel("none"), message)
			asked := strings.Count(strings.Join(o.asked(), "\n"), "RCPT TO:<ada@example.com>")
			if len(o.deliveries()) != c.deliveries || asked != c.asked || (err == nil) != (c.says == nil) {
				t.Errorf("%d messages, ada is asked for %d times, %v", len(o.deliveries()), asked, err)
			}
			for _, want := range c.says {
				if f := adtally.FaultOf(err); !strings.Contains(f.Message, want) || strings.Count(f.Error(), want) != 1 {
					t.Errorf("%q does not say %q once", f, want)
				}
			}
		})
	}
}

// The answer of the other side is part of the sentence for people.
func TestMail_ShowsServerAnswer(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		refuse map[string][]string
		says   string
	}{
		"greeting":    {map[string][]string{"HELLO": {"554 5.7.1 you are on a list"}}, "554 5.7.1 you are on a list"},
		"no greeting": {map[string][]string{"HELLO": {"hello there"}}, "hello there"},
		"login":       {map[string][]string{"AUTH": {"535 5.7.8 make an app password"}}, "535 5.7.8 make an app password"},
		"end":         {map[string][]string{"END": {"554 5.6.0 line too long"}}, "554 5.6.0 line too long"},
	} {
		o := &mailServer{ways: "PLAIN", refuse: c.refuse}
		k := o.start(t)
		if f := adtally.FaultOf(k.Send(t.Context(), o.channel("starttls"), message)); f == nil || !strings.Contains(f.Message, c.says) {
			t.Errorf("%s: %v", what, f)
		}
	}
	o := &mailServer{ways: "PLAIN"}
	k := o.start(t)
	k.Roots = nil
	if f := adtally.FaultOf(k.Send(t.Context(), o.channel("tls"), message)); f == nil || f.Code != "channel_unreachable" {
		t.Errorf("not encrypted: %v", f)
	}
	if f := adtally.FaultOf(k.Send(t.Context(), o.channel("starttls"), message)); f == nil || !strings.Contains(f.Message, "certificate") {
		t.Errorf("certificate: %v", f)
	}
}
