package notify_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
)

// spending is what a test says about the ads of the source.
type spending struct {
	mu     sync.Mutex
	seen   []adtally.Alert
	unsure bool
}

func (s *spending) Alerts(context.Context, []adtally.SourceRecord, time.Time) ([]adtally.Alert, func(string) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	unsure := s.unsure
	return slices.Clone(s.seen), func(string) bool { return unsure }
}

func (s *spending) set(unsure bool, seen ...adtally.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen, s.unsure = seen, unsure
}

func pacingAlert(kind adtally.AlertKind, subject string, severity adtally.Severity, stage int) adtally.Alert {
	return adtally.Alert{Kind: kind, Source: "s1", Name: "Shop", Subject: subject, Severity: severity, Stage: stage, Sentence: subject + " is off.", Cure: "Look."}
}

// watching is an installation whose ads are as the test says.
func watching(t *testing.T) (*receiver, *installation, *spending) {
	t.Helper()
	r, s := newReceiver(t), &spending{}
	i := newInstallation(t, r.URL)
	for _, w := range i.watch {
		w.Spending = s
	}
	i.pace(good(moment))
	seldom := func(s *adtally.SourceRecord) { s.Every = 1000 * time.Hour } // so that it is not late itself
	if _, err := i.db.EditSource(t.Context(), "s1", 1, seldom, adtally.Handover{}, adtally.AuditEntry{ID: "s"}); err != nil {
		t.Fatal(err)
	}
	return r, i, s
}

func TestWatch_SpendingNotSureWhileLate(t *testing.T) {
	t.Parallel()
	r, i, s := watching(t)
	s.set(false, pacingAlert(adtally.DeliveryStopped, "7", adtally.Critical, 0))
	i.after(10 * time.Minute)
	same(t, "a stop", r.heard(), []string{"opened delivery_stopped s1 https://x/s1"})
	s.set(true)
	i.after(2 * time.Hour)
	same(t, "while the data is late", r.heard(), nil)
	s.set(false)
	i.after(10 * time.Minute)
	same(t, "when it spends again", r.heard(), []string{"resolved delivery_stopped s1 https://x/s1"})
}

func TestWatch_Snooze(t *testing.T) {
	t.Parallel()
	r, i, s := watching(t)
	s.set(false, pacingAlert(adtally.Overspend, "7", adtally.Warning, 1))
	i.after(10 * time.Minute)
	same(t, "a projection", r.heard(), []string{"opened overspend s1 https://x/s1"})
	open, err := i.db.OpenIncidents(t.Context())
	if err != nil || len(open) != 1 {
		t.Fatal(open, err)
	}
	snooze := func(until time.Time) {
		t.Helper()
		if err := i.db.SnoozeIncident(t.Context(), open[0].ID, until, adtally.AuditEntry{ID: "a" + until.String()}); err != nil {
			t.Fatal(err)
		}
	}
	snooze(i.now.Load().Add(2 * time.Hour))
	s.set(false, pacingAlert(adtally.Overspend, "7", adtally.Critical, 2))
	i.after(time.Hour)
	same(t, "a new stage while it is snoozed", r.heard(), nil)
	i.after(2 * time.Hour)
	same(t, "afterwards", r.heard(), []string{"worse overspend s1 https://x/s1"})
	snooze(i.now.Load().Add(2 * time.Hour))
	s.set(false)
	i.after(time.Hour)
	same(t, "its end while it is snoozed", r.heard(), nil)
	if err := i.db.SnoozeIncident(t.Context(), open[0].ID, time.Time{}, adtally.AuditEntry{ID: "z"}); adtally.FaultOf(err).Code != "not_found" {
		t.Errorf("snoozing a closed incident: %v", err)
	}
}

func TestWatch_Digest(t *testing.T) {
	t.Parallel()
	r, i, s := watching(t)
	c, err := i.db.Channel(t.Context(), "ch1")
	if err != nil {
		t.Fatal(err)
	}
	next := moment.Add(5 * time.Hour)
	c.Digest = adtally.Digest{At: next.UTC().Format("15:04"), Zone: "UTC"}
	if err := i.db.EditChannel(t.Context(), c, adtally.Admission{}, adtally.AuditEntry{ID: "e"}); err != nil {
		t.Fatal(err)
	}
	s.set(false, pacingAlert(adtally.Underspend, "7", adtally.Warning, 0), pacingAlert(adtally.NoConversions, "7/a", adtally.Warning, 0),
		pacingAlert(adtally.DeliveryStopped, "8", adtally.Critical, 0))
	i.after(time.Hour)
	same(t, "what is critical does not wait", r.heard(), []string{"opened delivery_stopped s1 https://x/s1"})
	i.after(5 * time.Hour)
	same(t, "at the hour of the digest", r.heard(), []string{"digest   "})
	deliveries, err := i.db.Deliveries(t.Context(), "ch1", 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range deliveries {
		if l.Arrived.IsZero() {
			t.Errorf("%s did not arrive", l.ID)
		}
	}
	i.after(48 * time.Hour)
	same(t, "on the days after", r.heard(), nil)
	open, err := i.db.OpenIncidents(t.Context())
	if err != nil || len(open) != 3 {
		t.Fatal(open, err)
	}
	for _, o := range open {
		if o.Reached.IsZero() {
			t.Errorf("nobody was told of %s", o.Subject)
		}
	}
}

func TestTogether(t *testing.T) {
	t.Parallel()
	m := notify.Together([]notify.Message{
		{ID: "1", Title: "Shop: under budget", Sentence: "A is <b>off</b>.", Cure: "Look.", Severity: adtally.Warning, Link: "https://x/1"},
		{ID: "2", Title: "Shop: resolved", Sentence: "B is well.", Severity: adtally.Well},
		{ID: "3", Title: "Shop: API version ends", Sentence: "C ends.", Severity: adtally.Notice},
	}, moment)
	html, err := notify.HTMLOf(m)
	if err != nil {
		t.Fatal(err)
	}
	for form, text := range map[string]string{"text": notify.TextOf(m), "html": html, "slack": notify.SlackTextOf(m)} {
		for _, part := range []string{"1 to look at today, 1 without hurry, 1 resolved.", "Shop: under budget", "Look.", "https://x/1", "C ends."} {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q:\n%s", form, part, text)
			}
		}
		if form != "text" && strings.Contains(text, "<b>") {
			t.Errorf("%s takes foreign text as markup:\n%s", form, text)
		}
	}
}
