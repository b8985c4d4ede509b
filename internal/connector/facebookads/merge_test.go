package facebookads_test

import (
	"slices"
	"strings"
	"testing"
)

// few answers a report only for a few fields at a time. Each answer has the row of ad 5 with
// what is asked for.
func few(t *testing.T, row func(field string) []string) *fakeGraph {
	t.Helper()
	tooMuch := refuses(400, 100, 1487534, "Please reduce the amount of data")
	return &fakeGraph{t: t, answers: map[string][]answer{submit: {tooMuch}}, replies: map[string]func(asked) answer{insights: func(a asked) answer {
		fields := strings.Split(a.params.Get("fields"), ",")
		if len(fields) > 8 {
			return tooMuch
		}
		rows := []string{`{"account_id":"7","ad_id":"5","date_start":"2026-06-01"}`}
		for _, f := range fields {
			rows = append(rows, row(f)...)
		}
		return says(paged("", rows...))
	}}}
}

// Rows that are read a few fields at a time are the same rows, however their keys are written.
func TestRead_FewFieldsAtATime(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := few(t, func(field string) []string {
			switch field {
			case "spend":
				return []string{`{"account_id":"7","ad_id":5,"date_start":"2026-06-01","spend":"1.5"}`}
			case "impressions":
				return []string{`{"account_id":"act_7","ad_id":" 5","date_start":"2026-06-01T00:00:00+0000","impressions":"3"}`, `{}`}
			}
			return nil
		})
		g := m.read(t.Context(), "basic_ad", day, nil, "spend")
		if g.want(t, "1.500000"); len(g.odd) != 1 || !strings.HasPrefix(g.odd[0], "basic_ad") {
			t.Errorf("in quarantine: %q", g.odd)
		}
		m.read(t.Context(), "basic_ad", day, nil, "impressions").want(t, "3")
	})
}

// Of two different rows with the same key the later one counts, and the other is noted.
func TestRead_FewFieldsWithADifferentRowTwice(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := few(t, func(field string) []string {
			if field != "spend" {
				return nil
			}
			row := `{"account_id":"7","ad_id":"5","date_start":"2026-06-01","spend":"`
			return []string{row + `1.5"}`, row + `2.5"}`, row + `2.5"}`}
		})
		g := m.read(t.Context(), "basic_ad", day, nil, "spend")
		if g.want(t, "2.500000"); !slices.Equal(g.odd, []string{`basic_ad 7/2026-06-01/5 spend "1.5" `}) {
			t.Errorf("in quarantine: %q", g.odd)
		}
	})
}

// An object without an ID is no object to ask for.
func TestRead_ObjectsWithoutID(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		tooMuch := refuses(400, 100, 1487534, "Please reduce the amount of data")
		m := &fakeGraph{t: t, answers: map[string][]answer{submit: {tooMuch}}, replies: map[string]func(asked) answer{insights: func(a asked) answer {
			switch {
			case a.params.Get("fields") == "campaign_id":
				return says(`{"data":[{"campaign_id":null},{"campaign_id":""},{"campaign_id":{}},{"campaign_id":1},{"campaign_id":"1"},{"campaign_id":" 2 "}]}`)
			case !strings.Contains(a.params.Get("filtering"), "campaign.id"):
				return tooMuch
			case strings.Contains(a.params.Get("filtering"), `"value":["1"]`):
				return pageOf("", "5")
			case strings.Contains(a.params.Get("filtering"), `"value":["2"]`):
				return pageOf("", "6")
			}
			t.Errorf("asked with %s", a.params.Get("filtering"))
			return tooMuch
		}}}
		m.read(t.Context(), "basic_ad", day, nil, "ad_id").want(t, "5 6")
	})
}
