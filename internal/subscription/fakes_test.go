package subscription_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/notify"
	"adtally/internal/store"
	"adtally/internal/store/storetest"
	"adtally/internal/subscription"
)

// noon is a Wednesday.
var noon = time.Date(2026, 6, 10, 12, 0, 0, 0, time.UTC)

// figures are answers that were written down, and what was asked.
type figures struct {
	asked []analytics.Query
	asOf  time.Time
	err   error
}

func (f *figures) Ask(_ context.Context, q analytics.Query) (*analytics.Answer, error) {
	f.asked = append(f.asked, q)
	if f.err != nil {
		return nil, f.err
	}
	if q.Metrics[0] == "reach" {
		return nil, &analytics.Refusal{Code: "dimension_missing", Message: "Reach cannot be added up", Hint: "Choose another."}
	}
	a := &analytics.Answer{AsOf: f.asOf, Notes: []analytics.Note{{Code: "still_counting", Message: "The last days still change"}}}
	for _, m := range q.Metrics {
		a.Columns = append(a.Columns, map[string]analytics.Column{
			"spend": {Metric: m, Title: "Spend", Unit: "money", Decimals: 2}, "ctr": {Metric: m, Title: "Click rate", Unit: "percent", Decimals: 4},
		}[m])
		value := map[string]analytics.Figure{"spend": {Value: "1234567.80", Currency: "EUR"}, "ctr": {Value: "0.0123"}}[m]
		a.Total = append(a.Total, value)
	}
	a.Compared = &analytics.Compared{Change: []analytics.Figure{{Value: "-0.125"}, {Value: "0.5"}}}
	for range q.By {
		a.Rows = []analytics.Row{{Members: []string{"120"}, Names: []string{"=SUM(A1)"}, Figures: a.Total, Previous: a.Total, Change: a.Compared.Change}}
	}
	return a, nil
}

func (f *figures) Metrics(context.Context) ([]analytics.MetricInfo, error) {
	return []analytics.MetricInfo{{Name: "spend", Title: "Spend"}, {Name: "reach", Title: "Reach"}}, nil
}

func (f *figures) Settings(context.Context) (analytics.Settings, error) {
	s := analytics.DefaultSettings()
	s.Zone = "Europe/Berlin"
	return s, nil
}

// printer prints, and notes what.
type printer struct {
	paths []string
	err   error
}

func (p *printer) Print(_ context.Context, path, _ string) ([]byte, error) {
	p.paths = append(p.paths, path)
	return []byte("%PDF-1.7"), p.err
}

// links are those that were made for printing.
type links struct {
	made    []adtally.ShareLink
	revoked []string
}

func (l *links) NewLink(_ context.Context, link adtally.ShareLink) (string, error) {
	l.made = append(l.made, link)
	return "/s/token", nil
}

func (l *links) RevokeLink(_ context.Context, id string) error {
	l.revoked = append(l.revoked, id)
	return nil
}

// installation is a database with a maker, two channels and a dashboard.
type installation struct {
	*testing.T
	*subscription.Sender
	db      *store.DB
	now     time.Time
	figures *figures
	printer *printer
	links   *links
}

const mine = `{"title":"Our shop","range":{"preset":"last_7_days"},"filters":[{"dimension":"channel","in":["facebook"]}],"tiles":[
	{"id":"a","kind":"metric","metrics":["spend","ctr"],"at":[0,0,3,2]},{"id":"b","kind":"table","title":"By campaign","metrics":["spend"],"by":["campaign"],"at":[0,2,3,2]},
	{"id":"c","kind":"metric","metrics":["reach"],"at":[0,4,3,2]},{"id":"d","kind":"text","text":"Hello","at":[3,0,3,2]}]}`

func newInstallation(t *testing.T) *installation {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.File(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	i := &installation{T: t, db: db, now: noon, figures: &figures{asOf: noon}, printer: &printer{}, links: &links{}}
	ids := 0
	i.Sender = &subscription.Sender{Subscriptions: db, Installation: db, Figures: i.figures, Links: i.links, Printer: i.printer,
		Address: func(d string) string { return "https://x/dashboards/" + d }, Now: func() time.Time { return i.now },
		NewID: func() string { ids++; return fmt.Sprint("m", ids) }, Report: func(err error) { t.Log(err) }}
	ctx := t.Context()
	err = errors.Join(db.AddFirstUser(ctx, adtally.User{ID: "u0", Email: "z@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Admin}}, adtally.AuditEntry{ID: "d0"}),
		db.AddUser(ctx, adtally.User{ID: "u1", Email: "a@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Editor}}, adtally.AuditEntry{ID: "d1"}),
		db.AddChannel(ctx, adtally.Channel{ID: "mail", Kind: "mail"}, adtally.Admission{}, adtally.AuditEntry{ID: "d2"}),
		db.AddChannel(ctx, adtally.Channel{ID: "chat", Kind: "slack"}, adtally.Admission{}, adtally.AuditEntry{ID: "d3"}),
		db.AddDashboard(ctx, adtally.StoredDashboard{ID: "b1", Title: "Our shop", Content: []byte(mine)}, adtally.AuditEntry{ID: "d4"}))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// subscribe creates a subscription that is due every day at 14:00 in Berlin, which is noon.
func (i *installation) subscribe(change func(*adtally.Subscription)) {
	i.Helper()
	s := adtally.Subscription{ID: "s1", Dashboard: "b1", Channel: "mail", To: "client@example.com", When: adtally.Recurrence{Every: adtally.EveryDay, At: "14:00", Zone: "Europe/Berlin"}, Maker: "u1",
		Lock: []adtally.ShareLock{{Dimension: "account", In: []string{"7"}}}, PDF: true, CSV: true, Created: noon, Updated: noon, Due: noon}
	if change != nil {
		change(&s)
	}
	if err := i.db.AddSubscription(i.Context(), s, adtally.AuditEntry{ID: "d" + s.ID}); err != nil {
		i.Fatal(err)
	}
}

func (i *installation) run() {
	i.Helper()
	if err := i.RunOnce(i.Context()); err != nil {
		i.Fatal(err)
	}
}

// messages are what waits to be sent.
func (i *installation) messages(channel string) (all []notify.Message) {
	i.Helper()
	kept, err := i.db.Deliveries(i.Context(), channel, 100)
	if err != nil {
		i.Fatal(err)
	}
	for _, l := range kept {
		var m notify.Message
		if err := json.Unmarshal([]byte(l.Body), &m); err != nil {
			i.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

func (i *installation) sendings() []adtally.Sending {
	i.Helper()
	all, err := i.db.Sendings(i.Context(), "s1", adtally.PagePosition{}, 100)
	if err != nil {
		i.Fatal(err)
	}
	return all
}

func (i *installation) due() time.Time {
	i.Helper()
	s, err := i.db.Subscription(i.Context(), "s1")
	if err != nil {
		i.Fatal(err)
	}
	return s.Due
}

func same[T comparable](t *testing.T, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}
