package facebookads_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"adtally"
)

// A field that is missing for a range of days is listed for each day, so that a
// dashboard can mark every one.
func TestGaps_EveryDayOfWindowIsListed(t *testing.T) {
	oldMonth := adtally.WindowOf(date("1998-10-01"), date("1998-10-31"))
	twoDays := adtally.WindowOf(date("1999-12-01"), date("1999-12-02"))
	for name, c := range map[string]struct {
		stream, column, code string
		window               adtally.Window
		answers              map[string][]answer
	}{
		"a field that Meta refuses": {"basic_ad", "full_view_reach", "field", twoDays, map[string][]answer{
			"GET act_7/insights": {refuses(400, 100, 0, "(#100) full_view_reach are not valid for fields param"), says(`{"data":[]}`)}}},
		"counts of people that are too old": {"basic_ad_country", "reach", "too_old", oldMonth, map[string][]answer{
			"POST act_7/insights": {created("91")}, "GET 91": {runIs("Job Completed", 100)},
			"GET 91/insights": {says(`{"data":[{"date_start":"1998-10-05","date_stop":"1998-10-05","ad_id":"1","country":"CZ","impressions":"1"}]}`)}}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) { // synctest starts on 1 January 2000
				m := &fakeGraph{t: t, answers: c.answers}
				g := m.read(t.Context(), c.stream, c.window, nil, "date")
				if g.err != nil {
					t.Fatal(g.err)
				}
				for day := c.window.From; day < c.window.To; day++ {
					if want := fmt.Sprintf("%s %s %s %s", c.stream, day, c.column, c.code); !slices.ContainsFunc(g.gaps, func(g string) bool { return strings.HasPrefix(g, want) }) {
						t.Errorf("no gap %s", want)
					}
				}
			})
		})
	}
}
