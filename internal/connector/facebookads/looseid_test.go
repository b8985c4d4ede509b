package facebookads_test

import (
	"strings"
	"testing"

	"adtally"
)

// IDs are the same in every spelling, so that rows find the objects that they belong to.
func TestRead_IDInAnySpelling(t *testing.T) {
	for sent, want := range map[string]string{`120210000000000017`: "120210000000000017", `9007199254740993.0`: "9007199254740993", `" 5 "`: "5", `"5\n"`: "5", `"5.00"`: "5", `5`: "5"} {
		t.Run(sent, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				row := `{"account_id":" 7","ad_id":` + sent + `,"spend":"1",` + strings.TrimPrefix(adOfDay, `"account_id":"7",`) + `}`
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {says(paged("", row))}, "GET act_7/ads": {says(paged("", `{"id":`+sent+`,"creative":{"id":`+sent+`}}`))}}}
				g := m.read(t.Context(), "basic_ad", day, nil, "ad_id")
				if g.want(t, want); len(g.odd) > 0 {
					t.Errorf("in quarantine: %q", g.odd)
				}
				m.read(t.Context(), "ads", adtally.Window{}, nil, "id").want(t, want)
				m.read(t.Context(), "ads", adtally.Window{}, nil, "creative_id").want(t, want)
			})
		})
	}
}

// An ID of spaces is none.
func TestRead_BlankIDIsQuarantined(t *testing.T) {
	for _, sent := range []string{`""`, `" "`} {
		t.Run(sent, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{insights: {says(paged("", `{"ad_id":`+sent+`,"spend":"1",`+adOfDay+`}`, `{"ad_id":"5","spend":"2",`+adOfDay+`}`))}}}
				g := m.read(t.Context(), "basic_ad", day, nil, "ad_id")
				if g.want(t, "5"); len(g.odd) != 1 {
					t.Errorf("in quarantine: %q", g.odd)
				}
			})
		})
	}
}

// Rows whose breakdown is a list or an object stay apart.
func TestDecode_BreakdownOfAnotherKind(t *testing.T) {
	t.Parallel()
	row := func(country string) string {
		return `{"date_start":"2026-05-01","ad_id":"1","spend":"1","country":` + country + `,"actions":[{"action_type":"p","value":"1"}]}`
	}
	out := decode(t, "basic_ad_country", "EUR", strings.Join([]string{row(`["A"]`), row(`["B"]`), row(`{"id":"DE"}`), row(`7`), row(`true`), row(`null`)}, ","))
	for i, want0 := range []string{`["A"]`, `["B"]`, `{"id":"DE"}`, "7", "true", "(none)"} {
		want(t, out["basic_ad_country"], i, "country", want0)
		want(t, out["basic_ad_country_actions"], i, "country", want0)
	}
}

// Spaces around a number or a day do not matter. An empty figure is noted.
func TestDecode_SpacesAroundValues(t *testing.T) {
	t.Parallel()
	out := decode(t, "basic_ad", "EUR", `{"date_start":" 2026-05-01 ","ad_id":"1","spend":" 1.5 ","clicks":"7\n","impressions":"","actions":[{"action_type":"p","value":" 5","7d_click":"","1d_view":" "}],"action_values":[{"action_type":"p","value":""}]}`)
	rows, actions, q := out["basic_ad"], out["basic_ad_actions"], out["_quarantine"]
	for column, value := range map[string]string{"date": "2026-05-01", "spend": "1.500000", "clicks": "7", "impressions": "NULL"} {
		want(t, rows, 0, column, value)
	}
	want(t, actions, 0, "value", "5.000000")
	var noted []string
	for i := range q.Rows() {
		noted = append(noted, cellsOf(q, i, "table_name", "column_name"))
	}
	if got := strings.Join(noted, ", "); got != "basic_ad date, basic_ad impressions, basic_ad_actions action_value, basic_ad_actions value, basic_ad_actions value" {
		t.Errorf("in quarantine: %s", got)
	}
}
