package facebookads_test

import (
	"strings"
	"testing"

	"adtally"
)

// A request for periods that is too big is split between periods: half a week would
// count other people.
func TestReport_SplitKeepsPeriodsWhole(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		heavy := refuses(400, 100, 1487534, "too much data")
		m := &fakeGraph{t: t, answers: map[string][]answer{
			"POST act_7/insights": {heavy, heavy, created("91")},
			"GET act_7/insights":  {says(`{"data":[]}`)},
			"GET 91":              {runIs("Job Completed", 100)},
			"GET 91/insights":     {says(`{"data":[]}`)},
		}}
		w := adtally.WindowOf(date("2026-05-04"), date("2026-06-02")) // four weeks from a Monday, and a Tuesday
		m.read(t.Context(), "reach_ad_7d", w, nil, "date").want(t, "")
		asked := m.values("POST act_7/insights", "time_range")
		for _, r := range asked {
			since, _, _ := strings.Cut(strings.TrimPrefix(r, `{"since":"`), `"`)
			if (date(since)-4)%7 != 0 {
				t.Errorf("%s does not begin with a week", r)
			}
		}
		if len(asked) < 3 {
			t.Errorf("asked %v", asked)
		}
	})
}

// Unique counts with breakdowns that Meta no longer serves are not requested, and gaps
// say so.
func TestReport_OldUniqueCountsAreGaps(t *testing.T) {
	inBubble(t, func(t *testing.T) { // synctest starts on 1 January 2000
		for first, asksReach := range map[string]bool{"1998-12-01": true, "1998-11-30": false} {
			m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/insights": {says(`{"data":[{"date_start":"` + first + `","date_stop":"` + first + `","ad_id":"1","country":"CZ","impressions":"1"}]}`)}}}
			g := m.read(t.Context(), "basic_ad_country", adtally.WindowOf(date(first), date(first)), nil, "country")
			fields := strings.Split(m.calls[0].params.Get("fields"), ",")
			if asked := contain(fields, "reach"); asked != asksReach || g.err != nil || contain(fields, "country") {
				t.Errorf("%s: asked for %v (%v)", first, fields, g.err)
			}
			want := 5 // reach, frequency, unique_clicks, unique_inline_link_clicks, cpp
			if asksReach {
				want = 0
			}
			if notes := strings.Join(g.gaps, "\n"); len(g.gaps) != want || strings.Count(notes, " too_old false") != want {
				t.Errorf("%s: %s", first, notes)
			}
		}
	})
}

func contain(list []string, word string) bool {
	return strings.Contains(","+strings.Join(list, ",")+",", ","+word+",")
}

// The age of a day is counted from the start of the run, as in Plan: the machine's
// clock may be months off.
func TestReport_AgeOfDaysUsesRunStart(t *testing.T) {
	inBubble(t, func(t *testing.T) { // the machine's clock says 1 January 2000
		day := adtally.WindowOf(date("2026-05-01"), date("2026-05-01"))
		for began, asksReach := range map[string]bool{"2027-06-01T00:00:00Z": true, "2027-06-02T00:00:00Z": false} {
			m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/insights": {says(`{"data":[]}`)}}}
			g := m.read(t.Context(), "basic_ad_country", day, &note{began: instant(began)}, "country")
			if asked := contain(strings.Split(m.calls[0].params.Get("fields"), ","), "reach"); asked != asksReach || g.err != nil {
				t.Errorf("run of %s: reach is asked for: %t (%v)", began, asked, g.err)
			}
		}
	})
}
