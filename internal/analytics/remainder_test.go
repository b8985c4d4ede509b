package analytics_test

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/analytics"
)

// ofAds is a warehouse whose campaigns have spend that their ads lack.
func ofAds(t *testing.T) func(analytics.Query) *analytics.Answer {
	t.Helper()
	db := scratch(t, &analytics.Folder{})
	exec(t, db, `INSERT INTO adtally.day (date) VALUES ('2026-01-01'), ('2026-01-02')`)
	exec(t, db, `INSERT INTO adtally.accounts (account_id, channel, source, currency) VALUES ('a', 'facebook', 's', 'EUR'), ('b', 'facebook', 's', 'USD')`)
	exec(t, db, `INSERT INTO adtally.campaigns (campaign_id, account_id, channel, source, current) VALUES ('c1', 'a', 'facebook', 's', true), ('c2', 'a', 'facebook', 's', true), ('c3', 'a', 'facebook', 's', true), ('c4', 'b', 'facebook', 's', true)`)
	exec(t, db, `INSERT INTO adtally.coverage (dataset, account_id, from_date, through_date) VALUES ('marketing_spend', 'a', '2026-01-01', '2026-01-02'), ('marketing_spend', 'b', '2026-01-01', '2026-01-02')`)
	exec(t, db, `INSERT INTO adtally.marketing_spend (date, channel, source, account_id, campaign_id, currency, spend, clicks, platform_conversions) VALUES
		('2026-01-01', 'facebook', 's', 'a', 'c1', 'EUR', 10, 5, 2), ('2026-01-02', 'facebook', 's', 'a', 'c1', 'EUR', 7.01, 1, NULL), ('2026-01-02', 'facebook', 's', 'a', 'c2', 'EUR', 3, 1, 1), ('2026-01-02', 'facebook', 's', 'a', 'c3', 'EUR', 4, 0, 0),
		('2026-01-02', 'facebook', 's', 'b', 'c4', 'USD', 9, 0, 0)`)
	exec(t, db, `INSERT INTO adtally.ad_delivery (date, channel, source, account_id, campaign_id, ad_set_id, ad_id, currency, spend, clicks, platform_conversions) VALUES
		('2026-01-01', 'facebook', 's', 'a', 'c1', 's1', 'a1', 'EUR', 6, 3, 2), ('2026-01-01', 'facebook', 's', 'a', 'c1', 's2', 'a2', 'EUR', 4, 2, 1), ('2026-01-02', 'facebook', 's', 'a', 'c1', 's1', 'a1', 'EUR', 5, 1, 4),
		('2026-01-02', 'facebook', 's', 'a', 'c2', 's3', 'a3', 'EUR', 3, 1, 1), ('2026-01-02', 'facebook', 's', 'b', 'c4', 's4', 'a4', 'USD', 8, 0, 0)`)
	engine := analytics.New(analytics.Standard(), analytics.DefaultSettings())
	day, _ := adtally.ParseDay("2026-01-01")
	return func(q analytics.Query) *analytics.Answer {
		q.From, q.To = day, day+1
		a, err := engine.Ask(t.Context(), db, q)
		if err != nil {
			t.Fatalf("%+v: %v", q, err)
		}
		return a
	}
}

func linesOf(a *analytics.Answer) (lines []string) {
	for _, r := range a.Rows {
		line := r.Bucket + fmt.Sprint(r.Members)
		for _, f := range r.Figures {
			line += " " + f.Value
		}
		lines = append(lines, line)
	}
	return lines
}

