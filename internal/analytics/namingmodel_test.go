package analytics_test

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/analytics"
)

// campaignsOf is a warehouse with one campaign of each name, which spent 10 EUR a
// day for two days; the last one spent nothing.
func campaignsOf(t testing.TB, names ...string) *sql.DB {
	db := scratch(t, &analytics.Folder{})
	exec(t, db, `INSERT INTO adtally.day (date) VALUES ('2026-01-01'), ('2026-01-02')`)
	for i, name := range names {
		exec(t, db, `INSERT INTO adtally.campaigns (campaign_id, account_id, channel, source, campaign_name, current) VALUES (?, 'a', 'facebook', 's', ?, true), (?, 'a', 'facebook', 's', 'former', false)`, fmt.Sprint(i), name, fmt.Sprint(i))
		if i < len(names)-1 {
			exec(t, db, `INSERT INTO adtally.marketing_spend (date, channel, source, account_id, campaign_id, campaign_name, currency, spend) VALUES ('2026-01-01', 'facebook', 's', 'a', ?, 'x', 'EUR', 10), ('2026-01-02', 'facebook', 's', 'a', ?, 'x', 'EUR', 10)`, fmt.Sprint(i), fmt.Sprint(i))
		}
	}
	return db
}

func engineWith(t testing.TB, rules ...analytics.NamingRule) *analytics.Engine {
	t.Helper()
	file, err := analytics.NamingFile(rules, analytics.BuiltIn()...)
	if err != nil {
		t.Fatal(err)
	}
	d, err := analytics.Load(append(analytics.BuiltIn(), file)...)
	if err != nil {
		t.Fatalf("%v\n%s", err, file.Text)
	}
	return analytics.New(d, analytics.DefaultSettings())
}

// The parts of names are dimensions like any other, and a name that a rule cannot split is
// the member (unparsed).
func TestNamingFile_PartsAreDimensions(t *testing.T) {
	t.Parallel()
	db := campaignsOf(t, "DE_search_sales", "AT_search_leads", "Summer", "O'Neill's_x_sales", "DE_search_none")
	market := byDelimiter("_", analytics.NamingPart{Index: 1, Dimension: "market"}, analytics.NamingPart{Index: 3, Dimension: "goal"})
	kind := byRegex(`^[A-Z]{2}_(?P<kind>\w+?)_`, analytics.NamingPart{Group: "kind", Dimension: "tactic"})
	e := engineWith(t, market, kind)
	day, _ := adtally.ParseDay("2026-01-01")
	ask := func(by string, filters ...analytics.Filter) (lines []string) {
		a, err := e.Ask(t.Context(), db, analytics.Query{Metrics: []string{"spend"}, From: day, To: day + 1, By: []string{by}, Filters: filters})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range a.Rows {
			lines = append(lines, r.Members[0]+"="+r.Figures[0].Value)
		}
		return lines
	}
	for by, want := range map[string]string{
		"goal":   "(unparsed)=20.00 leads=20.00 sales=40.00",
		"market": "(unparsed)=20.00 AT=20.00 DE=20.00 O'Neill's=20.00",
		"tactic": "(unparsed)=40.00 search=40.00",
	} {
		if got := strings.Join(ask(by), " "); got != want {
			t.Errorf("by %s: %s, want %s", by, got, want)
		}
	}
	if got := strings.Join(ask("campaign", analytics.Filter{Dimension: "goal", In: []string{"leads"}}), " "); got != "1=20.00" {
		t.Errorf("filtered: %s", got)
	}
}

func TestNamesInUse_CurrentNamesWithSpend(t *testing.T) {
	t.Parallel()
	db := campaignsOf(t, "B", "A", "Nothing")
	exec(t, db, `INSERT INTO adtally.marketing_spend (date, source, account_id, campaign_id, currency, spend) VALUES ('2026-01-03', 's', 'a', '0', 'USD', 5)`)
	day, _ := adtally.ParseDay("2026-01-02")
	got, err := engineWith(t).NamesInUse(t.Context(), db, analytics.CampaignNames, adtally.WindowOf(day, day+1))
	want := "[{A 10.000000 EUR} {B 10.000000 EUR} {B 5.000000 USD} {Nothing 0.000000 }]"
	if err != nil || fmt.Sprint(got) != want {
		t.Errorf("%v %v, want %s", got, err, want)
	}
	for _, level := range []analytics.NamedLevel{analytics.AdSetNames, analytics.AdNames} {
		if got, err := engineWith(t).NamesInUse(t.Context(), db, level, adtally.WindowOf(day, day)); err != nil || len(got) != 0 {
			t.Errorf("%s: %v %v", level, got, err)
		}
	}
}

