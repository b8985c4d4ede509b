package graphsim_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"adtally/internal/graphsim"
)

// names returns the names of a page's elements.
func names(t testing.TB, r reply) string {
	t.Helper()
	var out []string
	for _, row := range decode[list](t, r).Data {
		out = append(out, fmt.Sprint(row["name"]))
	}
	return strings.Join(out, " ")
}

// A list that grows at its head while it is read shows a row on two pages.
func TestFaults_RowComesAgain(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		"row comes again on ads":                               "A | A F",
		`row comes again with name "moved" on ads`:             "A | moved F",
		"row comes again always on ads\nrows lost on insights": "A | A F",
	} {
		bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
			first := s.get("act_1/ads", "fields", "name", "limit", "1")
			if got := names(t, first) + " | " + names(t, s.next(first)); got != want {
				t.Errorf("%s: %s, want %s", script, got, want)
			}
		})
	}
	bubble(t, graphsim.Options{}, "row comes again on insights", func(t *testing.T, s *within) {
		q := append([]string{"limit", "2", "filtering", allStatuses}, byAd...)
		first := s.get("act_1/insights", q...)
		rows, again := decode[list](t, first).Data, decode[list](t, s.next(first)).Data
		if len(rows) != 2 || len(again) != 3 || again[0]["ad_id"] != rows[1]["ad_id"] || again[0]["date_start"] != rows[1]["date_start"] {
			t.Errorf("%v\n%v", rows, again)
		}
		if whole := decode[list](t, s.get(s.job(q...)+"/insights")).Data; len(whole) != 8 {
			t.Errorf("%d rows on one page", len(whole))
		}
	})
}

func TestFaults_OddPages(t *testing.T) {
	t.Parallel()
	for script, want := range map[string]string{
		`element "null" among rows on ads`: `"name":"A"},null,{`,
		`element "7" among rows on ads`:    `"name":"A"},7,{`,
		"half a surrogate in name on ads":  `"name":"\ud83dA"`,
		"control byte in name on ads":      "\"name\":\"\x01A\"",
		"cut character in name on ads":     "\"name\":\"\xc3A\"",
	} {
		bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
			if r := s.get("act_1/ads", "fields", "name"); !strings.Contains(strings.ReplaceAll(string(r.body), `,"id":"3"`, ""), want) {
				t.Errorf("%s: %q", script, r.body)
			}
			if r := s.get("act_1/ads", "fields", "name"); names(t, r) != "A F" {
				t.Errorf("%s again: %q", script, r.body)
			}
		})
	}
	actions := []string{"time_range", twoDays, "fields", "actions,action_values"}
	for script, want := range map[string]string{
		`element "null" among actions`:          `"actions":[null,{`,
		"actions purchase stand twice":          `{"action_type":"omni_purchase","value":"4"},{"action_type":"omni_purchase","value":"4"}`,
		`actions purchase stand twice with "7"`: `{"action_type":"omni_purchase","value":"7"}`,
		`actions purchase are worth "1E3"`:      `"action_values":[{"action_type":"omni_purchase","value":"1E3"}]`,
	} {
		bubble(t, graphsim.Options{}, script, func(t *testing.T, s *within) {
			if r := s.get("act_1/insights", append([]string{"filtering", allStatuses}, actions...)...); !strings.Contains(string(r.body), want) {
				t.Errorf("%s: %s", script, r.body)
			}
		})
	}
}

func TestFaults_Account(t *testing.T) {
	t.Parallel()
	fields := []string{"fields", "account_id,name,currency"}
	bubble(t, graphsim.Options{}, "account act_1 is unlisted\naccount act_2 withholds name\naccount act_2 says currency \"LKR\"", func(t *testing.T, s *within) {
		rows := decode[list](t, s.get("me/adaccounts", fields...)).Data
		if len(rows) != 1 || rows[0]["account_id"] != "2" || rows[0]["name"] != nil || rows[0]["currency"] != "LKR" {
			t.Errorf("%v", rows)
		}
		var one, two map[string]any
		if json.Unmarshal(s.get("act_1", fields...).body, &one) != nil || json.Unmarshal(s.get("act_2", fields...).body, &two) != nil {
			t.Fatal("a node is no object")
		}
		if one["account_id"] != "1" || two["name"] != nil || two["currency"] != "LKR" {
			t.Errorf("%v %v", one, two)
		}
	})
}
