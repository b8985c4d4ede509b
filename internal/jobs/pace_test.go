package jobs_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/jobs"
)

var noon = time.Date(2026, 6, 2, 12, 0, 0, 0, time.UTC)

func failed() adtally.RunRecord {
	return adtally.RunRecord{Run: adtally.Run{State: adtally.Failed, Started: noon}}
}

// After a thousand failures in a row a source is still scheduled, at the longest
// interval and with a reason; the first good run restores the usual interval.
func TestPace_StillScheduledAfterManyFailures(t *testing.T) {
	t.Parallel()
	s := adtally.SourceRecord{Source: adtally.Source{Every: time.Hour}, Stage: adtally.Steady}
	now, before := noon, time.Duration(0)
	for n := range 1000 {
		s = jobs.Pace(s, failed(), &adtally.Fault{Act: adtally.Bug}, now)
		wait := s.Next.Sub(now)
		if wait < before || wait > 6*time.Hour || wait < s.Every || (wait > s.Every) != (s.Why != "") {
			t.Fatalf("failure %d: the next try is in %s, after %s: %q", n+1, wait, before, s.Why)
		}
		now, before = s.Next, wait
	}
	if before != 6*time.Hour || s.Failures != 1000 {
		t.Errorf("after %d failures the pace is %s", s.Failures, before)
	}
	good := adtally.RunRecord{Run: adtally.Run{State: adtally.Finished, Started: now}}
	s = jobs.Pace(s, good, nil, now.Add(time.Minute))
	if s.Next != now.Add(time.Hour) || s.Failures != 0 || s.Why != "" || s.LastGood.IsZero() || s.Stage != adtally.Steady {
		t.Errorf("after a good run: %+v", s)
	}
}

func TestPace_DeadTokenIsTriedHourly(t *testing.T) {
	t.Parallel()
	dead := &adtally.Fault{Act: adtally.Reconnect}
	for every, want := range map[time.Duration]time.Duration{5 * time.Minute: time.Hour, 6 * time.Hour: 6 * time.Hour} {
		s := jobs.Pace(adtally.SourceRecord{Source: adtally.Source{Every: every}, Failures: 40}, failed(), dead, noon)
		if s.Next != noon.Add(want) || s.Why == "" {
			t.Errorf("every %s: the next try is at %s (%q)", every, s.Next, s.Why)
		}
	}
}

// Whatever happened, a source is due again, in the future and within a day or its own
// interval.
func TestPace_AlwaysDueAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		every := time.Duration(rapid.IntRange(5, 24*60).Draw(t, "minutes")) * time.Minute
		s := adtally.SourceRecord{Source: adtally.Source{Every: every}, Failures: rapid.IntRange(0, 2000).Draw(t, "failures")}
		r := adtally.RunRecord{Run: adtally.Run{Started: noon, State: rapid.SampledFrom([]adtally.RunState{adtally.Finished, adtally.Incomplete, adtally.Failed, adtally.Interrupted}).Draw(t, "state")}}
		act := rapid.SampledFrom([]adtally.Act{"", adtally.Retry, adtally.Wait, adtally.Reconnect, adtally.Configure, adtally.Bug}).Draw(t, "act")
		var worst *adtally.Fault
		if act != "" {
			worst = &adtally.Fault{Act: act}
		}
		now := noon.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "took")) * time.Minute)
		got := jobs.Pace(s, r, worst, now)
		if got.Next.Before(now) || got.Next.After(now.Add(max(every, 6*time.Hour))) {
			t.Fatalf("at %s it is due at %s", now, got.Next)
		}
	})
}
