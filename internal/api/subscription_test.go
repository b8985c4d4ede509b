package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

const subscriptionPath = "/api/v1/subscriptions"

// subscribing is a server with a dashboard, a mail channel and a chat.
type subscribing struct {
	*sharing
	mail, chat string
}

func newSubscribing(t *testing.T) *subscribing {
	t.Helper()
	s := &subscribing{sharing: newSharing(t)}
	for into, kind := range map[*string]string{&s.mail: "mail", &s.chat: "slack"} {
		*into = s.NewChannel(kind)
	}
	return s
}

// NewChannel stores a channel.
func (s *subscribing) NewChannel(kind string) string {
	s.t.Helper()
	c := adtally.Channel{ID: "ch-" + kind, Name: "Our " + kind, Kind: kind, Settings: map[string]string{"url": "https://secret.example"}, Created: time.Now()}
	if err := s.database.AddChannel(s.t.Context(), c, adtally.Admission{}, adtally.AuditEntry{ID: "a-" + kind}); err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

// form is a valid form with further settings, which stand for earlier ones.
func (s *subscribing) form(more string) string {
	return `{"dashboard":"` + s.board + `","channel":"` + s.mail + `","when":{"every":"month","on":31,"hour":"08:00","zone":"Europe/Berlin"},"range":{"preset":"last_month"},"lock":[{"dimension":"campaign","in":["7"]}],"pdf":true,"csv":true` + more + `}`
}

func TestSubscription_FromCreationToDeletion(t *testing.T) {
	t.Parallel()
	s := newSubscribing(t)
	var x api.Subscription
	made := s.owner.ask("POST", subscriptionPath, s.form(`,"recipients":["Client <c@example.com>","d@example.com"]`)).is(http.StatusCreated)
	made.into(&x)
	same(t, "made", fmt.Sprint(x.To, x.Next.Format(time.RFC3339), x.Range.Preset, x.Lock, x.PDF, x.CSV, x.ByName), "[c@example.com d@example.com]2026-03-31T06:00:00Zlast_month[{campaign [7]}] true trueAna")
	path := subscriptionPath + "/" + x.ID
	changed := s.owner.ask("PUT", path, s.form(`,"paused":true`), "If-Match: "+x.ETag).is(http.StatusOK)
	var paused api.Subscription
	changed.into(&paused)
	if paused.Next != nil || !paused.Paused || len(paused.To) != 0 {
		t.Errorf("%+v", paused)
	}
	s.owner.ask("PUT", path, s.form(""), "If-Match: "+x.ETag).refused(http.StatusPreconditionFailed, "stale_edit")
	s.owner.ask("POST", path+"/send", "").is(http.StatusAccepted)
	if sending := s.owner.ask("GET", path, "").is(http.StatusOK); !strings.Contains(sending.Body.String(), `"sending":true`) {
		t.Errorf("%s", sending.Body)
	}
	taken, err := s.database.TakeSubscriptions(t.Context(), time.Now(), time.Hour, 1)
	if err != nil || len(taken) != 1 {
		t.Fatal(taken, err)
	}
	if err := s.database.KeepSending(t.Context(), taken[0], adtally.Sending{ID: "m1", At: time.Now(), Asked: true, Files: []string{"x.pdf"}, Problem: "Something is missing"}, nil, nil); err != nil {
		t.Fatal(err)
	}
	if sent := s.owner.ask("GET", path+"/sendings", "").is(http.StatusOK); !strings.Contains(sent.Body.String(), "Something is missing") {
		t.Errorf("%s", sent.Body)
	}
	s.owner.ask("DELETE", path, "").is(http.StatusNoContent)
	s.owner.ask("GET", path, "").refused(http.StatusNotFound, "not_found")
	same(t, "audit", fmt.Sprint(audited(t, s.owner, "subscription.")), "[subscription.create subscription.update subscription.send subscription.delete]")
}

func TestSubscription_Refusals(t *testing.T) {
	t.Parallel()
	s := newSubscribing(t)
	for name, body := range map[string]string{
		"another dashboard": strings.Replace(s.form(""), s.board, "nobodys", 1),
		"another channel":   strings.Replace(s.form(""), s.mail, "nobodys", 1),
		"no day":            strings.Replace(s.form(""), `"on":31`, `"on":0`, 1),
		"no hour":           strings.Replace(s.form(""), `08:00`, `25:00`, 1),
		"no zone":           strings.Replace(s.form(""), `Europe/Berlin`, `Mars/Base`, 1),
		"no dimension":      strings.Replace(s.form(""), `"campaign"`, `"nothing"`, 1),
		"no days":           strings.Replace(s.form(""), `"last_month"`, `"custom"`, 1),
		"no address":        s.form(`,"recipients":["nobody"]`),
		"two addresses":     s.form(`,"recipients":["a@example.com, b@example.com"]`),
		"a header":          s.form(`,"recipients":["a@example.com\r\nBcc: b@example.com"]`),
		"a chat's address":  strings.Replace(s.form(`,"recipients":["a@example.com"]`), s.mail, s.chat, 1),
	} {
		if got := s.owner.ask("POST", subscriptionPath, body); got.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	same(t, "what was stored", len(itemsOf(s.owner)), 0)
}

func itemsOf(h *testServer) []api.Subscription {
	var all struct{ Items []api.Subscription }
	h.ask("GET", subscriptionPath, "").is(http.StatusOK).into(&all)
	return all.Items
}

// An editor sees and changes own subscriptions only, and of channels only their names. A person
// who may not share any more sends nothing.
func TestSubscription_Owners(t *testing.T) {
	t.Parallel()
	s := newSubscribing(t)
	path := subscriptionPath + "/" + s.owner.ask("POST", subscriptionPath, s.form("")).is(http.StatusCreated).field("id")
	eve := s.owner.guest("eve@example.com", adtally.Editor)
	eve.ask("GET", path, "").refused(404, "not_found")
	eve.ask("DELETE", path, "").refused(404, "not_found")
	eve.ask("POST", path+"/send", "").refused(404, "not_found")
	eve.ask("GET", path+"/sendings", "").refused(404, "not_found")
	eve.ask("PUT", path, s.form(""), `If-Match: "1"`).refused(404, "not_found")
	same(t, "hers", len(itemsOf(eve)), 0)
	options := eve.ask("GET", subscriptionPath+"/options", "").is(http.StatusOK).Body.String()
	if !strings.Contains(options, "Our mail") || strings.Contains(options, "secret") {
		t.Errorf("%s", options)
	}
	eve.ask("POST", subscriptionPath, s.form("")).is(http.StatusCreated)
	s.owner.disable("eve@example.com")
	asleep := 0
	for _, x := range itemsOf(s.owner) {
		if x.Asleep {
			asleep++
		}
	}
	same(t, "all, asleep", fmt.Sprint(len(itemsOf(s.owner)), asleep), "2 1")
}
