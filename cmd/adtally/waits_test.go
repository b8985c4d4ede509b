package main

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"adtally"
)

// notebook stores log lines, or fails to.
type notebook struct {
	lines []adtally.LogLine
	err   error
}

func (n *notebook) AppendLog(_ context.Context, lines ...adtally.LogLine) error {
	if n.err == nil {
		n.lines = append(n.lines, lines...)
	}
	return n.err
}

func slowedInto(n *notebook, log *bytes.Buffer) *slowed {
	return &slowed{datasets: n, now: func() time.Time { return summer }, log: slog.New(slog.NewJSONHandler(log, nil))}
}

// The log of a run says what it waits for, until when, and how much of the budget is used.
func TestSlowed_TheRunsLogSaysWhatIsWaitedFor(t *testing.T) {
	t.Parallel()
	n := &notebook{}
	s := slowedInto(n, &bytes.Buffer{})
	reports, objects := "for reports of the account", "for objects of the account"
	spaced := func(account, budget string, used float64) adtally.RateLimitWait {
		return adtally.RateLimitWait{Account: account, Budget: budget, Used: used, Spaced: 1500 * time.Millisecond, Until: summer.Add(time.Second)}
	}
	stopped := func(account, budget string, minutes int) adtally.RateLimitWait {
		return adtally.RateLimitWait{Account: account, Budget: budget, Used: 1, Until: summer.Add(time.Duration(minutes) * time.Minute)}
	}
	s.waiting("s1", spaced("7", reports, 0.5)) // no run is on
	s.begins("s1", "r1")
	for _, w := range []adtally.RateLimitWait{
		spaced("7", reports, 0.77), spaced("7", reports, 0.79), // the same
		spaced("7", reports, 0.88),                             // worse
		spaced("8", reports, 0.77), spaced("7", objects, 0.77), // another account, another budget
		stopped("7", reports, 20), stopped("7", reports, 20), stopped("7", reports, 45), // it stops; for longer
		spaced("7", reports, 0.99), // it goes on, more slowly: better
		stopped("", "of the app", 5),
	} {
		s.waiting("s1", w)
	}
	s.waiting("s2", stopped("7", reports, 90)) // nobody's run
	s.begins("s1", "r2")
	s.waiting("s1", stopped("7", reports, 45)) // another run's log says it too
	until := func(minutes int) string {
		return summer.Add(time.Duration(minutes) * time.Minute).Local().Format("15:04")
	}
	slower := " calls the platform more slowly, once every 1.5s: "
	again := " is used. It speeds up again automatically."
	var got []string
	for _, l := range n.lines {
		got = append(got, l.Run+" "+l.Account+" "+l.Message)
		if l.Level != "info" || l.Code != "rate_limit" || !l.At.Equal(summer) {
			t.Errorf("%+v", l)
		}
	}
	want := []string{
		"r1 7 act_7" + slower + "77 % of the budget " + reports + again,
		"r1 7 act_7" + slower + "88 % of the budget " + reports + again,
		"r1 8 act_8" + slower + "77 % of the budget " + reports + again,
		"r1 7 act_7" + slower + "77 % of the budget " + objects + again,
		"r1 7 act_7 waits for the platform until " + until(20) + ": 100 % of the budget " + reports + " is used. Nothing is lost.",
		"r1 7 act_7 waits for the platform until " + until(45) + ": 100 % of the budget " + reports + " is used. Nothing is lost.",
		"r1  Every account waits for the platform until " + until(5) + ": 100 % of the budget of the app is used. Nothing is lost.",
		"r2 7 act_7 waits for the platform until " + until(45) + ": 100 % of the budget " + reports + " is used. Nothing is lost.",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the logs say\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// A log that cannot be written does not stop the run, and the operator is told.
func TestSlowed_ALogThatCannotBeWrittenIsTold(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := slowedInto(&notebook{err: errors.New("no space is left")}, &log)
	s.begins("s1", "r1")
	s.waiting("s1", adtally.RateLimitWait{Account: "7", Until: summer})
	if text := log.String(); !strings.Contains(text, `"run":"r1"`) || !strings.Contains(text, "no space is left") {
		t.Errorf("%s", text)
	}
}