// What a campaign has beyond its ads is a row of its own, so that the rows add up to the
// campaign. Ratios of it say nothing.
func TestAsk_RemainderOfAds(t *testing.T) {
	t.Parallel()
	ask := ofAds(t)
	of := func(dim string, in ...string) analytics.Filter { return analytics.Filter{Dimension: dim, In: in} }
	for name, c := range map[string]struct {
		q    analytics.Query
		want string
	}{
		"below a campaign":      {analytics.Query{By: []string{"ad_set"}, Filters: []analytics.Filter{of("campaign", "c1")}}, "[[s1] 11.00 4 2.75 [s2] 4.00 2 2.00 [(not in ads)] 2.01 0 ]"},
		"nothing remains":       {analytics.Query{By: []string{"ad"}, Filters: []analytics.Filter{of("campaign", "c2")}}, "[[a3] 3.00 1 3.00]"},
		"no ads at all":         {analytics.Query{By: []string{"ad"}, Filters: []analytics.Filter{of("campaign", "c3")}}, "[[(not in ads)] 4.00 0 ]"},
		"below an ad set":       {analytics.Query{By: []string{"ad"}, Filters: []analytics.Filter{of("campaign", "c1"), of("ad_set", "s1")}}, "[[a1] 11.00 4 2.75]"},
		"by campaign and ad":    {analytics.Query{By: []string{"campaign", "ad"}, Filters: []analytics.Filter{of("account", "a")}}, "[[c1 a1] 11.00 4 2.75 [c1 a2] 4.00 2 2.00 [c1 (not in ads)] 2.01 0  [c2 a3] 3.00 1 3.00 [c3 (not in ads)] 4.00 0 ]"},
		"the first of the ads":  {analytics.Query{By: []string{"ad"}, Top: &analytics.Top{N: 1, By: "spend"}, Filters: []analytics.Filter{of("account", "a")}}, "[[a1] 11.00 4 2.75 [(others)] 7.00 3 2.33 [(not in ads)] 6.01 0 ]"},
		"the first campaign":    {analytics.Query{By: []string{"campaign", "ad"}, Top: &analytics.Top{N: 1, By: "spend"}, Filters: []analytics.Filter{of("account", "a")}}, "[[c1 a1] 11.00 4 2.75 [c1 a2] 4.00 2 2.00 [c1 (not in ads)] 2.01 0  [(others) a3] 3.00 1 3.00 [(others) (not in ads)] 4.00 0 ]"},
		"by day":                {analytics.Query{By: []string{"ad"}, Grain: analytics.ByDay, Filters: []analytics.Filter{of("campaign", "c1")}}, "[2026-01-01[a1] 6.00 3 2.00 2026-01-01[a2] 4.00 2 2.00 2026-01-02[a1] 5.00 1 5.00 2026-01-02[a2] 0.00 0  2026-01-02[(not in ads)] 2.01 0 ]"},
		"in several currencies": {analytics.Query{By: []string{"ad"}}, "[[a1] 11.00 4 2.75 [a2] 4.00 2 2.00 [a3] 3.00 1 3.00 [a4] 8.00 0 ]"},
	} {
		c.q.Metrics = []string{"spend", "clicks", "cpc"}
		if got := fmt.Sprint(linesOf(ask(c.q))); got != c.want {
			t.Errorf("%s:\n%s\n%s", name, got, c.want)
		}
	}
	if got := linesOf(ask(analytics.Query{Metrics: []string{"platform_conversions"}, By: []string{"ad_set"}, Filters: []analytics.Filter{of("campaign", "c1")}})); fmt.Sprint(got) != "[[s1] 6 [s2] 1 [(not in ads)] -5]" {
		t.Errorf("claims that ads have and campaigns lack: %v", got)
	}
}

// Rows and the remainder add up to the total, and to each level above.
func TestAsk_RemainderAddsUp(t *testing.T) {
	t.Parallel()
	ask := ofAds(t)
	rapid.Check(t, func(t *rapid.T) {
		q := analytics.Query{Metrics: []string{"spend", "clicks"}, Totals: true, By: rapid.SampledFrom([][]string{{"ad"}, {"ad_set"}, {"campaign", "ad"}, {"ad", "campaign"}, {"ad_set", "ad"}, {"channel", "ad_set"}}).Draw(t, "by"),
			Grain: rapid.SampledFrom([]analytics.Grain{analytics.Whole, analytics.ByDay}).Draw(t, "grain"), Filters: []analytics.Filter{{Dimension: "account", In: []string{"a"}}}}
		if rapid.Bool().Draw(t, "top") {
			q.Top = &analytics.Top{N: rapid.IntRange(1, 3).Draw(t, "n"), By: "spend"}
		}
		a := ask(q)
		for i, total := range a.Total {
			sum := new(big.Rat)
			for _, r := range a.Rows {
				if n, ok := new(big.Rat).SetString(r.Figures[i].Value); ok {
					sum.Add(sum, n)
				}
			}
			if want, _ := new(big.Rat).SetString(total.Value); want.Cmp(sum) != 0 {
				t.Fatalf("%v: %v is not %s", linesOf(a), sum, total.Value)
			}
		}
	})
}