// The warehouse splits every name as Parse does.
func TestNamingFile_SplitsAsParse(t *testing.T) {
	t.Parallel()
	db := scratch(t, &analytics.Folder{})
	rapid.Check(t, func(rt *rapid.T) {
		letters := rapid.StringMatching(`[aB7ä _|'\t%\\-]{0,12}`)
		name := letters.Draw(rt, "name")
		part := analytics.NamingPart{Index: rapid.IntRange(1, 3).Draw(rt, "index"), Dimension: "p"}
		rule := byDelimiter(rapid.StringMatching(`[_| '%\\-]{1,2}`).Draw(rt, "delimiter"), part, analytics.NamingPart{Index: 1, Dimension: "q"})
		if rapid.Bool().Draw(rt, "regex") {
			rule = byRegex(rapid.SampledFrom([]string{`^(\w+)_(\w*)(.*)$`, `(?i)(b)(.)?(7)?`, `(\s)(?P<x>\d|ä)([^a]*)`, `'(.+)'()(\\)?`, `(?<y>[^_]+)(?U)(.*)_(\pL)`}).Draw(rt, "pattern"), part, analytics.NamingPart{Index: 1, Dimension: "q"})
		}
		want := analytics.Unparsed
		if parts, ok := analytics.ParseName(rule, name); ok {
			want = parts["p"]
		}
		exec(t, db, "DELETE FROM adtally.campaigns")
		exec(t, db, `INSERT INTO adtally.campaigns (campaign_id, source, campaign_name, current) VALUES ('1', 's', ?, true)`, name)
		members, err := engineWith(t, rule).Members(t.Context(), db, "p", "", 10)
		if err != nil || len(members) != 1 || members[0].ID != want {
			rt.Fatalf("%q by %+v: %v %v, want %q", name, rule, members, err, want)
		}
	})
}

// The share of spend on names that no rule splits is empty without a rule, and a name that one
// of several rules splits is parsed.
func TestAsk_UnparsedShare(t *testing.T) {
	t.Parallel()
	db := campaignsOf(t, "DE_search_sales", "AT_search_leads", "Summer", "Winter 2", "none")
	exec(t, db, `INSERT INTO adtally.marketing_spend (date, channel, source, account_id, campaign_id, currency, spend) VALUES ('2026-01-01', 'facebook', 's', 'a', 'gone', 'EUR', 20)`)
	exec(t, db, `INSERT INTO adtally.ads (ad_id, source, ad_name) VALUES ('1', 's', 'DE_x_y'), ('2', 's', 'plain')`)
	exec(t, db, `INSERT INTO adtally.ad_delivery (date, source, account_id, ad_id, currency, spend) VALUES ('2026-01-01', 's', 'a', '1', 'EUR', 3), ('2026-01-01', 's', 'a', '2', 'EUR', 1)`)
	market := byDelimiter("_", analytics.NamingPart{Index: 1, Dimension: "market"}, analytics.NamingPart{Index: 3, Dimension: "goal"})
	season := byRegex(`^(?P<season>\w+) \d`, analytics.NamingPart{Group: "season", Dimension: "season"})
	ofAds := byDelimiter("_", analytics.NamingPart{Index: 2, Dimension: "ad_market"})
	ofAds.Level = analytics.AdNames
	day, _ := adtally.ParseDay("2026-01-01")
	for _, c := range []struct {
		rules []analytics.NamingRule
		want  string
	}{
		{nil, "[  100.00]"},
		{[]analytics.NamingRule{market}, "[0.600000  100.00]"},
		{[]analytics.NamingRule{market, season}, "[0.400000  100.00]"},
		{[]analytics.NamingRule{season, ofAds}, "[0.800000 0.250000 100.00]"},
	} {
		a, err := engineWith(t, c.rules...).Ask(t.Context(), db, analytics.Query{Metrics: []string{"unparsed_share", "unparsed_share_ads", "spend"}, From: day, To: day + 1})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range a.Rows[0].Figures {
			got = append(got, f.Value)
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("%d rules: %v, not %s", len(c.rules), got, c.want)
		}
	}
}
