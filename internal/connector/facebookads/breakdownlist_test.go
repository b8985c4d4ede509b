package facebookads_test

import (
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// metasBreakdowns returns the breakdowns of rows and of actions in Meta's specs, which
// are kept outside the repository.
func metasBreakdowns(t *testing.T) (rows, actions []string) {
	t.Helper()
	var specs []struct {
		Name   string
		Values []string
	}
	var sdk struct{ Enums map[string][]string }
	for name, into := range map[string]any{"specs/enum_types.json": &specs, "derived/sdk_enums.json": &sdk} {
		raw, err := os.ReadFile("../../../../shared/meta/" + name)
		if errors.Is(err, os.ErrNotExist) {
			t.Skip("no specs: this test needs the shared folder beside the project")
		}
		if err == nil {
			err = json.Unmarshal(raw, into)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	rows, actions = sdk.Enums["AdsInsights.Breakdowns"], sdk.Enums["AdsInsights.ActionBreakdowns"]
	for _, e := range specs {
		switch e.Name {
		case "adaccountinsights_breakdowns_enum_param":
			rows = append(rows, e.Values...)
		case "adaccountinsights_action_breakdowns_enum_param":
			actions = append(actions, e.Values...)
		}
	}
	slices.Sort(rows)
	slices.Sort(actions)
	return slices.Compact(rows), slices.Compact(actions)
}

const listHead = "# Breakdowns of rows and actions in Meta's specs. To update:\n" +
	"# go test ./internal/connector/facebookads -run TestBreakdowns_List -update\n"

func TestBreakdowns_ListMatchesMetaSpecs(t *testing.T) {
	t.Parallel()
	rows, actions := metasBreakdowns(t)
	want := listHead
	for kind, names := range map[string][]string{"rows": rows, "actions": actions} {
		if len(names) < 15 {
			t.Fatalf("%d %s", len(names), kind)
		}
	}
	for _, n := range rows {
		want += "rows: " + n + "\n"
	}
	for _, n := range actions {
		want += "actions: " + n + "\n"
	}
	if *update {
		if err := os.WriteFile("breakdowns.txt", []byte(want), 0o644); err != nil { //nolint:gosec // a source file
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("breakdowns.txt")
	if err != nil || string(got) != want {
		t.Errorf("breakdowns.txt is behind Meta's specs (%v): run this test with -update", err)
	}
}

// Every breakdown in Meta's specs is accepted, or rejected with a reason and a cure.
func TestCheckReports_EveryMetaBreakdown(t *testing.T) {
	t.Parallel()
	rows, actions := metasBreakdowns(t)
	// These are rejected alone; the reason names what they need.
	refused := map[string]string{"dma": "comscore_market", "impression_device": "publisher_platform", "platform_position": "publisher_platform",
		"skan_conversion_id": "app_id", "app_id": "skan_conversion_id"}
	check := func(name string, r adtally.Report) {
		r.Name, r.Level = "own", "ad"
		err := facebookads.CheckReports([]adtally.Report{r})
		f := adtally.FaultOf(err)
		switch needs := refused[name]; {
		case needs == "" && err != nil:
			t.Errorf("%s: %s %s", name, f.Message, f.Hint)
		case needs != "" && (err == nil || f.Act != adtally.Configure || !strings.Contains(f.Message+f.Hint, needs)):
			t.Errorf("%s: %+v, want a word of %s", name, f, needs)
		}
	}
	for _, n := range rows {
		field := "spend"
		if n == "frequency_value" {
			field = "reach"
		}
		check(n, adtally.Report{Fields: []string{field}, Breakdowns: []string{n}})
	}
	for _, n := range actions {
		check(n, adtally.Report{Fields: []string{"actions"}, ActionBreakdowns: []string{n}})
	}
	for _, n := range []string{"media_type", "media_asset_url"} {
		err := facebookads.CheckReports([]adtally.Report{{Name: "own", Level: "ad", Fields: []string{"spend", "actions"}, Breakdowns: []string{n}}})
		if f := adtally.FaultOf(err); f == nil || f.Code != "field_by_breakdown" || !strings.Contains(f.Message, n) || !strings.Contains(f.Message, "combined with actions") {
			t.Errorf("%s beside actions: %+v", n, f)
		}
	}
}

// Meta serves media_type only without action_type.
func TestRead_MediaTypeReportRequestsNoActions(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		row := says(paged("", `{"account_id":"7","campaign_id":"1","adset_id":"2","ad_id":"3","spend":"1.5","media_type":"video","date_start":"2026-06-01","date_stop":"2026-06-01"}`))
		m := &fakeGraph{t: t, answers: map[string][]answer{insights: {row}}}
		source := adtally.Source{Tables: []string{"own"}, Reports: []adtally.Report{{Name: "own", Level: "ad", Fields: []string{"spend"}, Breakdowns: []string{"media_type"}}}}
		m.readOf(t.Context(), source, "own", day, nil, "media_type").want(t, "video")
		if q := m.calls[0].params; q.Get("action_breakdowns") != "[]" || q.Get("breakdowns") != `["media_type"]` || q.Has("action_attribution_windows") {
			t.Errorf("asked with %v", q)
		}
	})
}
