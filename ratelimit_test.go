package adtally_test

import (
	"strings"
	"testing"
	"time"

	"adtally"
)

func TestRateLimitWait_Sentence(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 6, 2, 14, 32, 0, 0, time.Local)
	for want, w := range map[string]adtally.RateLimitWait{
		"act_7 waits for Meta until 14:32: 97 % of the budget for reports of the account is used. Nothing is lost.":                                {Account: "7", Budget: "for reports of the account", Until: until, Used: 0.979},
		"Every account waits for Meta until 14:32. Nothing is lost.":                                                                               {Budget: "of the app", Until: until},
		"act_7 calls Meta more slowly, once every 500ms: 77 % of the budget for reports of the account is used. It speeds up again automatically.": {Account: "7", Budget: "for reports of the account", Until: until, Used: 0.77, Spaced: 500 * time.Millisecond},
		"Every account calls Meta more slowly, once every 2.5s: 85 % of the budget of the app is used. It speeds up again automatically.":          {Budget: "of the app", Until: until, Used: 0.85, Spaced: 2500 * time.Millisecond},
	} {
		if got := w.Sentence("Meta"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if short := w.Short("Meta"); !strings.Contains(short, w.Who()) || len(short) > 50 {
			t.Errorf("in short: %q", short)
		}
	}
}

// A person is notified again only if the wait gets worse.
func TestRateLimitWait_WorseThan(t *testing.T) {
	t.Parallel()
	at := func(minute int) time.Time { return time.Date(2026, 6, 2, 14, minute, 0, 0, time.UTC) }
	spaced := func(used float64) adtally.RateLimitWait {
		return adtally.RateLimitWait{Used: used, Spaced: time.Second, Until: at(0)}
	}
	stopped := func(minute int) adtally.RateLimitWait { return adtally.RateLimitWait{Used: 1, Until: at(minute)} }
	for name, c := range map[string]struct {
		now, said adtally.RateLimitWait
		worse     bool
	}{
		"as slow as before": {spaced(0.78), spaced(0.77), false}, "a tenth fuller": {spaced(0.88), spaced(0.77), true},
		"stopped after slow": {stopped(5), spaced(0.9), true}, "slow after stopped": {spaced(0.9), stopped(5), false},
		"the same stop": {stopped(5), stopped(5), false}, "a later stop": {stopped(9), stopped(5), true},
	} {
		if got := c.now.WorseThan(c.said); got != c.worse {
			t.Errorf("%s: %t", name, got)
		}
	}
}