// A share is of the whole, to which what is not in ads belongs, and shares add up to it.
func TestAsk_ShareOfSpendByAdIsOfTheWhole(t *testing.T) {
	t.Parallel()
	ask := ofAds(t)
	account := analytics.Filter{Dimension: "account", In: []string{"a"}}
	for name, c := range map[string]struct {
		q    analytics.Query
		want string
	}{
		"by ad":                   {analytics.Query{By: []string{"ad"}, Filters: []analytics.Filter{account}}, "[[a1] 11.00 0.458142 [a2] 4.00 0.166597 [a3] 3.00 0.124948 [(not in ads)] 6.01 0.250312]"},
		"of a campaign":           {analytics.Query{By: []string{"ad"}, Filters: []analytics.Filter{{Dimension: "campaign", In: []string{"c1"}}}}, "[[a1] 11.00 0.646678 [a2] 4.00 0.235156 [(not in ads)] 2.01 0.118166]"},
		"by campaign and ad":      {analytics.Query{By: []string{"campaign", "ad"}, Filters: []analytics.Filter{account}}, "[[c1 a1] 11.00 0.458142 [c1 a2] 4.00 0.166597 [c1 (not in ads)] 2.01 0.083715 [c2 a3] 3.00 0.124948 [c3 (not in ads)] 4.00 0.166597]"},
		"by campaign":             {analytics.Query{By: []string{"campaign"}, Filters: []analytics.Filter{account}}, "[[c1] 17.01 0.708455 [c2] 3.00 0.124948 [c3] 4.00 0.166597]"},
		"below a filter by ad":    {analytics.Query{By: []string{"ad"}, Filters: []analytics.Filter{account, {Dimension: "ad_set", In: []string{"s1", "s2"}}}}, "[[a1] 11.00 0.733333 [a2] 4.00 0.266667]"},
		"the first of them":       {analytics.Query{By: []string{"ad"}, Top: &analytics.Top{N: 1, By: "spend"}, Filters: []analytics.Filter{account}}, "[[a1] 11.00 0.458142 [(others)] 7.00 0.291545 [(not in ads)] 6.01 0.250312]"},
		"the first, by the share": {analytics.Query{By: []string{"ad"}, Top: &analytics.Top{N: 1, By: "share_of_spend"}, Totals: true, Filters: []analytics.Filter{account}}, "[[a1] 11.00 0.458142 [(others)] 7.00 0.291545 [(not in ads)] 6.01 0.250312]"},
	} {
		c.q.Metrics = []string{"spend", "share_of_spend"}
		if got := fmt.Sprint(linesOf(ask(c.q))); got != c.want {
			t.Errorf("%s:\n%s\n%s", name, got, c.want)
		}
	}
}

// The list of wasted spend names campaigns that wasted some, and no others.
func TestReadyDashboards_WastedSpendLeavesOutOtherCampaigns(t *testing.T) {
	t.Parallel()
	ask := ofAds(t)
	for _, d := range analytics.ReadyDashboards() {
		for _, tile := range d.Tiles {
			if tile.ID != "wasted" {
				continue
			}
			q, err := tile.Question(analytics.View{Filters: []analytics.Filter{{Dimension: "account", In: []string{"a"}}}})
			if err != nil {
				t.Fatal(err)
			}
			if got := fmt.Sprint(linesOf(ask(q))); got != "[[c3] 4.00]" {
				t.Error(got)
			}
			return
		}
	}
	t.Error("there is no such tile")
}
