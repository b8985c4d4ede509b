package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/notify"
	"adtally/internal/store"
	"adtally/internal/store/storetest"
)

// receiver is a webhook receiver.
type receiver struct {
	*httptest.Server
	down atomic.Bool
	mu   sync.Mutex
	said []string
}

func newReceiver(t *testing.T) *receiver {
	t.Helper()
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if r.down.Load() {
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		var call struct {
			Data notify.Message `json:"data"`
		}
		body, _ := io.ReadAll(req.Body)
		if err := json.Unmarshal(body, &call); err != nil {
			t.Error(err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.said = append(r.said, fmt.Sprintf("%s %s %s %s", call.Data.Event, call.Data.Kind, call.Data.Source, call.Data.Link))
	}))
	t.Cleanup(r.Close)
	return r
}

// heard returns the events since the last call.
func (r *receiver) heard() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	said := r.said
	r.said = nil
	return said
}

// installation is a database with one source and two watchers.
type installation struct {
	t      *testing.T
	db     *store.DB
	now    atomic.Pointer[time.Time]
	grants map[string]adtally.Grant
	watch  [2]*notify.Watch
}

func (i *installation) Grants(context.Context) (map[string]adtally.Grant, error) {
	return i.grants, nil
}

// facts are the database's, without the vault.
type facts struct {
	*store.DB
	i *installation
}

func (f facts) Grants(ctx context.Context) (map[string]adtally.Grant, error) { return f.i.Grants(ctx) }

