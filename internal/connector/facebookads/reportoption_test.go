package facebookads_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/connector/facebookads"
)

func optionsFor(r adtally.Report) adtally.ReportOptions {
	return facebookads.New(facebookads.Config{}).ReportOptions(r)
}

// option returns one of the options.
func option(t *testing.T, all []adtally.ReportOption, name string) adtally.ReportOption {
	t.Helper()
	i := slices.IndexFunc(all, func(o adtally.ReportOption) bool { return o.Name == name })
	if i < 0 {
		t.Fatalf("there is no option %s", name)
	}
	return all[i]
}

func byAge(more ...string) adtally.Report {
	return adtally.Report{Level: "ad", Breakdowns: append([]string{"age"}, more...), Fields: []string{"spend"}}
}

func TestReportOptions_SaysWhyNot(t *testing.T) {
	t.Parallel()
	rows := func(o adtally.ReportOptions) []adtally.ReportOption { return o.Breakdowns }
	split := func(o adtally.ReportOptions) []adtally.ReportOption { return o.ActionBreakdowns }
	fields := func(o adtally.ReportOptions) []adtally.ReportOption { return o.Fields }
	windows := func(o adtally.ReportOptions) []adtally.ReportOption { return o.Windows }
	levels := func(o adtally.ReportOptions) []adtally.ReportOption { return o.Levels }
	increments := func(o adtally.ReportOptions) []adtally.ReportOption { return o.Increments }
	hour := []string{"hourly_stats_aggregated_by_advertiser_time_zone"}
	for _, c := range []struct {
		of    func(adtally.ReportOptions) []adtally.ReportOption
		name  string
		draft adtally.Report
		why   string // "" = it is allowed
	}{
		{rows, "publisher_platform", byAge(), "Meta does not give publisher_platform together with age, so they need separate reports."},
		{rows, "gender", byAge(), ""},
		{rows, "country", byAge("gender"), "Meta does not give country together with age and gender, so they need separate reports."},
		{rows, "age", byAge("publisher_platform"), "Meta does not give age together with publisher_platform, so they need separate reports."},
		{rows, "impression_device", adtally.Report{}, ""},
		{rows, "dma", adtally.Report{}, "Meta has not served the breakdown dma since 22 June 2026; use comscore_market, which replaces it."},
		{rows, "image_asset", adtally.Report{Level: "account"}, "Meta does not give image_asset for a whole account."},
		{rows, hour[0], adtally.Report{Fields: []string{"reach"}}, "Meta does not serve reach with the breakdown " + hour[0] + ": hourly breakdowns have no unique counts and no video metrics."},
		{rows, hour[0], adtally.Report{Increment: "7"}, "Hours of several days would be added up; pick a row per day."},
		{split, "action_type", byAge(), ""},
		{split, "action_target_id", byAge(), ""},
		{split, "action_reaction", byAge(), "Meta does not give action_reaction together with age, so they need separate reports."},
		{split, "action_device", adtally.Report{Breakdowns: []string{"media_type"}}, "Meta does not give actions together with media_* breakdowns."},
		{fields, "reach", byAge(), ""},
		{fields, "reach", adtally.Report{Breakdowns: hour}, "Meta does not serve reach with the breakdown " + hour[0] + ": hourly breakdowns have no unique counts and no video metrics."},
		{fields, "labels", adtally.Report{}, "Meta no longer serves the field labels."},
		{fields, "quality_ranking", adtally.Report{Level: "campaign"}, "Meta gives quality_ranking for ads only."},
		{fields, "actions", byAge(), ""},
		{windows, "28d_view", adtally.Report{}, "Meta has returned nothing for this window since 12 Jan 2026, so Adtally does not offer it."},
		{windows, "7d_view", adtally.Report{}, "Meta has returned nothing for this window since 12 Jan 2026, so Adtally does not offer it."},
		{windows, "7d_click", adtally.Report{}, ""},
		{levels, "account", adtally.Report{Breakdowns: []string{"body_asset"}}, "Meta does not give the breakdown body_asset for a whole account."},
		{levels, "ad", byAge(), ""},
		{increments, "monthly", adtally.Report{Breakdowns: hour}, "Hours of several days would be added up."},
		{increments, "1", adtally.Report{Breakdowns: hour}, ""},
	} {
		if o := option(t, c.of(optionsFor(c.draft)), c.name); o.Why != c.why || o.Allowed != (c.why == "") {
			t.Errorf("%s with %+v: allowed %t, %q; want %q", c.name, c.draft, o.Allowed, o.Why, c.why)
		}
	}
}

