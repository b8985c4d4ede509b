package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// Three years of a small account load within a minute, and the last week within 15 seconds.
func TestSync_ThreeYearsOfASmallAccount(t *testing.T) {
	t.Parallel()
	o := graphsim.Options{JobTime: 2 * time.Second, Latency: map[string]time.Duration{"*": latency}}
	inBubble(t, o, "accounts=1,ads=10,days=1096,seed=1", func(t *testing.T, b *bubble) {
		began := b.sim.Now()
		d := b.sync(t, "--tables", "basic_ad", "--since", "2023-06-03")
		if d.code != 0 || d.took > time.Minute {
			t.Fatalf("exit code %d after %s: %s", d.code, d.took, d.err)
		}
		week := one(t, b.file, `SELECT max(synced_at) FROM facebook_ads._loads WHERE table_name = 'basic_ad' AND date_to >= DATE '2026-05-27'`)
		at, err := time.Parse(time.RFC3339, week)
		if err != nil || at.Sub(began) > 15*time.Second {
			t.Errorf("the last week was there after %s (%v)", at.Sub(began), err)
		}
		days := 1096.0
		perDay := float64(b.sim.Calls().Counted) / days
		t.Logf("%s, %d calls: %.3f a day", d.took, b.sim.Calls().Counted, perDay)
		if perDay > 0.15 {
			t.Errorf("%.3f calls per account and day", perDay)
		}
	})
}

// One day is read again without touching any other.
func TestSync_RereadsOneDayOnly(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=2,ads=20,days=90,seed=1", func(t *testing.T, b *bubble) {
		window := []string{"--tables", "basic_ad", "--since", "2026-04-01", "--until", "2026-04-30"}
		if d := b.sync(t, window...); d.code != 0 {
			t.Fatal(d.err)
		}
		others := `SELECT count(*), sum(hash(b)::HUGEINT) FROM facebook_ads.basic_ad b WHERE NOT (account_id = '` + digits(b, 0) + `' AND date = DATE '2026-04-15')`
		before, calls := one(t, b.file, others), b.sim.Calls()
		time.Sleep(time.Hour)
		d := b.sync(t, "--account", b.sim.Accounts()[0], "--tables", "basic_ad", "--since", "2026-04-15", "--until", "2026-04-15", "--reread")
		if d.code != 0 || d.Slices != 2 { // the day, and Meta's total of it
			t.Fatalf("exit code %d, %d slices: %s", d.code, d.Slices, d.err)
		}
		if after := one(t, b.file, others); after != before {
			t.Errorf("other days were %s and are %s", before, after)
		}
		now := b.sim.Calls()
		if n := now.By["GET act/insights"] - calls.By["GET act/insights"]; n != 2 {
			t.Errorf("%d questions about figures, want 2", n)
		}
	})
}

// After nine days with an expired token, only those days and the look-back are read.
func TestSync_FillsTheGapAfterAnExpiredToken(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=20,days=120,seed=1", func(t *testing.T, b *bubble) {
		args := []string{"--tables", "basic_ad", "--since", "2026-03-01"}
		if d := b.sync(t, args...); d.code != 0 {
			t.Fatal(d.err)
		}
		dead := 463
		b.sim.Inject(graphsim.Fault{Revoke: &dead})
		for range 9 {
			time.Sleep(24 * time.Hour)
			if d := b.sync(t, args...); d.code != exitReconnect {
				t.Fatalf("exit code %d: %s", d.code, d.err)
			}
		}
		alive := 0
		b.sim.Inject(graphsim.Fault{Revoke: &alive})
		if d := b.sync(t, args...); d.code != 0 {
			t.Fatal(d.err)
		}
		read := one(t, b.file, `SELECT min(date_from), max(date_to) FROM facebook_ads._loads
			WHERE table_name = 'basic_ad' AND asked_at >= TIMESTAMPTZ '2026-06-10'`)
		if !strings.HasSuffix(read, "2026-06-11") || !strings.HasPrefix(read, "2026-05-0") {
			t.Errorf("read %s, want the nine days and the 28 before them", read)
		}
		whole := fmt.Sprint(one(t, b.file, "SELECT count(DISTINCT date) FROM facebook_ads.basic_ad WHERE date > DATE '2026-06-02'"))
		if whole != "9" {
			t.Errorf("%s of nine days are there", whole)
		}
	})
}

// The numbers of an ad account in a warehouse.
func digits(b *bubble, n int) string { return strings.TrimPrefix(b.sim.Accounts()[n], "act_") }

