package subscription_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/notify"
	"adtally/internal/store"
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
	db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
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

func TestSender_SendsADashboardByMail(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(nil)
	i.run()
	all := i.messages("mail")
	if len(all) != 1 {
		t.Fatalf("%d messages", len(all))
	}
	m := all[0]
	same(t, "the title", m.Title, "Our shop")
	same(t, "the sentence", m.Sentence, "From 3 June 2026 to 9 June 2026.")
	same(t, "to", m.To, "client@example.com")
	same(t, "the link", m.Link, "https://x/dashboards/b1")
	same(t, "the figures", fmt.Sprint(m.Report.Figures), "[{spend Spend 1234567.80 EUR -0.125 1,234,567.80 EUR (-12.5 %)} {ctr Click rate 0.0123  0.5 1.23 % (+50.0 %)}]")
	same(t, "the notes", strings.Join(m.Report.Notes, " "), "The last days still change. Reach is not shown: Reach cannot be added up.")
	for _, q := range i.figures.asked {
		same(t, "the lock", fmt.Sprint(q.Shared, q.Lock, q.Filters, q.From, q.To), "true [{account [7] []}] [{channel [facebook] []}] 2026-06-03 2026-06-09")
	}
	same(t, "questions", len(i.figures.asked), 3)
	files, err := i.db.SendingFiles(t.Context(), m.ID)
	if err != nil || len(files) != 2 {
		t.Fatal(files, err)
	}
	same(t, "files", files[0].Name+" "+files[1].Name, "our-shop-2026-06-09.pdf our-shop-2026-06-09-csv.zip")
	same(t, "the table", unpacked(t, files[1].Content, "02-by-campaign.csv"), "campaign,spend,spend_currency\n'=SUM(A1),1234567.80,EUR\n(total),1234567.80,EUR\n")
	same(t, "due next", i.due(), noon.Add(24*time.Hour))
	i.run()
	same(t, "messages after another look", len(i.messages("mail")), 1)
}

