package main

import (
	"testing"

	"adtally/internal/graphsim"
)

// Lists other than actions become rows, in the detail report and in custom reports.
func TestDetail_ListsAreRows(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=40,days=30,seed=7", func(t *testing.T, b *bubble) {
		d := b.sync(t, "--tables", "basic_ad_detail", "--report", "name=mine;level=campaign;fields=spend,outbound_clicks,video_p25_watched_actions", "--since", "2026-05-20", "--until", "2026-05-31")
		if d.code != 0 {
			t.Fatal(d.err)
		}
		for _, query := range []string{
			"SELECT count(*) > 0 FROM facebook_ads.basic_ad_detail_lists WHERE field LIKE 'video%' AND value > 0",
			"SELECT count(*) > 0 FROM facebook_ads.mine_lists WHERE field = 'outbound_clicks' AND action_type = 'outbound_click' AND attribution_window = 'default' AND value > 0",
			`SELECT (SELECT sum(value) FROM facebook_ads.mine_lists WHERE field = 'outbound_clicks' AND attribution_window = 'default')
				= (SELECT sum(CAST(outbound_clicks->0->>'value' AS DECIMAL(18,6))) FROM facebook_ads.mine)`,
			"SELECT count(*) = 0 FROM facebook_ads._quarantine",
		} {
			if got := one(t, b.file, query); got != "true" {
				t.Errorf("%s: %s", query, got)
			}
		}
	})
}
