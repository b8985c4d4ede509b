package facebookads_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

// cell draws a value that Meta might send for a column: a breakdown's value may be
// absent, null, a string or an object.
func cell(t *rapid.T, name string) (value any, present bool) {
	switch rapid.IntRange(0, 9).Draw(t, "kind of "+name) {
	case 0:
		return nil, false
	case 1:
		return nil, true
	case 2:
		return "unknown", true
	}
	word := rapid.SampledFrom([]string{"a", "b", "", "65+", "Île-de-France", "00:00:00 - 00:59:59"}).Draw(t, name)
	if !strings.HasSuffix(name, "_asset") || rapid.Bool().Draw(t, "plain") {
		return word, true
	}
	return map[string]any{"id": word, "hash": "h" + word, "url": "https://signed.test/?x=1", "name": "n"}, true
}

// cutRowsOf draws rows of a report with distinct keys, in Meta's format.
func cutRowsOf(t *rapid.T, s connector.Stream) []map[string]any {
	rows, seen := []map[string]any{}, map[string]bool{}
	for range rapid.IntRange(0, 12).Draw(t, "rows") {
		row := map[string]any{"date_start": "2026-06-01", "date_stop": "2026-06-01", "impressions": "3", "spend": "0.5",
			"actions": []any{map[string]any{"action_type": "lead", "value": "1", "7d_click": "1"}}}
		var key []any
		for _, c := range s.Tables[0].Key {
			from := c
			if asset := strings.TrimSuffix(c, "_id"); strings.HasSuffix(asset, "_asset") && s.Tables[0].Index(asset) >= 0 {
				from = asset // the breakdown creative_automation_asset_id exists as well
			}
			switch c {
			case "account_id", "date", "date_stop":
				continue
			case "campaign_id", "adset_id", "ad_id":
				row[c] = fmt.Sprint(rapid.IntRange(1, 3).Draw(t, c))
			default:
				if v, ok := cell(t, from); ok {
					row[from] = v
				}
			}
			key = append(key, keyText(row[from]))
		}
		if k := fmt.Sprint(key); !seen[k] {
			seen[k] = true
			rows = append(rows, row)
		}
	}
	return rows
}

// keyText returns the part of a value that becomes its key.
func keyText(v any) any {
	object, ok := v.(map[string]any)
	if !ok {
		return fmt.Sprintf("%q", v)
	}
	return fmt.Sprintf("%q", first(object["id"].(string), object["hash"].(string)))
}

func first(words ...string) string {
	return words[slices.IndexFunc(words, func(w string) bool { return w != "" })]
}

func reports(t *testing.T, source adtally.Source) (list []connector.Stream) {
	t.Helper()
	r, err := facebookads.New(facebookads.Config{}).Open(source, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Streams() {
		if s.Daily && s.Tables[0].Index("date") >= 0 && s.Name != "activities" {
			list = append(list, s)
		}
	}
	return list
}

// With every breakdown, each of Meta's rows becomes one row with a complete and unique
// key.
func TestDecode_BreakdownRowsHaveUniqueKeys(t *testing.T) {
	t.Parallel()
	list := reports(t, adtally.Source{Tables: facebookads.Tables()})
	if len(list) < 4+4*6+3*8+16 {
		t.Fatalf("only %d reports", len(list))
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(list).Draw(t, "report")
		rows := cutRowsOf(t, s)
		body, err := json.Marshal(map[string]any{"data": rows})
		if err != nil {
			t.Fatal(err)
		}
		batches, err := facebookads.DecodePage(s.Name, recorded, body, true)
		if err != nil {
			t.Fatalf("%s: %v", s.Name, err)
		}
		checkRows(t, s, batches, len(rows))
	})
}

func checkRows(t *rapid.T, s connector.Stream, batches []table.Batch, rows int) {
	got := 0
	for _, b := range batches {
		if b.Schema().Name == table.Quarantine.Name {
			t.Fatalf("%s: %d values in quarantine", s.Name, b.Rows())
		}
		if b.Schema().Name == s.Name {
			got = b.Rows()
		}
		seen := map[string]bool{}
		for i := range b.Rows() {
			var key []string
			for _, k := range b.Schema().Key {
				v, ok := b.Cell(i, k)
				if !ok {
					t.Fatalf("%s: %s is NULL", b.Schema().Name, k)
				}
				key = append(key, fmt.Sprintf("%q", v))
			}
			if k := strings.Join(key, "/"); seen[k] {
				t.Fatalf("%s: two rows are %s", b.Schema().Name, k)
			} else {
				seen[k] = true
			}
		}
		b.Release()
	}
	if got != rows {
		t.Fatalf("%s: %d rows became %d", s.Name, rows, got)
	}
}