func unpacked(t *testing.T, content []byte, name string) string {
	t.Helper()
	packed, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := packed.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The page is printed with a link that shows this dashboard under this lock, for a minute.
func TestSender_PrintsWithALinkOfItsOwn(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(func(s *adtally.Subscription) { s.Range = []byte(`{"preset":"last_month"}`) })
	i.run()
	if len(i.links.made) != 1 {
		t.Fatalf("%d links", len(i.links.made))
	}
	l := i.links.made[0]
	same(t, "the lock", fmt.Sprint(l.Lock, l.Download, len(l.Open), l.Preview, l.Maker, l.Dashboard), "[{account [7]}] false 0 trueu1b1")
	same(t, "expires", l.Expires, noon.Add(time.Minute))
	if !strings.Contains(string(l.Content), `"preset":"last_month"`) {
		t.Errorf("the days are those of the dashboard: %s", l.Content)
	}
	same(t, "revoked", fmt.Sprint(i.links.revoked), fmt.Sprint([]string{l.ID}))
	same(t, "the pages", fmt.Sprint(i.printer.paths), "[/s/token]")
}

// A PDF that cannot be made keeps nothing else from being sent, and its link ends.
func TestSender_SendsWithoutAPDF(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(nil)
	i.printer.err = &adtally.Fault{Act: adtally.Retry, Code: "print_failed", Message: "Chromium did not print", Hint: "Try again."}
	i.run()
	m := i.messages("mail")[0]
	same(t, "the last note", m.Report.Notes[len(m.Report.Notes)-1], "The PDF could not be made.")
	same(t, "what was sent", fmt.Sprint(i.sendings()[0].Files, i.sendings()[0].Problem), "[our-shop-2026-06-09-csv.zip]Chromium did not print")
	same(t, "revoked links", len(i.links.revoked), 1)
	i.Printer = nil
	i.now = i.now.Add(24 * time.Hour)
	i.run()
	same(t, "without Chromium", i.sendings()[0].Problem, "There is no Chromium on the server, so there are no PDFs")
}

// Chats get figures and a link. Nothing is printed for them.
func TestSender_SendsFiguresToAChat(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(func(s *adtally.Subscription) { s.Channel, s.To = "chat", "" })
	i.run()
	same(t, "figures", len(i.messages("chat")[0].Report.Figures), 2)
	same(t, "files", len(i.sendings()[0].Files)+len(i.printer.paths), 0)
}

// The data is stale if the last complete day was not over when it was read.
func TestSender_SaysThatDataIsStale(t *testing.T) {
	t.Parallel()
	midnight := time.Date(2026, 6, 9, 22, 0, 0, 0, time.UTC) // in Berlin
	for name, c := range map[string]struct {
		asOf  time.Time
		days  string
		stale bool
	}{
		"read this night":                    {midnight, "", false},
		"read before midnight":               {midnight.Add(-time.Second), "", true},
		"unknown":                            {time.Time{}, "", false},
		"today, read this night":             {midnight, `{"preset":"today"}`, false},
		"today, read yesterday":              {midnight.Add(-time.Hour), `{"preset":"today"}`, true},
		"last month, read yesterday":         {midnight.Add(-time.Hour), `{"preset":"last_month"}`, false},
		"last month, read on its last day":   {time.Date(2026, 5, 31, 12, 0, 0, 0, time.UTC), `{"preset":"last_month"}`, true},
		"days to come, read before midnight": {midnight.Add(-time.Hour), `{"preset":"custom","from":"2026-06-01","to":"2026-06-30"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newInstallation(t)
			i.figures.asOf = c.asOf
			i.subscribe(func(s *adtally.Subscription) { s.Range, s.PDF = []byte(c.days), false })
			i.run()
			m := i.messages("mail")[0]
			same(t, "stale", fmt.Sprint(m.Report.Stale, strings.Contains(m.Sentence, "stale"), i.sendings()[0].Stale), fmt.Sprint(c.stale, c.stale, c.stale))
		})
	}
}

// Times that were missed while no server ran are made up for once.
func TestSender_SendsOnceForMissedTimes(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(nil)
	i.now = noon.Add(5*24*time.Hour + time.Hour)
	i.run()
	i.run()
	same(t, "messages", len(i.messages("mail")), 1)
	same(t, "due next", i.due(), noon.Add(6*24*time.Hour))
}

// What fails is tried again; at last the readers are told, without a reason.
func TestSender_TriesAgain(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(nil)
	i.figures.err = errors.New("secret of the warehouse")
	var after []time.Duration
	for start := noon; i.now.Before(start.Add(3 * time.Hour)); i.now = i.now.Add(time.Minute) {
		asked := len(i.figures.asked)
		i.run()
		if len(i.figures.asked) > asked {
			after = append(after, i.now.Sub(noon))
		}
	}
	same(t, "tries", fmt.Sprint(after), "[0s 5m0s 15m0s 35m0s 1h15m0s]")
	all := i.messages("mail")
	if len(all) != 1 || all[0].Title != "A dashboard was not sent" || strings.Contains(fmt.Sprint(all[0]), "secret") {
		t.Errorf("%+v", all)
	}
	same(t, "due next", i.due(), noon.Add(24*time.Hour))
	if i.sendings()[0].Problem == "" {
		t.Error("the list says nothing")
	}
	i.figures.err = nil
	i.now = noon.Add(24 * time.Hour)
	i.run()
	same(t, "messages on the next day", len(i.messages("mail")), 2)
}

// A subscription ends with its maker's rights and its dashboard. Its readers are not told.
func TestSender_Sleeps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change  func(*installation) error
		problem string
	}{
		"a viewer": {func(i *installation) error {
			u, err := i.db.User(i.Context(), "u1")
			u.Role = adtally.Viewer
			return errors.Join(err, i.db.ChangeUser(i.Context(), u, adtally.AuditEntry{ID: "x"}))
		}, "Its maker may not share dashboards any more"},
		"a disabled person": {func(i *installation) error {
			u, err := i.db.User(i.Context(), "u1")
			u.Disabled = true
			return errors.Join(err, i.db.ChangeUser(i.Context(), u, adtally.AuditEntry{ID: "x"}))
		}, "Its maker may not share dashboards any more"},
		"no dashboard": {func(i *installation) error {
			return i.db.RemoveDashboard(i.Context(), "b1", adtally.AuditEntry{ID: "x"})
		}, "The dashboard was deleted"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			i := newInstallation(t)
			i.subscribe(nil)
			if err := c.change(i); err != nil {
				t.Fatal(err)
			}
			i.run()
			same(t, "messages, questions", fmt.Sprint(len(i.messages("mail")), len(i.figures.asked)), "0 0")
			same(t, "the list", i.sendings()[0].Problem, c.problem)
			same(t, "due next", i.due(), noon.Add(24*time.Hour))
		})
	}
}

// A person can ask for it at any time, also while it is paused. The plan stays.
func TestSender_SendsNow(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.subscribe(func(s *adtally.Subscription) { s.Paused, s.Due = true, noon.Add(time.Hour) })
	i.run()
	same(t, "messages of a paused one", len(i.messages("mail")), 0)
	if err := i.db.AskForSending(t.Context(), "s1", i.now, adtally.AuditEntry{ID: "x"}); err != nil {
		t.Fatal(err)
	}
	i.run()
	i.run()
	same(t, "messages", len(i.messages("mail")), 1)
	same(t, "due", i.due(), noon.Add(time.Hour))
	same(t, "asked", i.sendings()[0].Asked, true)
}

// Whatever the dashboard and the lock are, no question is asked without the lock.
func TestSender_AsksUnderTheLock(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	n := 0
	rapid.Check(t, func(r *rapid.T) {
		n++
		i.figures.asked = nil
		lock := []adtally.ShareLock{}
		for range rapid.IntRange(0, 3).Draw(r, "locks") {
			lock = append(lock, adtally.ShareLock{Dimension: rapid.SampledFrom([]string{"account", "channel", "campaign"}).Draw(r, "dimension"), In: rapid.SliceOfN(rapid.StringN(0, 5, 5), 0, 3).Draw(r, "in")})
		}
		ready := analytics.ReadyDashboards()
		id := fmt.Sprint("r", n)
		i.subscribe(func(s *adtally.Subscription) {
			s.ID, s.Lock, s.PDF, s.Dashboard = id, lock, false, ready[rapid.IntRange(0, len(ready)-1).Draw(r, "dashboard")].Name
		})
		if err := i.RunOnce(t.Context()); err != nil {
			r.Fatal(err)
		}
		for _, q := range i.figures.asked {
			if !q.Shared || len(q.Lock) != len(lock) {
				r.Fatalf("%+v", q)
			}
			for at, l := range lock {
				if fmt.Sprint(q.Lock[at].Dimension, q.Lock[at].In, q.Lock[at].NotIn) != fmt.Sprint(l.Dimension, l.In, []string(nil)) {
					r.Fatalf("%+v", q.Lock)
				}
			}
		}
	})
}
