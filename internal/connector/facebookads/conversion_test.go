package facebookads_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

// picked evaluates a conversion on a row: the first of its types that the row has
// counts.
func picked(c table.Conversion, counts map[string]int) (n int, used string) {
	for _, t := range c.Types {
		if v, has := counts[t]; has {
			return v, t
		}
	}
	return 0, ""
}

func conversionsOf(t interface{ Fatal(...any) }, windows ...string) []table.Conversion {
	list, err := facebookads.Conversions(windows...)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// Five purchases that are listed under three types are five, and a type whose name
// contains "lead" is not a lead.
func TestConversions_OverlappingTypesCountOnce(t *testing.T) {
	t.Parallel()
	row := map[string]int{"omni_purchase": 5, "purchase": 5, "offsite_conversion.fb_pixel_purchase": 5, "offsite_content_view_add_meta_leads": 9}
	for _, c := range conversionsOf(t, "default") {
		n, used := picked(c, row)
		if c.Name == "purchases_default" && (n != 5 || used != "omni_purchase") || c.Name != "purchases_default" && n != 0 {
			t.Errorf("%s is %d of %q", c.Name, n, used)
		}
	}
}

// Adding types of lower rank changes nothing, and no type counts for two metrics.
func TestConversions_LowerRankedTypesChangeNothing(t *testing.T) {
	t.Parallel()
	list := conversionsOf(t, "default", "7d_click")
	owner := map[string]string{}
	for _, c := range list {
		for _, name := range c.Types {
			metric := strings.TrimSuffix(strings.TrimSuffix(c.Name, "_default"), "_7d_click")
			if o := owner[name]; o != "" && o != metric || slices.Index(c.Types, name) != lastIndex(c.Types, name) {
				t.Errorf("%s is in %s and %s", name, o, metric)
			}
			owner[name] = metric
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(list).Draw(t, "conversion")
		row := rapid.MapOfN(rapid.SampledFrom(c.Types), rapid.IntRange(1, 99), 1, len(c.Types)).Draw(t, "row")
		n, used := picked(c, row)
		if less := c.Types[slices.Index(c.Types, used)+1:]; len(less) > 0 {
			row[rapid.SampledFrom(less).Draw(t, "more")] = 50
		}
		row["offsite_conversion.custom.1"] = 7
		if again, of := picked(c, row); again != n || of != used {
			t.Fatalf("%d of %s became %d of %s", n, used, again, of)
		}
	})
}

func lastIndex(list []string, word string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == word {
			return i
		}
	}
	return -1
}

// Every report whose actions are read has a wide view, its columns name their window,
// and dead windows are rejected.
func TestViews_ReportWithActionsHasConversions(t *testing.T) {
	t.Parallel()
	mine := report(func(r *adtally.Report) { r.Fields, r.Windows = []string{"spend", "actions"}, []string{"28d_click"} })
	cut := report(func(r *adtally.Report) {
		r.Name, r.Fields, r.ActionBreakdowns = "cut", []string{"actions"}, []string{"action_device"}
	})
	views := map[string]*table.View{}
	for _, v := range open(t, adtally.Source{Reports: []adtally.Report{mine, cut}}).Views() {
		if err := v.Check(); err != nil {
			t.Error(err)
		}
		views[v.Name] = v
	}
	for view, columns := range map[string]string{
		"basic_ad_conversions": "purchases_default purchases_7d_click purchases_1d_view leads_default spend ad_id attribution_setting",
		"mine_conversions":     "purchases_default purchases_28d_click purchases_28d_click_value purchases_28d_click_type_used",
		"basic_all_level":      "level",
		"basic_ad_full":        "purchases_default leads_7d_click_value spend creative_id creative_name creative_image_url creative_thumbnail_url destination_url utm_source attribution_regime",
		"basic_ad_set_full":    "purchases_default adset_optimization_goal",
		"basic_campaign_full":  "purchases_default campaign_objective",
		"basic_account_full":   "purchases_default spend",
		"basic_ad_url":         "date ad_id spend creative_id destination_url destination_host destination_path utm_source utm_term",
	} {
		for _, column := range strings.Fields(columns) {
			if views[view] == nil || !slices.ContainsFunc(views[view].Columns(), func(c table.Column) bool { return c.Name == column }) {
				t.Errorf("%s.%s is not there", view, column)
			}
		}
	}
	if views["cut_conversions"] != nil {
		t.Error("actions that are cut further have a wide view")
	}
	for _, v := range open(t, adtally.Source{Tables: []string{"basic_ad"}}).Views() {
		if v.Wide != nil {
			t.Errorf("%s is a view of actions that are not read", v.Name)
		}
	}
	if _, err := facebookads.Conversions("default", "28d_view"); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "dead_window" {
		t.Errorf("28d_view: %v", err)
	}
}
