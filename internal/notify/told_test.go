package notify_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"adtally"
)

// An incident counts as notified when a channel accepted a message about it, not when
// the message was written. A failed delivery has its reason, in the delivery and in
// the log.
func TestWatch_ToldMeansAccepted(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	r.down.Store(true)
	i := newInstallation(t, r.URL)
	var mu sync.Mutex
	var log strings.Builder
	for _, w := range i.watch {
		w.Report = func(err error) { mu.Lock(); defer mu.Unlock(); log.WriteString(err.Error() + "\n") }
	}
	i.pace(failing(moment, adtally.Reconnect))
	i.after(15 * time.Minute)
	open, err := i.db.OpenIncidents(t.Context())
	if err != nil || len(open) != 1 || open[0].Notified.IsZero() || !open[0].Reached.IsZero() {
		t.Errorf("while nobody answers: %+v, %v", open, err)
	}
	deliveries, err := i.db.Deliveries(t.Context(), "ch1", 10)
	if err != nil || len(deliveries) != 1 || !strings.Contains(deliveries[0].Problem, "502 Bad Gateway") || !strings.Contains(log.String(), "502 Bad Gateway") || !strings.Contains(log.String(), "ch1") {
		t.Errorf("%+v, %v, %s", deliveries, err, log.String())
	}
	r.down.Store(false)
	i.after(30 * time.Minute)
	open, err = i.db.OpenIncidents(t.Context())
	if err != nil || len(open) != 1 || open[0].Reached.IsZero() {
		t.Errorf("once somebody does: %+v, %v", open, err)
	}
}

// Mail that some mailboxes accepted is not sent again, and counts as notified.
func TestWatch_PartlyAcceptedMailIsNotResent(t *testing.T) {
	t.Parallel()
	o := &mailServer{plain: true, refuse: map[string][]string{"RCPT TO:<bob@example.com>": {"550 no such user"}}}
	k := o.start(t)
	i := newInstallation(t, "http://127.0.0.1:1/")
	c := o.channel("none")
	c.ID = "mail"
	if err := i.db.AddChannel(t.Context(), c, adtally.Admission{}, adtally.AuditEntry{ID: "d9"}); err != nil {
		t.Fatal(err)
	}
	for _, w := range i.watch {
		w.Sender = k
	}
	i.pace(failing(moment, adtally.Reconnect))
	i.after(2 * time.Hour)
	deliveries, err := i.db.Deliveries(t.Context(), "mail", 10)
	if err != nil || len(deliveries) != 1 || deliveries[0].Arrived.IsZero() || deliveries[0].Tries != 1 || !strings.Contains(deliveries[0].Problem, "bob@example.com: 550 no such user") || len(o.deliveries()) != 1 {
		t.Errorf("%+v, %v, %d messages", deliveries, err, len(o.deliveries()))
	}
	if open, err := i.db.OpenIncidents(t.Context()); err != nil || len(open) != 1 || open[0].Reached.IsZero() {
		t.Errorf("%+v, %v", open, err)
	}
}
