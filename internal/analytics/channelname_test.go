package analytics_test

import (
	"testing"

	"adtally/internal/analytics"
)

// The channel of an upload has the name that its platform has, and a UTM source a short one.
func TestMatcher_NamesOfChannels(t *testing.T) {
	t.Parallel()
	for channel, want := range map[string]string{"google": "name", "Google Ads": "name", " google_ads": "name", "AdWords": "name", "LinkedIn Ads": "unmatched", "tv": "unmatched"} {
		m := analytics.NewMatcher([]analytics.Campaign{{ID: "1", Channel: channel, Names: []string{"Brand"}}, {ID: "2", Channel: "facebook", Names: []string{"Brand"}}}, nil)
		if got := m.Match(analytics.Touch{Source: "google", Campaign: "brand"}); got.By != want {
			t.Errorf("a campaign of %q: matched by %s, want %s", channel, got.By, want)
		}
	}
}