func newInstallation(t *testing.T, address string) *installation {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.File(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	i := &installation{t: t, db: db, grants: map[string]adtally.Grant{}}
	i.now.Store(&moment)
	s := adtally.SourceRecord{Source: adtally.Source{ID: "s1", Name: "Shop", Dataset: "d", Credential: "c1", Every: time.Hour}, Stage: adtally.Steady, Created: moment}
	key := notify.NewSigningKey()
	err = errors.Join(db.AddSource(t.Context(), s, adtally.Handover{}, adtally.AuditEntry{ID: "d1"}),
		db.AddChannel(t.Context(), adtally.Channel{ID: "ch1", Name: "Ours", Kind: "webhook", Settings: map[string]string{"url": address}, Credential: "k1"}, adtally.Admission{}, adtally.AuditEntry{ID: "d2"}))
	if err != nil {
		t.Fatal(err)
	}
	var ids atomic.Int64
	for n := range i.watch {
		i.watch[n] = &notify.Watch{Facts: facts{db, i}, Incidents: db, Post: db, Sender: &notify.Sender{Now: time.Now, Pause: time.Millisecond},
			Open:  func(context.Context, string) (adtally.Secret, error) { return key, nil },
			Link:  func(source string) string { return "https://x/" + source },
			Now:   func() time.Time { return *i.now.Load() },
			NewID: func() string { return fmt.Sprint("o", ids.Add(1)) }, Report: func(err error) { t.Log(err) }}
	}
	return i
}

// pace changes the state of the source, as the end of a run does.
func (i *installation) pace(change func(*adtally.SourceRecord)) {
	i.t.Helper()
	run := fmt.Sprint("r", i.now.Load().UnixNano())
	_, _, err := i.db.RequestRun(i.t.Context(), adtally.RunRequest{ID: run, Source: "s1", Trigger: adtally.ByHand, At: *i.now.Load()})
	if err == nil {
		err = i.db.Cancel(i.t.Context(), run, *i.now.Load(), adtally.AuditEntry{ID: "c" + run})
	}
	if err == nil {
		_, err = i.db.Conclude(i.t.Context(), run, *i.now.Load(), func(_ adtally.RunRecord, _ []adtally.StepRecord, s adtally.SourceRecord) (adtally.SourceRecord, adtally.LogLine) {
			change(&s)
			return s, adtally.LogLine{Run: run, At: *i.now.Load()}
		})
	}
	if err != nil {
		i.t.Fatal(err)
	}
}

// after advances the time; both watchers check every five minutes, simultaneously.
func (i *installation) after(d time.Duration) {
	i.t.Helper()
	for end := i.now.Load().Add(d); i.now.Load().Before(end); {
		now := i.now.Load().Add(5 * time.Minute)
		i.now.Store(&now)
		var group sync.WaitGroup
		for _, w := range i.watch {
			group.Go(func() {
				if err := errors.Join(w.RunOnce(i.t.Context()), w.Deliver(i.t.Context())); err != nil {
					i.t.Error(err)
				}
			})
		}
		group.Wait()
	}
}

func good(now time.Time) func(*adtally.SourceRecord) {
	return func(s *adtally.SourceRecord) { s.Fault, s.Failing, s.LastGood = nil, time.Time{}, now }
}

func failing(now time.Time, act adtally.Act) func(*adtally.SourceRecord) {
	return func(s *adtally.SourceRecord) {
		s.Fault, s.Failing = &adtally.Fault{Act: act, Code: "x", Message: "It broke", Hint: "Mend it."}, now
	}
}

// An incident is reported once, and once when it is resolved, however many processes
// watch. A late source is detected by its last good sync. Failed deliveries are sent
// later.
func TestWatch_ReportsOpenedAndResolvedOnce(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	i := newInstallation(t, r.URL)
	i.pace(good(moment))
	i.after(time.Hour)
	same(t, "while all is well", r.heard(), nil)

	i.pace(failing(*i.now.Load(), adtally.Reconnect))
	i.after(30 * time.Minute)
	same(t, "a dead token", r.heard(), []string{"opened auth_expired s1 https://x/s1"})
	i.after(3 * time.Hour)
	same(t, "when the data is late", r.heard(), []string{"opened stale s1 https://x/s1"})
	i.pace(good(*i.now.Load()))
	i.after(30 * time.Minute)
	same(t, "when it goes on", r.heard(), []string{"resolved auth_expired s1 https://x/s1", "resolved stale s1 https://x/s1"})

	r.down.Store(true)
	i.grants["c1"] = adtally.Grant{ExpiresAt: i.now.Load().Add(60 * time.Hour)}
	i.after(15 * time.Minute)
	same(t, "while nobody answers", r.heard(), nil)
	r.down.Store(false)
	i.after(30 * time.Minute)
	same(t, "once somebody does", r.heard(), []string{"opened access_ending s1 https://x/s1"})

	drift := []adtally.Drift{{Account: "7", Table: "basic_ad", Day: 20000, Metric: "spend", Ours: "1", Theirs: "2"}}
	if err := i.db.SettleDrifts(t.Context(), "s1", nil, drift); err != nil {
		t.Fatal(err)
	}
	i.after(10 * time.Minute)
	same(t, "figures that do not add up", r.heard(), []string{"opened suspect s1 https://x/s1"})

	gone := func(s *adtally.SourceRecord) { s.Deleted = *i.now.Load() }
	if _, err := i.db.EditSource(t.Context(), "s1", 1, gone, adtally.Handover{}, adtally.AuditEntry{ID: "d3"}); err != nil {
		t.Fatal(err)
	}
	i.after(3 * time.Hour)
	same(t, "of a source that was deleted", r.heard(), nil)
	if open, err := i.db.OpenIncidents(t.Context()); err != nil || len(open) != 0 {
		t.Errorf("open after it was deleted: %+v, %v", open, err)
	}
	for range 3 { // as often as it is tried
		if err := i.db.NoteUnpurged(t.Context(), "s1", &adtally.Fault{Code: "destination_locked", Message: "The file is held", Hint: "Close it."}, *i.now.Load()); err != nil {
			t.Fatal(err)
		}
		i.after(3 * time.Hour)
	}
	same(t, "tables that cannot be dropped", r.heard(), []string{"opened purge_failed s1 https://x/s1"})
	if err := i.db.ForgetSource(t.Context(), "s1", *i.now.Load(), adtally.AuditEntry{ID: "d4"}); err != nil {
		t.Fatal(err)
	}
	i.after(3 * time.Hour)
	same(t, "once they are dropped", r.heard(), nil)
}

func TestWatch_GivesUpUndeliverable(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.down.Store(true)
	i := newInstallation(t, r.URL)
	i.pace(failing(moment, adtally.Configure))
	for range 40 {
		i.after(5 * time.Minute)
		now := i.now.Load().Add(3 * time.Hour)
		i.now.Store(&now)
		i.pace(failing(moment, adtally.Configure))
	}
	deliveries, err := i.db.Deliveries(t.Context(), "ch1", 10)
	if err != nil {
		t.Fatal(err)
	}
	given := 0
	for _, l := range deliveries {
		if l.Written.Sub(moment) > 24*time.Hour {
			continue // an event of a later incident
		}
		given++
		if l.Tries < 12 || l.Tries > 30 || !l.NotBefore.IsZero() || !l.Arrived.IsZero() || l.Problem == "" {
			t.Errorf("%+v", l)
		}
	}
	if given != 1 {
		t.Errorf("%d deliveries are about the first incident", given)
	}
}

// same compares events in any order.
func same(t *testing.T, when string, got, want []string) {
	t.Helper()
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("%s people hear %q, want %q", when, got, want)
	}
}
