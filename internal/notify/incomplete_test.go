package notify_test

import (
	"testing"
	"time"

	"adtally"
)

// Values that could not be loaded are reported immediately. Data that the platform
// returns on a later day is not, while the source is up to date.
func TestWatch_ReportsQuarantineNotDeferredData(t *testing.T) {
	t.Parallel()
	r := newReceiver(t)
	i := newInstallation(t, r.URL)
	incomplete := func(f *adtally.Fault) {
		now := *i.now.Load()
		i.pace(func(s *adtally.SourceRecord) { s.Fault, s.Failing, s.LastGood = f, now, now })
	}
	incomplete(&adtally.Fault{Act: adtally.Wait, Code: "reach_quota", Message: "Tomorrow"})
	i.after(time.Hour)
	same(t, "what comes later", r.heard(), nil)
	incomplete(adtally.NotLoaded("7", 3))
	i.after(10 * time.Minute)
	same(t, "values in quarantine", r.heard(), []string{"opened suspect s1 https://x/s1"})
	i.pace(func(s *adtally.SourceRecord) {
		s.Fault, s.Failures, s.Failing = &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "It waits"}, 1, *i.now.Load()
	})
	i.after(30 * time.Minute)
	same(t, "a run that failed", r.heard(), []string{"opened sync_failed s1 https://x/s1"})
}