// One purchase appears under several action types. Exactly one is used: in each row the
// widest that is present.
func TestConversions_PurchaseIsCountedOnce(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=120,seed=11", func(t *testing.T, b *bubble) {
		if d := b.sync(t, "--tables", "basic_ad,basic_ad_actions", "--since", "2026-03-01", "--until", "2026-04-30"); d.code != 0 {
			t.Fatal(d.err)
		}
		overlap := one(t, b.file, `SELECT count(*) FROM (SELECT date, ad_id FROM facebook_ads.basic_ad_actions
			WHERE attribution_window = 'default' AND action_type IN ('omni_purchase', 'purchase', 'offsite_conversion.fb_pixel_purchase')
			GROUP BY ALL HAVING count(*) > 1)`)
		wrong := one(t, b.file, `SELECT count(*) FROM facebook_ads.basic_ad_conversions w JOIN facebook_ads.basic_ad_actions l USING (account_id, date, ad_id)
			WHERE l.action_type = 'omni_purchase' AND l.attribution_window = 'default'
			AND (w.purchases_default IS DISTINCT FROM l.value OR w.purchases_default_value IS DISTINCT FROM l.action_value OR w.purchases_default_type_used <> 'omni_purchase')`)
		leads := one(t, b.file, `SELECT count(*) FROM facebook_ads.basic_ad_conversions WHERE leads_default_type_used LIKE 'offsite_content_view%'`)
		if overlap == "0" || wrong != "0" || leads != "0" {
			t.Errorf("%s rows with overlapping types, %s wrong, %s leads of another kind", overlap, wrong, leads)
		}
		if bad := one(t, b.file, `SELECT count(*) FROM facebook_ads.basic_ad_actions WHERE attribution_window IN ('7d_view', '28d_view')`); bad != "0" {
			t.Errorf("%s rows of dead windows", bad)
		}
		empty := one(t, b.file, `SELECT count(*) FROM facebook_ads.basic_ad_conversions w WHERE purchases_1d_view > 0 AND NOT EXISTS (
			SELECT 1 FROM facebook_ads.basic_ad_actions l WHERE l.date = w.date AND l.ad_id = w.ad_id AND l.attribution_window = '1d_view' AND l.action_type LIKE '%purchase%')`)
		left := one(t, b.file, `SELECT count(*) FROM facebook_ads.basic_ad_conversions WHERE purchases_default > 0 AND purchases_1d_view = 0`)
		if empty != "0" || left != "0" {
			t.Errorf("%s purchases in a window that Meta did not name, %s zeros for one that it left out", empty, left) // Absent is NULL
		}
		mean := one(t, b.file, `SELECT avg(purchases_default) = sum(l.value) / count(*) FROM facebook_ads.basic_ad_conversions w LEFT JOIN facebook_ads.basic_ad_actions l
			ON l.date = w.date AND l.ad_id = w.ad_id AND l.attribution_window = 'default' AND l.action_type = 'omni_purchase'`)
		if mean != "true" {
			t.Error("the mean over rows is not that over rows with delivery")
		}
	})
}

// Meta omits purchases above ad level; our views sum those of ads. The usual tables request
// no action breakdown.
func TestConversions_AdLevelHasWhatOtherLevelsOmit(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=120,seed=11,lowconversions=1", func(t *testing.T, b *bubble) {
		if d := b.sync(t, "--tables", "basic_ad,basic_ad_actions,basic_campaign,basic_campaign_actions", "--since", "2026-03-01", "--until", "2026-03-31"); d.code != 0 {
			t.Fatal(d.err)
		}
		low := one(t, b.file, "SELECT sum(purchases_default) > 0 FROM facebook_ads.basic_ad_conversions")
		high := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_campaign_conversions WHERE purchases_default > 0")
		if low != "true" || high != "0" {
			t.Fatalf("purchases of ads: %s; rows of campaigns with purchases: %s", low, high)
		}
		for _, r := range b.sim.Repeats() {
			if strings.Contains(r.Request, "action_breakdowns") {
				t.Errorf("an action breakdown was asked for: %s", r.Request)
			}
		}
	})
}

// People are counted by Meta for each period, and never summed.
func TestReach_MonthIsMetasOwn(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=20,days=120,seed=1", func(t *testing.T, b *bubble) {
		if d := b.sync(t, "--tables", "basic_account,reach_account_month,reach_account_7d", "--since", "2026-03-01", "--until", "2026-03-31"); d.code != 0 {
			t.Fatal(d.err)
		}
		month := one(t, b.file, "SELECT reach FROM facebook_ads.reach_account_month WHERE date = DATE '2026-03-01'")
		days := one(t, b.file, "SELECT sum(reach)::BIGINT FROM facebook_ads.basic_account WHERE date BETWEEN DATE '2026-03-01' AND DATE '2026-03-31'")
		if atoi(month) == 0 || atoi(month) >= atoi(days) {
			t.Errorf("March reached %s people, and its days %s", month, days)
		}
		var page struct{ Data []struct{ Reach string } }
		b.get(t, strings.TrimPrefix(b.sim.Accounts()[0], "/")+"/insights?level=account&fields=reach&time_increment=monthly&time_range=%7B%22since%22%3A%222026-03-01%22%2C%22until%22%3A%222026-03-31%22%7D", &page)
		if len(page.Data) != 1 || page.Data[0].Reach != month {
			t.Errorf("Meta says %v, and we %s", page.Data, month)
		}
	})
}

