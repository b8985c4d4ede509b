package facebookads_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

// A list becomes rows with every window; an element of another form is quarantined
// alone.
func TestDecode_ListsBecomeRows(t *testing.T) {
	t.Parallel()
	row := `{"date_start":"2026-06-01","date_stop":"2026-06-01","campaign_id":"1","adset_id":"2","ad_id":"3","attribution_setting":"7d_click",`
	for name, c := range map[string]struct {
		members  string
		want     []string // field, type, window, value, raw
		rejected int
	}{
		"videos and clicks": {`"video_p25_watched_actions":[{"action_type":"video_view","value":"12","7d_click":"3"}],"outbound_clicks":[{"action_type":"outbound_click","value":7}]`,
			[]string{"outbound_clicks outbound_click default 7.000000 -", "video_p25_watched_actions video_view 7d_click 3.000000 -", "video_p25_watched_actions video_view default 12.000000 -"}, 0},
		"costs":                   {`"cost_per_action_type":[{"action_type":"link_click","value":"0.123456"},{"action_type":"like","value":"1.5","new":true}]`, []string{`cost_per_action_type like default 1.500000 {"new":true}`, "cost_per_action_type link_click default 0.123456 -"}, 0},
		"without a type":          {`"website_ctr":[{"value":"2"}]`, []string{"website_ctr (none) default 2.000000 -"}, 0},
		"the same twice":          {`"purchase_roas":[{"action_type":"omni_purchase","value":"2"},{"action_type":"omni_purchase","value":"2"}]`, []string{"purchase_roas omni_purchase default 2.000000 -"}, 0},
		"another figure":          {`"purchase_roas":[{"action_type":"omni_purchase","value":"2"},{"action_type":"omni_purchase","value":"3"}]`, []string{"purchase_roas omni_purchase default 2.000000 -"}, 1},
		"no elements":             {`"outbound_clicks":[null,"x",{"action_type":"outbound_click","value":"1"}]`, []string{"outbound_clicks outbound_click default 1.000000 -"}, 2},
		"no list":                 {`"outbound_clicks":"7"`, nil, 1},
		"an invalid figure":       {`"outbound_clicks":[{"action_type":"outbound_click","value":"many"}]`, []string{"outbound_clicks outbound_click default - -"}, 1},
		"nothing":                 {`"outbound_clicks":[],"conversions":null`, nil, 0},
		"a window that is absent": {`"conversions":[{"action_type":"contact_total","1d_view":null,"7d_click":"1"}]`, []string{"conversions contact_total 7d_click 1.000000 -"}, 0},
	} {
		batches := decode(t, "basic_ad_detail", "EUR", row+c.members+`}`)
		if got := listsOf(batches["basic_ad_detail_lists"]); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if b := batches[table.Quarantine.Name]; rowCount(b) != c.rejected {
			t.Errorf("%s: %d rejected, want %d", name, rowCount(b), c.rejected)
		}
		if rowCount(batches["basic_ad_detail"]) != 1 {
			t.Errorf("%s: the row is lost", name)
		}
	}
}

func rowCount(b table.Batch) int {
	if b.Schema() == nil {
		return 0
	}
	return b.Rows()
}

func listsOf(b table.Batch) (list []string) {
	for i := range rowCount(b) {
		var cells []string
		for _, name := range []string{"field", "action_type", "attribution_window", "value", "raw"} {
			text, _ := b.Cell(i, name)
			cells = append(cells, cmp.Or(text, "-"))
		}
		list = append(list, strings.Join(cells, " "))
	}
	slices.Sort(list)
	return list
}

// User-defined reports with list fields have a lists table, and no report may take
// such a table's name.
func TestStreams_ReportWithListsHasListsTable(t *testing.T) {
	t.Parallel()
	r := open(t, adtally.Source{Reports: []adtally.Report{
		report(func(r *adtally.Report) {
			r.Fields, r.ActionBreakdowns = []string{"spend", "actions", "outbound_clicks"}, []string{"action_device"}
		}),
		report(func(r *adtally.Report) { r.Name, r.Fields = "plain", []string{"spend", "results"} })}})
	tables := map[string]*table.Schema{}
	for _, s := range r.Streams() {
		for _, table := range s.Tables {
			if err := table.Check(); err != nil {
				t.Error(err)
			}
			tables[table.Name] = table
		}
	}
	if lists := tables["mine_lists"]; lists == nil || lists.Index("action_device") < 0 || !slices.Contains(lists.Key, "field") || tables["plain_lists"] != nil {
		t.Errorf("tables of lists: %v, %v", tables["mine_lists"], tables["plain_lists"])
	}
	for _, name := range []string{"x_lists", "x_full"} {
		if err := facebookads.CheckReports([]adtally.Report{report(func(r *adtally.Report) { r.Name = name })}); err == nil {
			t.Errorf("a report may be called %s", name)
		}
	}
}
