package adtally_test

import (
	"slices"
	"testing"

	"adtally"
)

func TestNearest(t *testing.T) {
	t.Parallel()
	tables := []string{"ads", "ad_sets", "campaigns", "basic_ad", "basic_ad_set", "basic_ad_actions", "basic_ad_country", "basic_account", "basic_campaign", "reach_ad_month"}
	for word, want := range map[string][]string{
		"basic_adset":     {"basic_ad_set", "basic_ad"},
		"Basic_Ad_Set ":   {"basic_ad_set"},
		"capmaigns":       {"campaigns"},
		"adsets":          {"ad_sets"},
		"country":         {"basic_ad_country"},
		"basic_ad_counry": {"basic_ad_country"},
		"xyzzy":           nil,
		"":                nil,
	} {
		if got := adtally.Nearest(word, tables); len(got) < len(want) || !slices.Equal(got[:len(want)], want) || want == nil && got != nil {
			t.Errorf("%q: %q, want %q first", word, got, want)
		}
	}
	if got := adtally.Nearest("basic", tables); len(got) != 3 {
		t.Errorf("too many to read at a glance: %q", got)
	}
}

func TestDidYouMean(t *testing.T) {
	t.Parallel()
	names := []string{"campaigns", "campaign", "spend"}
	for word, want := range map[string]string{"spent": "Did you mean spend?", "campaigm": "Did you mean campaign or campaigns?", "zzzzzzzz": ""} {
		if got := adtally.DidYouMean(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