func TestReportOptions_Describes(t *testing.T) {
	t.Parallel()
	o := optionsFor(adtally.Report{Level: "adset", Breakdowns: []string{"age"}, Fields: []string{"spend", "new_metric:decimal"}, Increment: "14"})
	spend := option(t, o.Fields, "spend")
	if !spend.Picked || spend.Type != "DECIMAL(18,6)" || spend.Unit != "money" || spend.Group != "Cost" || spend.Title != "Spend" || spend.Description == "" {
		t.Errorf("%+v", spend)
	}
	reach := option(t, o.Fields, "reach")
	if reach.Picked || reach.Group != "People" || !strings.Contains(reach.Description, "Never sum it") || !strings.Contains(reach.Description, "13 months") {
		t.Errorf("%+v", reach)
	}
	if own := option(t, o.Fields, "new_metric:decimal"); !own.Picked || !own.Allowed || own.Type != "DECIMAL(18,6)" {
		t.Errorf("%+v", own)
	}
	if l := option(t, o.Levels, "adset"); !l.Picked || l.Title != "Ad set" {
		t.Errorf("%+v", l)
	}
	if n := option(t, o.Increments, "14"); !n.Picked || n.Title != "14 days" || option(t, o.Increments, "1").Picked {
		t.Errorf("%+v", n)
	}
	if o.Breakdowns[0].Name != "age" || !o.Breakdowns[0].Picked || o.Breakdowns[0].Title != "Age" {
		t.Errorf("%+v", o.Breakdowns[0])
	}
	for _, list := range [][]adtally.ReportOption{o.Levels, o.Breakdowns, o.ActionBreakdowns, o.Fields, o.Windows, o.Increments} {
		for i, one := range list {
			if one.Title == "" || one.Name == "" || slices.ContainsFunc(list[:i], func(p adtally.ReportOption) bool { return p.Name == one.Name }) {
				t.Errorf("%+v", one)
			}
		}
	}
}

func TestReportOptions_Problems(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		draft adtally.Report
		want  []adtally.ReportProblem
	}{
		{adtally.Report{}, []adtally.ReportProblem{{Field: "level", Message: "Pick a level."}, {Field: "fields", Message: "Pick at least one figure, such as spend."}}},
		{byAge(), nil},
		{byAge("publisher_platform"), []adtally.ReportProblem{{Field: "breakdowns", Message: "Meta does not give age, publisher_platform together."}}},
		{adtally.Report{Level: "ad", Breakdowns: []string{"impression_device"}, Fields: []string{"spend"}},
			[]adtally.ReportProblem{{Field: "breakdowns", Message: "Meta gives impression_device only together with publisher_platform: pick that too."}}},
		{adtally.Report{Level: "ad", Windows: []string{"7d_click", "28d_view"}, Fields: []string{"spend"}}, []adtally.ReportProblem{
			{Field: "windows", Message: "Meta has returned nothing for this window since 12 Jan 2026, so Adtally does not offer it."},
			{Field: "fields", Message: "Action breakdowns and attribution windows need the field actions or action_values."}}},
		{adtally.Report{Name: "basic_ad", Level: "all", Fields: []string{"spned"}, Increment: "91"}, []adtally.ReportProblem{
			{Field: "name", Message: "The name is not allowed for a table."}, {Field: "level", Message: "\"all\" is not a level."},
			{Field: "increment", Message: "Meta does not accept the increment \"91\"."}, {Field: "fields", Message: "Meta's specification has no field \"spned\"."}}},
	} {
		if got := optionsFor(c.draft).Problems; !slices.Equal(got, c.want) {
			t.Errorf("%+v: %+v, want %+v", c.draft, got, c.want)
		}
	}
}

// What the options allow can be saved: a report without problems is accepted, one with
// problems is not, and picking an allowed option never makes the other options illegal.
func TestReportOptions_AgreeWithCheck(t *testing.T) {
	t.Parallel()
	all := optionsFor(adtally.Report{})
	pick := func(r *rapid.T, label string, from []adtally.ReportOption, most int) (names []string) {
		for _, o := range rapid.SliceOfNDistinct(rapid.SampledFrom(from), 0, most, func(o adtally.ReportOption) string { return o.Name }).Draw(r, label) {
			names = append(names, o.Name)
		}
		return names
	}
	rapid.Check(t, func(r *rapid.T) {
		draft := adtally.Report{Name: "mine", Level: rapid.SampledFrom(all.Levels).Draw(r, "level").Name, Increment: rapid.SampledFrom(all.Increments).Draw(r, "increment").Name,
			Breakdowns: pick(r, "rows", all.Breakdowns[:22], 3), ActionBreakdowns: pick(r, "actions", all.ActionBreakdowns, 2), Fields: pick(r, "fields", all.Fields, 4), Windows: pick(r, "windows", all.Windows, 2)}
		o := optionsFor(draft)
		err := facebookads.CheckReports([]adtally.Report{draft})
		if err != nil && len(o.Problems) == 0 {
			r.Fatalf("%+v has no problem, and is refused: %v", draft, err)
		}
		for _, b := range o.Breakdowns {
			if !b.Allowed || b.Picked || len(o.Problems) > 0 {
				continue
			}
			more := draft
			more.Breakdowns = append(slices.Clone(draft.Breakdowns), b.Name)
			for _, p := range optionsFor(more).Problems {
				if !strings.Contains(p.Message, "only together with") {
					r.Fatalf("%s is allowed with %+v, and then: %+v", b.Name, draft, p)
				}
			}
		}
	})
}

func TestReportWarnings(t *testing.T) {
	t.Parallel()
	c := facebookads.New(facebookads.Config{})
	if got := c.ReportWarnings(adtally.Report{Level: "ad", Fields: []string{"spend"}}); got != nil {
		t.Errorf("of a plain report: %q", got)
	}
	got := c.ReportWarnings(adtally.Report{Level: "ad", Breakdowns: []string{"impression_device", "publisher_platform"}, Fields: []string{"spend", "reach", "frequency"}})
	want := []string{"Values of reach and frequency cannot be added up over days, objects or breakdowns.",
		"With breakdowns, Meta gives unique counts for the last 13 months only, and allows ten requests for older ones per ad account and day.",
		"The breakdown impression_device needs an opt-in of the ad account in Ads Manager; without it Meta returns no rows and no error.",
		"Meta leaves out what it cannot attribute to a value of a breakdown, so take totals from the basic tables."}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}
