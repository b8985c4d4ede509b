package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

var withActions = []string{"--tables", "ad_sets,custom_conversions,basic_ad,basic_ad_actions,basic_campaign,basic_campaign_actions", "--since", "2026-03-01", "--until", "2026-03-20"}

// A new custom metric has values for days that were read long ago, without new calls for
// figures.
func TestMetric_DefinedLaterNeedsNoCall(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=120,seed=4", func(t *testing.T, b *bubble) {
		if d := b.sync(t, withActions...); d.code != 0 {
			t.Fatal(d.err)
		}
		id := one(t, b.file, "SELECT min(custom_conversion_id) FROM facebook_ads.basic_ad_actions")
		if id == "" || id == "NULL" {
			t.Fatal("the advertiser has no custom conversion: this test shows nothing")
		}
		before := b.sim.Calls().By
		time.Sleep(time.Hour)
		d := b.sync(t, append(withActions, "--metric", "trials=custom:"+id+",purchase")...)
		if d.code != 0 {
			t.Fatal(d.err)
		}
		for name, n := range b.sim.Calls().By {
			if strings.Contains(name, "insights") && n != before[name] {
				t.Errorf("%d calls of %s", n-before[name], name)
			}
		}
		long := one(t, b.file, "SELECT sum(value)::VARCHAR FROM facebook_ads.basic_ad_actions WHERE attribution_window = 'default' AND action_type = 'offsite_conversion.custom."+id+"'")
		wide := one(t, b.file, "SELECT sum(trials_default)::VARCHAR FROM facebook_ads.basic_ad_conversions WHERE trials_default_type_used = 'offsite_conversion.custom."+id+"'")
		if long != wide {
			t.Errorf("the long table says %s, the wide one %s", long, wide)
		}
		named := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad_actions_named a JOIN facebook_ads.custom_conversions c ON c.id = a.custom_conversion_id AND c.name = a.custom_conversion_name")
		all := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad_actions WHERE custom_conversion_id IS NOT NULL")
		if named != all || one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad_actions_named") != one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad_actions") {
			t.Errorf("%s of %s actions have their custom conversion's name", named, all)
		}
	})
}

// Sums over ad sets with different attribution settings are marked, and days before and after
// a change of Meta's rules are distinguished.
func TestConversions_AttributionColumns(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=250,seed=4", func(t *testing.T, b *bubble) {
		args := slices.Concat(withActions[:2], []string{"--since", "2026-01-05", "--until", "2026-01-20"})
		if d := b.sync(t, args...); d.code != 0 {
			t.Fatal(d.err)
		}
		wrong := one(t, b.file, `SELECT count(*) FROM (SELECT c.campaign_id, c.date, any_value(c.attribution_setting) AS said, count(DISTINCT a.attribution_setting) AS settings, any_value(a.attribution_setting) AS only_one
			FROM facebook_ads.basic_campaign c JOIN facebook_ads.basic_ad a USING (campaign_id, date) GROUP BY ALL) WHERE CASE WHEN settings > 1 THEN said <> 'multiple' ELSE said NOT IN (only_one, 'multiple') END`)
		mixed := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_campaign WHERE attribution_setting = 'multiple'")
		if wrong != "0" || mixed == "0" {
			t.Errorf("%s rows of campaigns are marked wrongly, %s as mixed", wrong, mixed)
		}
		regimes := one(t, b.file, `SELECT string_agg(DISTINCT attribution_regime || ' ' || (date >= DATE '2026-01-12'), ', ' ORDER BY attribution_regime || ' ' || (date >= DATE '2026-01-12')) FROM facebook_ads.basic_ad_conversions`)
		if regimes != "2025-06-10 false, 2026-01-12 true" {
			t.Errorf("the regimes are %s", regimes)
		}
	})
}
