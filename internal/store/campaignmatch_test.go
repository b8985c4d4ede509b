package store_test

import (
	"testing"
	"time"

	"adtally"
)

// A match is replaced by the next one for the same UTM values, and each change is audited.
func TestCampaignMatches_SetAndRemove(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		m := adtally.CampaignMatch{Touch: "t1", Source: "facebook", Medium: "paid", Name: "Spring", Raw: "", Campaign: "1", At: moment, By: "user:1"}
		must(t, db.SetCampaignMatch(ctx, m, auditEntry("campaign_match.set")))
		other := adtally.CampaignMatch{Touch: "t2", Source: "bing", Campaign: "2", At: moment, By: "user:1"}
		must(t, db.SetCampaignMatch(ctx, other, auditEntry("campaign_match.set")))
		m.Campaign, m.At, m.By = "3", moment.Add(time.Hour), "user:2"
		must(t, db.SetCampaignMatch(ctx, m, auditEntry("campaign_match.set")))
		got, err := db.CampaignMatches(ctx)
		must(t, err)
		same(t, "the matches by their UTM values", got, []adtally.CampaignMatch{other, m})
		must(t, db.RemoveCampaignMatch(ctx, "t1", auditEntry("campaign_match.delete")))
		is(t, "the refusal", db.RemoveCampaignMatch(ctx, "t1", auditEntry("campaign_match.delete")), "not_found")
		got, err = db.CampaignMatches(ctx)
		must(t, err)
		same(t, "the others", got, []adtally.CampaignMatch{other})
	})
}
