package advertiser_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/graphsim/advertiser"
)

// These tests check invariants that Meta's own rows satisfy (docs/meta-api.md#insights).

func TestSynthetic_LevelsAgree(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts, now := anyAccounts(t)
		account := oneOf(t, accounts)
		ads := rowsOf(account, everything(advertiser.LevelAd), now)
		for _, level := range levels[1:] {
			want := map[string]counts{}
			for i := range ads {
				addTo(want, keyOf(&ads[i], level), countsOf(t, &ads[i]))
			}
			got := map[string]counts{}
			for _, r := range rowsOf(account, everything(level), now) {
				if got[keyOf(&r, level)] != nil {
					t.Fatalf("two rows for %s", keyOf(&r, level))
				}
				addTo(got, keyOf(&r, level), countsOf(t, &r))
			}
			same(t, "sums of ads (-) and "+string(level), want, got)
		}
	})
}

func addTo(sums map[string]counts, key string, c counts) {
	if sums[key] == nil {
		sums[key] = counts{}
	}
	sums[key].add(c)
}

func TestSynthetic_RowInvariants(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts, now := anyAccounts(t)
		account := oneOf(t, accounts)
		level := rapid.SampledFrom(levels).Draw(t, "level")
		q := everything(level, rapid.SampledFrom(breakdowns).Draw(t, "breakdowns")...)
		for _, r := range rowsOf(account, q, now) {
			metricsAgree(t, &r)
			identitiesHold(t, countsOf(t, &r))
			for _, a := range append(r.Actions, r.ActionValues...) {
				windowsAgree(t, a)
			}
		}
	})
}

func metricsAgree(t *rapid.T, r *advertiser.Row) {
	v := r.Values
	for _, pair := range [][2]advertiser.Metric{
		{advertiser.Clicks, advertiser.Impressions},
		{advertiser.Reach, advertiser.Impressions},
		{advertiser.InlineLinkClicks, advertiser.Clicks},
		{advertiser.UniqueClicks, advertiser.Clicks},
		{advertiser.UniqueClicks, advertiser.Reach},
		{advertiser.UniqueInlineLinkClicks, advertiser.UniqueClicks},
		{advertiser.UniqueInlineLinkClicks, advertiser.InlineLinkClicks},
		{advertiser.FullViewImpressions, advertiser.Impressions},
		{advertiser.FullViewReach, advertiser.FullViewImpressions},
		{advertiser.FullViewReach, advertiser.Reach},
	} {
		if v[pair[0]] > v[pair[1]] {
			t.Fatalf("metric %d is above metric %d: %v", pair[0], pair[1], v)
		}
	}
	for m, n := range v {
		if n < 0 {
			t.Fatalf("metric %d is %d", m, n)
		}
	}
}

func identitiesHold(t *rapid.T, c counts) {
	sum := func(names ...string) (n int64) {
		for _, name := range names {
			n += c[name]
		}
		return n
	}
	for _, window := range []string{"", " 1d_click", " 7d_click", " 28d_click", " 1d_view"} {
		posts := sum("post_reaction"+window, "comment"+window, "link_click"+window, "photo_view"+window,
			"video_view"+window, "post"+window, "onsite_conversion.post_save"+window)
		if c["post_engagement"+window] != posts {
			t.Fatalf("post_engagement%s is not its parts: %v", window, c)
		}
		if c["page_engagement"+window] != posts+c["like"+window] {
			t.Fatalf("page_engagement%s is not its parts: %v", window, c)
		}
	}
	for copy, of := range map[string]string{
		"omni_landing_page_view": "landing_page_view",
		"omni_purchase":          "purchase", "onsite_web_purchase": "purchase",
		"offsite_conversion.fb_pixel_purchase": "purchase", "value of omni_purchase": "value of purchase",
		"offsite_conversion.fb_pixel_lead": "lead", "omni_add_to_cart": "add_to_cart",
	} {
		if c[copy] != c[of] {
			t.Fatalf("%s is %d, %s is %d", copy, c[copy], of, c[of])
		}
	}
	if c["link_click"] != 100*c["link clicks"] || c["post_engagement"] != 100*c["post engagement"] {
		t.Fatalf("inline metrics are not those of the actions: %v", c)
	}
}

func windowsAgree(t *rapid.T, a advertiser.Action) {
	w := map[string]int64{}
	for _, v := range a.Windows {
		w[v.Window] = hundredths(t, v.Value)
		if w[v.Window] == 0 {
			t.Fatalf("%s has an empty window %s", a.Type, v.Window)
		}
	}
	if strings.Contains(a.Type, "post_interaction") || strings.Contains(a.Type, "post_net_") || strings.HasSuffix(a.Type, "post_unlike") {
		if len(w) != 0 {
			t.Fatalf("%s has windows", a.Type)
		}
		return
	}
	if w["1d_click"] > w["7d_click"] || w["7d_click"] > w["28d_click"] {
		t.Fatalf("%s: windows out of order: %v", a.Type, w)
	}
	if got := w["7d_click"] + w["1d_view"] + w["1d_ev"]; got != hundredths(t, a.Value) {
		t.Fatalf("%s: value %s, windows %v", a.Type, a.Value, w)
	}
}

var breakdowns = [][]string{
	nil, {"age", "gender"}, {"country"}, {"publisher_platform"}, {"publisher_platform", "platform_position"},
	{"hourly_stats_aggregated_by_advertiser_time_zone"}, {"never heard of"},
}

func TestSynthetic_BreakdownsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		accounts, now := anyAccounts(t)
		account := oneOf(t, accounts)
		level := rapid.SampledFrom(levels).Draw(t, "level")
		keys := rapid.SampledFrom(breakdowns[1:]).Draw(t, "breakdowns")
		want, got := map[string]counts{}, map[string]counts{}
		for _, r := range rowsOf(account, everything(level), now) {
			addTo(want, keyOf(&r, level), countsOf(t, &r))
		}
		for _, r := range rowsOf(account, everything(level, keys...), now) {
			for _, key := range keys {
				if r.Text[key] == "" {
					t.Fatalf("a row without its %s", key)
				}
			}
			addTo(got, keyOf(&r, level), countsOf(t, &r))
		}
		same(t, fmt.Sprintf("the row (-) and its cells by %v", keys), want, got)
	})
}

func TestSynthetic_ReachBounds(t *testing.T) {
	t.Parallel()
	account := advertiser.NewSynthetic(advertiser.Size{Ads: 60, Days: 30, Seed: 5}, start)[0]
	sums, largest, ads := map[string]int64{}, map[string]int64{}, map[string]int{}
	for _, r := range rowsOf(account, everything(advertiser.LevelAd), start) {
		key := keyOf(&r, advertiser.LevelAccount)
		sums[key] += r.Values[advertiser.Reach]
		ads[key]++
		largest[key] = max(largest[key], r.Values[advertiser.Reach])
	}
	for _, r := range rowsOf(account, everything(advertiser.LevelAccount), start) {
		key := keyOf(&r, advertiser.LevelAccount)
		reach := r.Values[advertiser.Reach]
		if reach < largest[key] || reach > sums[key] || ads[key] > 1 && reach == sums[key] {
			t.Errorf("day %s: reach %d, ads' sum %d, largest %d", key, reach, sums[key], largest[key])
		}
	}
}
