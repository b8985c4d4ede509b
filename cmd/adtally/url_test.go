package main

import (
	"fmt"
	"testing"

	"adtally/internal/graphsim"
)

const byURL = "basic_ad_url"

// basic_ad_url contains all spend: of archived and deleted ads, of ads with an unknown creative
// or no link, and of ads with several links, each row once.
func TestViews_SpendByLinkIsAllSpend(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=2,ads=120,days=40,seed=5", func(t *testing.T, b *bubble) {
		figures := []string{"--tables", "basic_ad", "--since", "2026-04-25"}
		if d := b.sync(t, figures...); d.code != 0 {
			t.Fatal(d.err)
		}
		if n := one(t, b.file, "SELECT count(*) FROM duckdb_views() WHERE view_name = 'basic_ad_url'"); n != "0" {
			t.Fatalf("%s views of links, before there are any", n)
		}
		// Of the other account only figures are known: its ads are stubs.
		if d := b.sync(t, "--tables", "ads,basic_ad,basic_ad_actions,ad_creatives", "--since", "2026-04-25", "--account", b.sim.Accounts()[0]); d.code != 0 {
			t.Fatal(d.err)
		}
		sums := "SELECT account_id, count(*), count(DISTINCT (date, ad_id)), sum(spend)::VARCHAR, sum(impressions)::BIGINT FROM facebook_ads.%s GROUP BY ALL ORDER BY ALL"
		want := ask(t, b.file, fmt.Sprintf(sums, "basic_ad"))
		for _, view := range []string{byURL, "basic_ad_full"} {
			if got := ask(t, b.file, fmt.Sprintf(sums, view)); fmt.Sprint(got) != fmt.Sprint(want) || len(want) != 2 {
				t.Errorf("%s says %v, want %v", view, got, want)
			}
		}
		for what, condition := range map[string]string{
			"of an archived or deleted ad": "ad_id IN (SELECT id FROM facebook_ads.ads WHERE effective_status IN ('ARCHIVED', 'DELETED')) AND destination_url <> '(none)'",
			"of an ad that is unknown":     "ad_id IN (SELECT id FROM facebook_ads.ads WHERE _stub) AND destination_url = '(none)' AND creative_id IS NULL",
			"of a creative without a link": "creative_id IN (SELECT id FROM facebook_ads.ad_creatives WHERE destination_url IS NULL AND url_tags IS NULL) AND destination_url = '(none)' AND utm_source = '(none)'",
			"of a post with tags":          "creative_id IN (SELECT id FROM facebook_ads.ad_creatives WHERE destination_url IS NULL AND url_tags LIKE '%utm_source=%') AND destination_url = '(none)' AND utm_source <> '(none)'",
			"of a creative with several":   "creative_id IN (SELECT id FROM facebook_ads.ad_creatives WHERE destination_urls IS NOT NULL) AND destination_url <> '(none)'",
			"with the campaign's name":     "utm_campaign = campaign_name",
			"with the ad's number":         "utm_content = ad_id AND destination_url LIKE '%utm_content=' || ad_id || '%'",
			"with a name that is encoded":  "utm_campaign LIKE '% %' AND destination_url LIKE '%utm_campaign=%!%20%' ESCAPE '!'",
			"with the place left open":     "destination_url LIKE '%pl={{placement}}%' AND utm_source = '{{site_source_name}}' AND utm_term = adset_name",
			"of the shop":                  "destination_host = 'shop.example' AND destination_path = '/p/1'",
		} {
			if n := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad_url WHERE "+condition); n == "0" {
				t.Errorf("no row %s", what)
			}
		}
		lost := one(t, b.file, `SELECT count(*) FROM facebook_ads.basic_ad_url u JOIN facebook_ads.ad_creatives c ON c.id = u.creative_id
			WHERE c.url_tags LIKE '%utm_source=%' AND u.utm_source = '(none)'`)
		if lost != "0" {
			t.Errorf("%s rows lost the source that their creative's tags name", lost)
		}
		left := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad_url WHERE regexp_matches(concat(destination_url, utm_campaign, utm_content, utm_term), '[{][{](campaign|adset|ad)[.]')")
		if left != "0" {
			t.Errorf("%s rows in which a macro was left", left)
		}
	})
}

// A creative that Meta does not return does not remove spend.
func TestViews_UnreadableCreativeKeepsSpend(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=40,days=20,seed=3", func(t *testing.T, b *bubble) {
		var ads struct {
			Data []struct{ Creative struct{ ID string } }
		}
		b.get(t, b.sim.Accounts()[0]+"/ads?fields=creative&limit=1", &ads)
		broken := ads.Data[0].Creative.ID
		faults, err := graphsim.ParseScript("creative " + broken + " is broken")
		if err != nil {
			t.Fatal(err)
		}
		b.sim.Inject(faults...)
		if d := b.sync(t, "--tables", "ads,ad_creatives,basic_ad", "--since", "2026-05-15"); d.code != 0 || d.Gaps != 1 {
			t.Fatalf("exit code %d, %d gaps: %s", d.code, d.Gaps, d.err)
		}
		spend := func(view string) string { return one(t, b.file, "SELECT sum(spend) FROM facebook_ads."+view) }
		if got, want := spend(byURL), spend("basic_ad"); got != want {
			t.Errorf("%s by link, %s by ad", got, want)
		}
		if got := one(t, b.file, "SELECT any_value(destination_url) FROM facebook_ads.basic_ad_url WHERE creative_id = '"+broken+"'"); got != "(none)" {
			t.Errorf("the broken creative leads to %s", got)
		}
	})
}
