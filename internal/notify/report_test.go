package notify_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http/httptest"
	"net/mail"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
)

func someReport() notify.Message {
	return notify.Message{ID: "m1", Event: notify.Reported, Severity: adtally.Well, Title: "Our shop", Sentence: "From 3 June 2026 to 9 June 2026.", Link: "https://x/dashboards/b1", At: moment, To: "client@example.com",
		Report: &notify.Report{Figures: []notify.ReportFigure{{Metric: "spend", Title: "Spend <b>", Shown: "1,234.00 EUR"}}, Notes: []string{"The PDF could not be made."}},
		Files:  []adtally.AttachedFile{{Name: "our-shop\r\nBcc: x.pdf", Type: "application/pdf", Content: []byte("%PDF \x00\xff")}}}
}

// parts are the decoded parts of a mail by media type.
func parts(t *testing.T, kind string, body io.Reader, into map[string]string) {
	t.Helper()
	media, params, err := mime.ParseMediaType(kind)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(media, "multipart/") {
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		into[media] = string(text)
		return
	}
	for r := multipart.NewReader(body, params["boundary"]); ; {
		p, err := r.NextPart()
		if err != nil {
			return
		}
		if name := p.FileName(); name != "" {
			into["file"] = name
		}
		var content io.Reader = p
		if strings.EqualFold(p.Header.Get("Content-Transfer-Encoding"), "base64") {
			content = base64.NewDecoder(base64.StdEncoding, p)
		}
		parts(t, p.Header.Get("Content-Type"), content, into)
	}
}

func TestSender_MailsAReportWithFiles(t *testing.T) {
	t.Parallel()
	o := &mailServer{plain: true}
	k := o.start(t)
	if err := k.Send(t.Context(), o.channel("none"), someReport()); err != nil {
		t.Fatal(err)
	}
	m, err := mail.ReadMessage(strings.NewReader(o.deliveries()[0]))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	parts(t, m.Header.Get("Content-Type"), m.Body, got)
	if got["application/pdf"] != "%PDF \x00\xff" || m.Header.Get("Bcc") != "" || strings.ContainsAny(got["file"], "\r\n") {
		t.Errorf("the file: %q %q", got["file"], got["application/pdf"])
	}
	if text := got["text/plain"]; !strings.Contains(text, "Spend <b>: 1,234.00 EUR") || strings.Contains(text, "well") || !strings.Contains(text, "could not be made") {
		t.Errorf("the text: %s", text)
	}
	if page := got["text/html"]; !strings.Contains(page, "Spend &lt;b&gt;: 1,234.00 EUR") {
		t.Errorf("the page: %s", page)
	}
}

// A report goes to its own recipients at once, whatever digest the channel has, and its files
// are read when it is sent.
func TestWatch_SendsReports(t *testing.T) {
	t.Parallel()
	o := &mailServer{plain: true}
	k := o.start(t)
	i := newInstallation(t, "https://example.com")
	c := o.channel("none")
	c.ID, c.Digest = "boxes", adtally.Digest{At: "08:00", Zone: "UTC"}
	m := someReport()
	body, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(body), "JVBERi") {
		t.Error("the stored message has the file")
	}
	err = errors.Join(i.db.AddChannel(t.Context(), c, adtally.Admission{}, adtally.AuditEntry{ID: "d3"}),
		i.db.Tell(t.Context(), nil, []adtally.Delivery{{ID: "m1", Channel: "boxes", Body: string(body), Written: moment, NotBefore: moment}, {ID: "m2", Channel: "boxes", Body: string(body), Written: moment, NotBefore: moment}}))
	if err != nil {
		t.Fatal(err)
	}
	w := i.watch[0]
	w.Sender, w.Files = k, func(context.Context, string) ([]adtally.AttachedFile, error) { return m.Files, nil }
	if err := w.Deliver(t.Context()); err != nil {
		t.Fatal(err)
	}
	if sent := o.deliveries(); len(sent) != 2 || !strings.Contains(sent[0], "JVBERi") {
		t.Errorf("%d messages: %.300s", len(sent), sent)
	}
	if !o.has("RCPT TO:<client@example.com>") || o.has("ada@example.com") {
		t.Errorf("%q", o.asked())
	}
}

// Programs can tell figures from alerts, and chats show them as text.
func TestSender_PostsReports(t *testing.T) {
	t.Parallel()
	for _, kind := range []string{"webhook", "slack"} {
		l := &listener{}
		s := httptest.NewServer(l)
		t.Cleanup(s.Close)
		c := adtally.Channel{Kind: kind, Settings: map[string]string{"url": s.URL}, Secret: map[string]adtally.Secret{"slack": adtally.NewSecret(s.URL), "webhook": notify.NewSigningKey()}[kind]}
		k := &notify.Sender{Now: time.Now}
		if err := k.Send(t.Context(), c, someReport()); err != nil {
			t.Fatal(err)
		}
		want := map[string]string{"webhook": `"type":"dashboard.report"`, "slack": `Spend \u0026lt;b\u0026gt;: 1,234.00 EUR`}[kind]
		if body := string(l.all()[0].body); !strings.Contains(body, want) || strings.Contains(body, "%PDF") {
			t.Errorf("%s: %s", kind, body)
		}
	}
}
