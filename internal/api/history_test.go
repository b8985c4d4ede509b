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

// Each day shows the worst of its runs; a cancelled run is none.
func TestGetHistory(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 6, 5, 12, 0, 0, 0, time.UTC)
	h := newTestServer(t, func(c *api.Config) { c.Now = func() time.Time { return now } }).admin()
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(http.StatusCreated).field("id")
	other := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`).is(http.StatusCreated).field("id")
	fault := &adtally.Fault{Act: adtally.Configure, Code: "x", Message: "m"}
	end := func(id string, at time.Time, state adtally.RunState, f *adtally.Fault) {
		h.requested(adtally.RunRequest{ID: id, Source: source, Trigger: adtally.ByHand, At: at})
		for _, account := range []string{"7", "8"} {
			h.share(id, account, at, adtally.StepResult{State: state, Fault: f})
		}
		h.conclude(id, at)
	}
	midnight := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC)
	end("r0", midnight.Add(-time.Microsecond), adtally.Failed, fault)
	end("r1", midnight, adtally.Finished, nil)
	end("r2", midnight.AddDate(0, 0, 1), adtally.Finished, nil)
	end("r3", midnight.AddDate(0, 0, 1).Add(time.Hour), adtally.Failed, fault)
	end("r4", midnight.AddDate(0, 0, 1).Add(2*time.Hour), adtally.Incomplete, fault)
	h.requested(adtally.RunRequest{ID: "r5", Source: source, Trigger: adtally.ByHand, At: midnight.AddDate(0, 0, 2)})
	h.ask("POST", "/api/v1/runs/r5/cancel", "").is(http.StatusOK)
	h.conclude("r5", now)
	end("r6", now.Add(-2*time.Hour), adtally.Finished, nil)
	h.requested(adtally.RunRequest{ID: "r7", Source: source, Trigger: adtally.ByBackfill, At: now})
	read := func(query string) map[string]string {
		var got struct{ Items []api.SourceHistory }
		h.ask("GET", "/api/v1/sources/history"+query, "").is(http.StatusOK).into(&got)
		all := map[string]string{}
		for _, s := range got.Items {
			var days []string
			for _, d := range s.Days {
				days = append(days, fmt.Sprint(d.Day.String()[8:], " ", d.State))
			}
			all[s.Source] = strings.Join(days, ", ")
		}
		return all
	}
	same(t, "five days", read("?days=5"), map[string]string{source: "01 ok, 02 failed, 03 none, 04 none, 05 waiting", other: "01 none, 02 none, 03 none, 04 none, 05 none"})
	if got := read("")[source]; strings.Count(got, ",") != 29 || !strings.Contains(got, "31 failed, 01 ok") {
		t.Errorf("a month: %s", got)
	}
}
