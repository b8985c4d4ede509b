package graphsim_test

import (
	"encoding/json"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

type observed struct {
	Params    map[string]string
	TimeRef   time.Time `json:"time_ref_utc"`
	DateStart string    `json:"date_start"`
	DateStop  string    `json:"date_stop"`
}

// Every recorded report covers the recorded days.
func TestPreset_RecordedDays(t *testing.T) {
	t.Parallel()
	var file struct{ Rows []observed }
	if err := json.Unmarshal(shared(t, "recordings/async-states/date_preset_resolution_observed.json"), &file); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation("Pacific/Honolulu")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, graphsim.Options{}, hand{id: "55", zone: zone})
	seen := map[string]bool{}
	early := 0
	for _, o := range file.Rows {
		key, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if seen[string(key)] {
			continue
		}
		seen[string(key)] = true
		since, until := s.covered(o, o.TimeRef)
		local := o.TimeRef.In(zone)
		if since+until != o.DateStart+o.DateStop && local.Hour() == 23 && local.Minute() >= 58 {
			early++ // once, Meta's day began minutes before midnight (docs/meta-api.md#insights)
			since, until = s.covered(o, o.TimeRef.Add(2*time.Minute))
		}
		if since != o.DateStart || until != o.DateStop {
			t.Errorf("%v at %s: %s..%s, observed %s..%s", o.Params, o.TimeRef, since, until, o.DateStart, o.DateStop)
		}
	}
	if len(seen) < 100 {
		t.Errorf("only %d observations", len(seen))
	}
	t.Logf("%d observations, %d of them within minutes of midnight and already of the next day", len(seen), early)
}

// covered returns the days that a report job says it covers.
func (s *sim) covered(o observed, at time.Time) (since, until string) {
	s.t.Helper()
	s.SetClock(at)
	var pairs []string
	for name, value := range o.Params {
		pairs = append(pairs, name, value)
	}
	run := decode[struct {
		Since string `json:"date_start"`
		Until string `json:"date_stop"`
	}](s.t, s.get(s.run(s.act(), pairs...)))
	return run.Since, run.Until
}

// Presets without a recording, on a Wednesday.
func TestPreset_Weeks(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{Now: time.Date(2026, 6, 3, 12, 0, 0, 0, time.UTC)}, hand{id: "55"})
	for preset, want := range map[string][2]string{
		"this_week_mon_today": {"2026-06-01", "2026-06-03"}, "this_week_sun_today": {"2026-05-31", "2026-06-03"},
		"last_week_mon_sun": {"2026-05-25", "2026-05-31"}, "last_week_sun_sat": {"2026-05-24", "2026-05-30"},
		"this_quarter": {"2026-04-01", "2026-06-03"}, "last_14d": {"2026-05-20", "2026-06-02"},
		"data_maximum": {"2023-05-03", "2026-06-03"},
	} {
		run := decode[map[string]any](t, s.get(s.run(s.act(), "date_preset", preset)))
		if run["date_start"] != want[0] || run["date_stop"] != want[1] {
			t.Errorf("%s is %v..%v, want %v", preset, run["date_start"], run["date_stop"], want)
		}
	}
}

// run starts a report job.
func (s *sim) run(node string, pairs ...string) string {
	s.t.Helper()
	return decode[struct {
		ID string `json:"report_run_id"`
	}](s.t, s.post(node+"/insights", pairs...)).ID
}

// The limit applies to jobs and to GET (docs/meta-api.md#retention).
func TestPeriod_37Months(t *testing.T) {
	t.Parallel()
	s := serve(t, graphsim.Options{}, hand{id: "55"})
	const old, oldest = `{"since":"2023-05-01","until":"2023-05-09"}`, `{"since":"2023-05-02","until":"2023-05-09"}`
	wantRefusal(t, s.get("act_55/insights", "time_range", old), 400, 3018, 0)
	wantRefusal(t, s.post("act_55/insights", "time_range", old), 400, 3018, 0)
	wantRefusal(t, s.get("act_55/insights", "time_ranges", "["+old+"]"), 400, 3018, 0)
	decode[list](t, s.get("act_55/insights", "time_range", oldest))
	wantRefusal(t, s.get("act_55/insights", "time_range", `{"since":"2026-05-09","until":"2026-05-01"}`), 400, 100, 0)
}
