package facebookads_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// visible lists the visible accounts, one line per answer.
func (m *fakeGraph) visible() (lines []string, err error) {
	m.t.Helper()
	c := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: m}})
	for some, failed := range c.VisibleAccounts(m.t.Context(), adtally.NewSecret(canary)) {
		if err = failed; err != nil {
			return lines, err
		}
		line := fmt.Sprint(some.Expected)
		for _, a := range some.Accounts {
			line += fmt.Sprintf(" %s/%s/%s/%s/%s/%s", a.ID, a.Name, a.Portfolio, a.PortfolioID, a.Owned, a.Spend)
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// details answers a list of accounts by the fields that are requested.
func details(t *testing.T, names string, answers ...answer) func(asked) answer {
	asks := 0
	return func(a asked) answer {
		if strings.Contains(a.params.Get("fields"), "currency") {
			if a.params.Get("summary") != "total_count" {
				t.Errorf("the names are requested with %v", a.params)
			}
			return says(names)
		}
		asks++
		return answers[min(asks, len(answers))-1]
	}
}

const twoNames = `{"data":[{"account_id":"7","name":"Seven","currency":"EUR","timezone_name":"UTC"},{"id":"act_8","name":"Eight","currency":"USD","timezone_name":"UTC"}],"summary":{"total_count":2}}`

func TestVisibleAccounts_NamesFirstThenDetails(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET me/businesses": {says(`{"data":[{"id":"900"}]}`)}}, replies: map[string]func(asked) answer{listedAccounts: details(t, twoNames,
			says(`{"data":[{"account_id":"7","business":{"id":"900","name":"Agency"},"insights":{"data":[{"spend":"12.50","date_start":"2026-10-01","date_stop":"2026-10-30"}]}},{"account_id":"8","business":{"id":"901","name":"Shop"}},{"account_id":"9"}]}`))}}
		got, err := m.visible()
		want := []string{"2 7/Seven//// 8/Eight////", "2 7/Seven/Agency/900/owned/12.50 8/Eight/Shop/901/client/0"}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%q, %v; want %q", got, err, want)
		}
		if len(m.calls) != 3 {
			t.Errorf("%d calls", len(m.calls))
		}
	})
}

// Without business_management the portfolio is unknown, and the spend is not.
func TestVisibleAccounts_WithoutBusinessManagement(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		refused := refuses(403, 200, 0, "(#200) Requires business_management permission to manage the object")
		for name, businesses := range map[string]answer{"its businesses are refused": refused, "the field is refused": says(`{"data":[]}`)} {
			list := []answer{says(`{"data":[{"account_id":"7","insights":{"data":[{"spend":"1"}]}},{"account_id":"8","insights":[]}]}`)}
			if businesses.status == 0 {
				list = append([]answer{refused}, list...)
			}
			m := &fakeGraph{t: t, answers: map[string][]answer{"GET me/businesses": {businesses}}, replies: map[string]func(asked) answer{listedAccounts: details(t, twoNames, list...)}}
			got, err := m.visible()
			if want := "2 7/Seven///unknown/1 8/Eight///unknown/"; err != nil || len(got) != 2 || got[1] != want {
				t.Errorf("%s: %q, %v; want %q", name, got, err, want)
			}
			if last := m.calls[len(m.calls)-1]; strings.Contains(last.params.Get("fields"), "business") {
				t.Errorf("%s: the last request is %v", name, last.params)
			}
		}
	})
}

// Accounts can be chosen without their figures, but not with a token that no longer works.
func TestVisibleAccounts_DetailsFail(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		for name, c := range map[string]struct {
			fails answer
			code  string
		}{
			"the object is gone": {refuses(400, 100, 33, "Unsupported get request. Object with ID 'me' does not exist"), ""},
			"the token expired":  {refuses(400, 190, 463, "Error validating access token: Session has expired"), "token_expired"},
		} {
			m := &fakeGraph{t: t, answers: map[string][]answer{"GET me/businesses": {says(`{"data":[]}`)}}, replies: map[string]func(asked) answer{listedAccounts: details(t, twoNames, c.fails)}}
			got, err := m.visible()
			if code := ""; len(got) != 1 || err != nil && adtally.FaultOf(err).Code != c.code || err == nil && c.code != code {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		m := &fakeGraph{t: t, answers: map[string][]answer{}}
		c := facebookads.New(facebookads.Config{Address: "https://graph.test", HTTP: &http.Client{Transport: m}})
		for _, err := range c.VisibleAccounts(t.Context(), adtally.NewSecret("{}")) {
			if adtally.FaultOf(err).Code != "token_malformed" {
				t.Errorf("of a text that is no token: %v", err)
			}
		}
	})
}