// No join loses spend, whether a report is read at once or in parts.
func TestViews_JoinsKeepAllSpend(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]string{"whole": "", "in parts": "too much when days > 5", "an ad is in no list": "drop ad {ad} from lists"} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=120,seed=11", func(t *testing.T, b *bubble) {
				var first struct {
					Data []struct {
						ID string `json:"ad_id"`
					}
				}
				b.get(t, b.sim.Accounts()[0]+"/insights?level=ad&fields=ad_id&limit=1", &first)
				faults, err := graphsim.ParseScript(strings.ReplaceAll(fault, "{ad}", first.Data[0].ID))
				if err != nil {
					t.Fatal(err)
				}
				b.sim.Inject(faults...)
				for range 2 {
					d := b.sync(t, "--tables", "ads,basic_ad", "--since", "2026-04-01")
					if d.code != 0 {
						t.Fatal(d.err)
					}
					if lost := one(t, b.file, "SELECT count(*) FROM facebook_ads.basic_ad f LEFT JOIN facebook_ads.ads a ON a.id = f.ad_id WHERE a.id IS NULL"); lost != "0" {
						t.Errorf("%s rows are of no ad", lost)
					}
					if sums := one(t, b.file, "SELECT (SELECT sum(spend) FROM facebook_ads.basic_ad) = (SELECT sum(spend) FROM facebook_ads.basic_account)"); sums != "true" {
						t.Error("the ads' spend is not the account's")
					}
					time.Sleep(24 * time.Hour)
				}
			})
		})
	}
}

// A renamed campaign has two names in its history, each with its time range.
func TestHistory_RenamedCampaign(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=120,seed=11", func(t *testing.T, b *bubble) {
		for range 4 {
			if d := b.sync(t, "--tables", "campaigns,ads"); d.code != 0 {
				t.Fatal(d.err)
			}
			time.Sleep(24 * time.Hour)
		}
		renamed := ask(t, b.file, `SELECT count(*), count(DISTINCT name), count(*) FILTER (valid_to IS NULL) FROM facebook_ads.campaigns_history GROUP BY id HAVING count(DISTINCT name) > 1`)
		if len(renamed) == 0 {
			t.Fatal("no campaign was renamed in four days")
		}
		for _, r := range renamed {
			if r[1] != "2" || r[2] != "1" {
				t.Errorf("a campaign with %s states, %s names, %s of them now", r[0], r[1], r[2])
			}
		}
		churn := one(t, b.file, "SELECT max(n) FROM (SELECT count(*) n FROM facebook_ads.ads_history GROUP BY id)")
		if atoi(churn) > 4 {
			t.Errorf("an ad has %s states after four days", churn)
		}
	})
}

// Signed links that change with every read create no history.
func TestHistory_IgnoresSignedLinks(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=60,days=120,seed=11", func(t *testing.T, b *bubble) {
		for range 3 {
			if d := b.sync(t, "--tables", "ad_creatives,ad_images,ad_videos"); d.code != 0 {
				t.Fatal(d.err)
			}
			time.Sleep(time.Hour)
		}
		for _, table := range []string{"ad_creatives", "ad_images", "ad_videos"} {
			if n := one(t, b.file, "SELECT count(*) FROM (SELECT 1 FROM facebook_ads."+table+"_history GROUP BY id HAVING count(*) > 1)"); n != "0" {
				t.Errorf("%s: %s have more than one state", table, n)
			}
		}
	})
}

// _restatement keeps the totals of a day after 0, 1, 7 and 28 days.
func TestRestatement_KeepsEarlierTotals(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=20,days=60,seed=1", func(t *testing.T, b *bubble) {
		for day := range 30 {
			if day%7 > 1 && day != 28 && day != 29 {
				time.Sleep(24 * time.Hour)
				continue
			}
			if d := b.sync(t, "--tables", "basic_account", "--since", "2026-06-01"); d.code != 0 {
				t.Fatal(d.err)
			}
			time.Sleep(24 * time.Hour)
		}
		ages := one(t, b.file, "SELECT string_agg(age::VARCHAR, ',' ORDER BY age) FROM facebook_ads._restatement WHERE date = DATE '2026-06-02' AND metric = 'spend' AND table_name = 'basic_account'")
		if ages != "0,1,7,28" {
			t.Errorf("the 2nd of June is remembered at the ages %s", ages)
		}
	})
}

// Many ads over many pages: none is lost or duplicated, and only changed rows are written
// again.
func TestSync_TwelveThousandAds(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=1,ads=12345,days=30,seed=1", func(t *testing.T, b *bubble) {
		for range 2 {
			if d := b.sync(t, "--tables", "ads"); d.code != 0 {
				t.Fatal(d.err)
			}
			if n := one(t, b.file, "SELECT count(*), count(DISTINCT id) FROM facebook_ads.ads"); n != "12345 12345" {
				t.Errorf("%s ads", n)
			}
			time.Sleep(time.Hour)
		}
		if n := one(t, b.file, "SELECT max(n) FROM (SELECT count(*) n FROM facebook_ads.ads GROUP BY _load_id)"); atoi(n) < 12000 {
			t.Errorf("an hour later only %s ads are as they were first written", n)
		}
	})
}
