package facebookads_test

import (
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

// Invalid metrics are rejected before any request, with a cure.
func TestCheckMetrics_RejectsInvalidMetrics(t *testing.T) {
	t.Parallel()
	for what, list := range map[string][]adtally.Metric{
		"no type":             {{Name: "trials"}},
		"a name of ours":      {{Name: "purchases", Types: []string{"purchase"}}},
		"a name twice":        {{Name: "trials", Types: []string{"a"}}, {Name: "trials", Types: []string{"b"}}},
		"no name of a column": {{Name: "Trial starts", Types: []string{"a"}}},
		"a type twice":        {{Name: "trials", Types: []string{"custom:12", "offsite_conversion.custom.12"}}},
		"a name for an id":    {{Name: "trials", Types: []string{"custom:Trial start"}}},
		"a quote":             {{Name: "trials", Types: []string{"x'; DROP"}}},
	} {
		f := adtally.FaultOf(facebookads.CheckMetrics(list))
		if f == nil || f.Act != adtally.Configure || f.Hint == "" {
			t.Errorf("%s: %+v", what, f)
		}
		if _, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Metrics: list}, adtally.NewSecret("x")); err == nil {
			t.Errorf("%s: a reader was opened", what)
		}
	}
}

func TestViews_UserMetricHasColumns(t *testing.T) {
	t.Parallel()
	own := adtally.Metric{Name: "trials", Types: []string{"custom:123", "start_trial"}}
	reader, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Tables: []string{"basic_ad", "basic_ad_actions", "basic_campaign", "basic_campaign_actions"}, Metrics: []adtally.Metric{own}}, adtally.NewSecret("x"))
	if err != nil {
		t.Fatal(err)
	}
	wide := 0
	for _, v := range reader.Views() {
		if err := v.Check(); err != nil {
			t.Error(err)
		}
		if v.Wide == nil || strings.HasSuffix(v.Name, "_purchases") {
			continue
		}
		wide++
		for _, name := range []string{"trials_default", "trials_7d_click_value", "trials_1d_view_type_used", "attribution_regime"} {
			if !slices.ContainsFunc(v.Columns(), func(c table.Column) bool { return c.Name == name }) {
				t.Errorf("%s has no column %s", v.Name, name)
			}
		}
		i := slices.IndexFunc(v.Wide.Conversions, func(c table.Conversion) bool { return c.Name == "trials_default" })
		if got := v.Wide.Conversions[i].Types; !slices.Equal(got, []string{"offsite_conversion.custom.123", "start_trial"}) {
			t.Errorf("%s takes trials from %q", v.Name, got)
		}
	}
	if wide < 2 {
		t.Errorf("%d wide views", wide)
	}
}
