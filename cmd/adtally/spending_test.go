package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
)

// Uploaded spend above its uploaded budget, and a channel whose spend stopped, become alerts
// that can be snoozed. When the data is late, they stay as they are.
func TestService_SpendingAlerts(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=5,days=30,seed=1")
	u := &uploadTest{t: t, Service: h.s.uploads}
	now := h.sim.Now()
	day := func(back int) string { return now.AddDate(0, 0, -back).Format(time.DateOnly) }
	var spend strings.Builder
	spend.WriteString("date,channel,account_id,campaign_id,campaign_name,currency,spend\n")
	for back := 40; back >= 1; back-- {
		fmt.Fprintf(&spend, "%s,radio,r,r1,Spots,EUR,100\n", day(back))
		if back > 3 {
			fmt.Fprintf(&spend, "%s,fairs,f,f1,Stands,EUR,50\n", day(back))
		}
		fmt.Fprintf(&spend, "%s,fairs,f,f2,Flyers,EUR,0\n", day(back))
	}
	u.upload("spend.csv", adtally.SpendFile, spend.String(), nil)
	u.upload("budgets.csv", adtally.BudgetsFile, "account_id,month,currency,amount\nr,"+now.AddDate(0, 0, -1).Format("2006-01")+",EUR,99\n", nil)
	alerts := func() (all []map[string]any) {
		t.Helper()
		if err := h.watch.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		items, _ := h.ask("GET", "/api/v1/alerts", nil, 200)["items"].([]any)
		for _, i := range items {
			all = append(all, i.(map[string]any))
		}
		return all
	}
	var kinds []string
	for _, a := range alerts() {
		kinds = append(kinds, fmt.Sprint(a["alert"], " ", a["subject"], " ", a["aspect"]))
	}
	slices.Sort(kinds)
	want := "[delivery_stopped f pacing overspend r " + now.AddDate(0, 0, -1).Format("2006-01") + " pacing]"
	if got := fmt.Sprint(kinds); got != want {
		t.Fatalf("got %s, want %s", got, want)
	}
	first := fmt.Sprint(alerts()[0]["id"])
	h.ask("POST", "/api/v1/alerts/"+first+"/snooze", map[string]any{"end": now.AddDate(1, 0, 0).Format(time.RFC3339)}, 422)
	h.ask("POST", "/api/v1/alerts/"+first+"/snooze", map[string]any{"end": now.Add(time.Hour).Format(time.RFC3339)}, 204)
	if got := alerts()[0]["snoozed"]; got == nil {
		t.Error("it is not snoozed")
	}
	h.sim.SetClock(now.AddDate(0, 0, 5))
	if err := h.watch.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	if open, err := h.s.store.OpenIncidents(t.Context()); err != nil || len(open) != 2 { // the session has ended
		t.Errorf("with late data: %v %v", open, err)
	}
}