// Meta's own "unknown" differs from a value that it left out.
func TestDecode_AbsentBreakdownDiffersFromUnknown(t *testing.T) {
	t.Parallel()
	b := decode(t, "basic_ad_age_gender", "EUR", `{"date_start":"2026-05-01","ad_id":"1","age":"Unknown","gender":"unknown","impressions":"1"},{"date_start":"2026-05-01","ad_id":"1","age":null,"impressions":"1"}`)["basic_ad_age_gender"]
	for i, w := range [][]string{{"Unknown", "unknown"}, {"(none)", "(none)"}} {
		want(t, b, i, "age", w[0])
		want(t, b, i, "gender", w[1])
	}
}

// Signed links in an asset change with every read; the stored asset does not.
func TestDecode_AssetKeyIsIDAndLinksAreDropped(t *testing.T) {
	t.Parallel()
	row := func(asset string) string {
		return `{"date_start":"2026-05-01","ad_id":"1","impressions":"1","image_asset":` + asset + `}`
	}
	b := decode(t, "basic_ad_image_asset", "EUR", strings.Join([]string{
		row(`{"id":"5","hash":"ab","url":"https://www.facebook.com/ads/image/?d=AQ","name":"cover.png","image_crops":{"191x100":[[0,1]]}}`),
		row(`{"hash":"ab","url":"x"}`), row(`{"name":"n"}`), row(`{"url":"x"}`), row(`"plain"`), row(`7`)}, ","))["basic_ad_image_asset"]
	for i, w := range [][]string{
		{"5", `{"id":"5","hash":"ab","name":"cover.png","image_crops":{"191x100":[[0,1]]}}`}, {"ab", `{"hash":"ab"}`}, {`{"name":"n"}`, `{"name":"n"}`},
		{"(none)", "NULL"}, {"plain", `"plain"`}, {"7", "7"},
	} {
		want(t, b, i, "image_asset_id", w[0])
		want(t, b, i, "image_asset", w[1])
	}
}

// The columns are those that Meta serves with the breakdown
// (docs/meta-api.md#insights).
func TestStreams_BreakdownReportColumns(t *testing.T) {
	t.Parallel()
	for _, s := range reports(t, adtally.Source{Tables: facebookads.Tables()}) {
		for _, c := range s.Tables[0].Columns {
			people := c.Name == "reach" || c.Name == "frequency" || strings.Contains(c.Name, "unique")
			if strings.Contains(s.Name, "_hourly") && people || strings.HasPrefix(c.Name, "video_") && !strings.HasSuffix(s.Name, "_detail") && !strings.HasSuffix(c.Name, "_asset") && !strings.HasSuffix(c.Name, "_asset_id") {
				t.Errorf("%s asks for %s", s.Name, c.Name)
			}
			if strings.HasPrefix(s.Name, "reach_") && c.Additivity != table.None {
				t.Errorf("%s: %s may be summed", s.Name, c.Name)
			}
		}
		if strings.HasSuffix(s.Name, "_asset") && strings.HasPrefix(s.Name, "basic_account") {
			t.Errorf("%s: Meta has no assets for an account", s.Name)
		}
	}
}

func TestOpen_DefaultTables(t *testing.T) {
	t.Parallel()
	for _, s := range reports(t, adtally.Source{}) {
		if !slices.Contains([]string{"basic_account", "basic_campaign", "basic_ad_set", "basic_ad"}, s.Name) {
			t.Errorf("%s is read unasked", s.Name)
		}
	}
}

func TestRead_ReportRequestsItsBreakdowns(t *testing.T) {
	t.Parallel()
	for name, w := range map[string]struct{ breakdowns, increment, windows string }{
		"basic_ad":                      {"", "1", ""},
		"basic_ad_platform_device":      {`["device_platform","platform_position","publisher_platform"]`, "1", ""},
		"basic_ad_set_hourly_actions":   {`["hourly_stats_aggregated_by_advertiser_time_zone"]`, "1", `["1d_click","7d_click","28d_click","1d_view"]`},
		"basic_campaign_image_asset":    {`["image_asset"]`, "1", ""},
		"reach_account_28d":             {"", "28", ""},
		"reach_ad_month":                {"", "monthly", ""},
		"basic_account_age_gender":      {`["age","gender"]`, "1", ""},
		"basic_campaign_region_actions": {`["region"]`, "1", `["1d_click","7d_click","28d_click","1d_view"]`},
		"basic_account_product":         {`["product_id"]`, "1", ""},
		"basic_account_country":         {`["country"]`, "1", ""},
	} {
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/insights": {says(`{"data":[]}`)}}}
		if g := m.readOf(context.Background(), adtally.Source{Tables: []string{name}}, strings.TrimSuffix(name, "_actions"), day, nil, "date"); g.err != nil {
			t.Fatal(g.err)
		}
		p := m.calls[0].params
		if p.Get("breakdowns") != w.breakdowns || p.Get("time_increment") != w.increment || p.Get("action_attribution_windows") != w.windows || p.Has("action_breakdowns") {
			t.Errorf("%s: %s", name, p.Encode())
		}
	}
}
