package facebookads_test

import (
	"strings"
	"testing"

	"adtally"
)

func entryAt(moment, more string) string {
	return `{"event_time":"` + moment + `","event_type":"update_campaign_budget","actor_id":"5","actor_name":"Jo","object_id":"9"` + more + `}`
}

// A log entry is one row under the account's day of the event, and its ID is the same
// on every read.
func TestActivities_EntryHasIDAndDay(t *testing.T) {
	t.Parallel()
	id := func(row string) string {
		b := decode(t, "activities", "EUR", row)["activities"]
		text, _ := b.Cell(0, "id")
		return text
	}
	a := entryAt("2026-05-31T22:30:00+0000", `,"extra_data":"{\"old_value\":1,\"new_value\":2}"`)
	b := decode(t, "activities", "EUR", a+","+a+","+entryAt("2026-05-31T22:30:00+0000", `,"extra_data":"no document"`))["activities"]
	first, _ := b.Cell(0, "id")
	want(t, b, 0, "date", "2026-05-31")
	want(t, b, 0, "account_id", "7")
	want(t, b, 0, "extra_data", `{"old_value":1,"new_value":2}`)
	want(t, b, 1, "id", first+"-2") // two equal entries in a second are two rows
	want(t, b, 2, "extra_data", `"no document"`)
	if renamed := strings.Replace(a, `"Jo"`, `"Joanna"`, 1); id(renamed) != first || len(first) != 32 {
		t.Errorf("a new name makes %s of %s", id(renamed), first)
	}
	for _, other := range []string{strings.Replace(a, `:2}`, `:3}`, 1), strings.Replace(a, "22:30:00", "22:30:01", 1), strings.Replace(a, `"9"`, `"8"`, 1)} {
		if id(other) == first {
			t.Errorf("%s has the id of another entry", other)
		}
	}
}

// The log is requested from the account's midnight to midnight; entries of other days
// are skipped.
func TestActivities_RangeUsesAccountZone(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		const log = "GET act_7/activities"
		m := &fakeGraph{t: t, zone: "Europe/Berlin", answers: map[string][]answer{log: {says(`{"data":[` + strings.Join([]string{
			entryAt("2026-05-30T21:59:59+0000", ""), entryAt("2026-05-30T22:00:00+0000", ""), entryAt("2026-05-31T21:59:59+0000", ""), entryAt("2026-05-31T22:00:00+0000", "")}, ",") + `]}`)}}}
		m.read(t.Context(), "activities", adtally.WindowOf(date("2026-05-31"), date("2026-05-31")), nil, "event_time").want(t, "2026-05-30T22:00:00Z 2026-05-31T21:59:59Z")
		p := m.calls[0].params
		if p.Get("since") != "1780178399" || p.Get("until") != "1780264800" || p.Has("time_range") || contain(strings.Split(p.Get("fields"), ","), "id") {
			t.Errorf("asked %s", p.Encode())
		}
		m = &fakeGraph{t: t, answers: map[string][]answer{log: {says(`{"data":[{"event_type":"x"}]}`)}}}
		g := m.read(t.Context(), "activities", day, nil, "id")
		g.want(t, "")
		g.wantOdd(t, `activities   {"event_type":"x"} `)
	})
}

// Past events do not change: a day of the log is read until it is over.
func TestPlan_LogDayIsDueUntilItIsOver(t *testing.T) {
	t.Parallel()
	r := open(t, adtally.Source{Since: date("2026-01-01"), Tables: []string{"activities"}})
	done := []adtally.Checkpoint{{Table: "activities", Account: "7", Window: adtally.WindowOf(date("2026-01-01"), date("2026-06-01")), Asked: instant("2026-06-01T08:00:00Z")}}
	if got := strings.Join(windows(r.Plan("activities", berlin, done, instant("2026-06-02T08:00:00Z"))), " "); got != "2026-05-31..2026-06-02" {
		t.Errorf("%s", got)
	}
}
