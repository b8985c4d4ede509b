package facebookads_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"adtally"
)

// noted is the note of an attempt that ended while basic_ad's job for a month ran.
func noted(t *testing.T, run string) []byte {
	t.Helper()
	n := &note{}
	m := job(t, map[string][]answer{"GET 91": {refuses(400, 190, 463, "expired")}, "GET me": {refuses(400, 190, 463, "expired")}})
	m.read(t.Context(), "basic_ad", month, n, "ad_id").wantFault(t, adtally.Reconnect, "token_expired")
	return bytes.ReplaceAll(n.cursor.Note, []byte(`"91"`), []byte(`"`+run+`"`))
}

// A job never answers a request other than its own, whatever part of the request has
// changed.
func TestReport_ResumedJobAnswersOnlyItsOwnQuestion(t *testing.T) {
	before := adtally.Report{Name: "r", Level: "ad", Fields: []string{"spend", "actions"}}
	for name, change := range map[string]func(*adtally.Report){
		"nothing":           func(*adtally.Report) {},
		"another order":     func(r *adtally.Report) { r.ActionBreakdowns = []string{"action_type"} },
		"fields":            func(r *adtally.Report) { r.Fields = []string{"spend", "actions", "clicks", "frequency"} },
		"level":             func(r *adtally.Report) { r.Level = "campaign" },
		"breakdowns":        func(r *adtally.Report) { r.Breakdowns = []string{"country"} },
		"action breakdowns": func(r *adtally.Report) { r.ActionBreakdowns = []string{"action_device"} },
		"windows":           func(r *adtally.Report) { r.Windows = []string{"1d_click"} },
		"increment":         func(r *adtally.Report) { r.Increment = "monthly" },
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				after, n := before, &note{}
				change(&after)
				m := job(t, map[string][]answer{"GET 91": {refuses(400, 190, 463, "expired")}, "GET me": {refuses(400, 190, 463, "expired")}})
				m.readOf(t.Context(), adtally.Source{Reports: []adtally.Report{before}}, "r", month, n, "spend")
				m = job(t, map[string][]answer{submit: {created("92")}, "GET 92": {runIs("Job Completed", 100)}, "GET 92/insights": {says(`{"data":[]}`)}, results: {says(`{"data":[]}`)}, insights: {says(`{"data":[]}`)}})
				if g := m.readOf(t.Context(), adtally.Source{Reports: []adtally.Report{after}}, "r", month, n, "spend"); g.err != nil {
					t.Fatal(g.err)
				}
				same := name == "nothing" || name == "another order"
				if same != (m.count(submit) == 0) || same != (m.count("GET 91") > 0) {
					t.Errorf("%d jobs were submitted, and the old one was asked for %d times", m.count(submit), m.count("GET 91"))
				}
			})
		})
	}
}

// A refusal of one request says nothing about another.
func TestReport_TuningOfAnotherQuestionIsIgnored(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		refused := refuses(400, 100, 0, "(#100) frequency is not valid for fields param.")
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {refused, says(`{"data":[]}`)}}}
		n := &note{}
		source := func(r adtally.Report) adtally.Source { return adtally.Source{Reports: []adtally.Report{r}} }
		r := adtally.Report{Name: "r", Level: "ad", Fields: []string{"spend", "frequency"}}
		if g := m.readOf(t.Context(), source(r), "r", day, n, "spend"); g.err != nil || len(g.gaps) != 1 {
			t.Fatalf("%v, gaps %v", g.err, g.gaps)
		}
		m = &fakeGraph{t: t, answers: map[string][]answer{insights: {says(`{"data":[]}`)}}}
		if g := m.readOf(t.Context(), source(r), "r", day, n, "spend"); g.err != nil || strings.Contains(m.values(insights, "fields")[0], "frequency") {
			t.Errorf("%v, the same request has the fields %v", g.err, m.values(insights, "fields"))
		}
		r.Level, m.calls = "campaign", nil
		if g := m.readOf(t.Context(), source(r), "r", day, n, "spend"); g.err != nil || !strings.Contains(m.values(insights, "fields")[0], "frequency") || len(g.gaps) > 0 {
			t.Errorf("%v, gaps %v, another request has the fields %v", g.err, g.gaps, m.values(insights, "fields"))
		}
	})
}

// sized answers report jobs; those of more than the given number of days are too
// large.
type sized struct {
	*fakeGraph
	most      int
	dead      int // the job whose polls find the token expired; 0 = none
	submitted []string
}

func (s *sized) RoundTrip(r *http.Request) (*http.Response, error) {
	what := r.Method + " " + strings.TrimPrefix(r.URL.Path, "/v25.0/")
	if what == submit {
		s.answers[what] = []answer{created(fmt.Sprint(len(s.submitted) + 1))}
	}
	if number, err := strconv.Atoi(strings.TrimPrefix(what, "GET ")); err == nil {
		s.answers[what] = []answer{s.poll(number)}
	}
	res, err := s.fakeGraph.RoundTrip(r)
	if what == submit && err == nil {
		s.submitted = append(s.submitted, s.calls[len(s.calls)-1].params.Get("time_range"))
	}
	return res, err
}

func (s *sized) poll(number int) answer {
	var since, until adtally.Day
	span := s.submitted[number-1]
	_ = since.UnmarshalText([]byte(span[10:20]))
	_ = until.UnmarshalText([]byte(span[31:41]))
	switch {
	case number == s.dead:
		return refuses(400, 190, 463, "expired")
	case int(until-since)+1 > s.most:
		return says(fmt.Sprintf(`{"id":"%d","async_status":"Job Failed","async_percent_completion":0,"error_code":-3,"error_subcode":1504045,"error_message":"Report Too Large"}`, number))
	}
	s.answers[fmt.Sprintf("GET %d/insights", number)] = []answer{says(`{"data":[]}`)}
	return runIs("Job Completed", 100)
}

// A slice whose size was learned during the read is split at the same days after a
// resume, so that no job is submitted twice.
func TestReport_ResumeSubmitsNoJobTwice(t *testing.T) {
	window := adtally.WindowOf(date("2026-04-01"), date("2026-05-03")) // 33 days: halves of halves differ from parts of five days
	inBubble(t, func(t *testing.T) {
		read := func(s *sized, n *note, dead int) error {
			s.dead = dead
			return s.through(t.Context(), s, adtally.Source{Tables: []string{"basic_ad"}}, "basic_ad", window, n, "ad_id").err
		}
		newSized := func() *sized {
			return &sized{fakeGraph: &fakeGraph{t: t, answers: map[string][]answer{"GET me": {refuses(400, 190, 463, "expired")}}}, most: 5}
		}
		whole := newSized()
		if err := read(whole, &note{}, 0); err != nil || len(whole.submitted) < 9 {
			t.Fatalf("%v, %v", err, whole.submitted)
		}
		for cut := 1; cut <= len(whole.submitted); cut++ {
			s, n := newSized(), &note{}
			if err := read(s, n, cut); err == nil {
				t.Fatalf("job %d did not end the first try", cut)
			}
			if err := read(s, n, 0); err != nil || !slices.Equal(s.submitted, whole.submitted) {
				t.Errorf("cut off at job %d: %v, jobs\n%v, want\n%v", cut, err, s.submitted, whole.submitted)
			}
		}
	})
}
