package facebookads_test

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"adtally"
)

// refusingFields answers like Graph: a request with one of the fields fails with the same
// text.
func refusingFields(no answer, yes string, fields ...string) func(asked) answer {
	return func(c asked) answer {
		for _, f := range strings.Split(c.params.Get("fields"), ",") {
			if slices.Contains(fields, f) {
				return no
			}
		}
		return says(yes)
	}
}

var unnamed = map[string]answer{
	"whitelist":    refuses(400, 3, 0, "(#3) User must be on whitelist"),
	"capability":   refuses(400, 3, 0, "(#3) Application does not have the capability to make this API call."),
	"ten":          refuses(400, 10, 0, "(#10) Application does not have permission for this action"),
	"two hundred":  refuses(403, 200, 0, "(#200) Permissions error"),
	"impersonate":  refuses(400, 190, 0, "The permission(s) pages_read_engagement must be granted before impersonating a user's page."),
	"190, no text": refuses(400, 190, 0, "Invalid OAuth access token signature."),
	"an invalid":   refuses(400, 100, 0, "(#100) Invalid parameter"),
}

// A refused field that Meta does not name is found in a few calls and left out: the
// rows are loaded, one gap gives the reason, and the next sync knows.
func TestFieldSearch_FindsUnnamedField(t *testing.T) {
	for name, no := range unnamed {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				const list = "GET act_7/adcreatives"
				me := map[string][]answer{"GET me": {says(`{"id":"1"}`)}}
				answers := refusingFields(no, paged("", `{"id":"1","name":"A"}`, `{"id":"2","name":"B"}`), "instagram_permalink_url")
				m := &fakeGraph{t: t, answers: me, replies: map[string]func(asked) answer{list: answers}}
				n := &note{}
				g := m.readWithRestarts("ad_creatives", adtally.Window{}, n, "name")
				g.want(t, "A B")
				if len(g.gaps) != 1 || !strings.HasPrefix(g.gaps[0], "ad_creatives  instagram_permalink_url field") {
					t.Errorf("gaps %q", g.gaps)
				}
				if m.checkRepeats(); len(m.calls) > 18 {
					t.Errorf("%d calls", len(m.calls))
				}
				m.calls = nil
				m.readWithRestarts("ad_creatives", adtally.Window{}, &note{tuning: n.tuning}, "name").want(t, "A B")
				if len(m.calls) != 1 {
					t.Errorf("the next sync sends %d calls", len(m.calls))
				}
			})
		})
	}
}

// The same for reports, for the account itself, and for two fields.
func TestFieldSearch_ReportsAndNodes(t *testing.T) {
	no := unnamed["whitelist"]
	row := pageOf("", "1").body
	for name, c := range map[string]struct {
		stream, column, want string
		window               adtally.Window
		replies              map[string]func(asked) answer
		gone                 []string
	}{
		"two fields": {"campaigns", "id", "1", adtally.Window{}, map[string]func(asked) answer{
			"GET act_7/campaigns": refusingFields(no, paged("", `{"id":"1"}`), "pacing_type", "issues_info")}, []string{"pacing_type", "issues_info"}},
		"the node": {"ad_accounts", "name", "Shop", adtally.Window{}, map[string]func(asked) answer{
			"GET act_7": refusingFields(no, `{"id":"act_7","account_id":"7","name":"Shop","currency":"EUR"}`, "balance")}, []string{"balance"}},
		"a day": {"basic_ad", "ad_id", "1", day, map[string]func(asked) answer{
			insights: refusingFields(no, row, "quality_ranking")}, []string{"quality_ranking"}},
		"a job": {"basic_ad", "ad_id", "1", month, map[string]func(asked) answer{
			insights: refusingFields(no, row, "quality_ranking"), submit: refusingFields(no, created("91").body, "quality_ranking")}, []string{"quality_ranking"}},
		"the log": {"activities", "event_type", "x", month, map[string]func(asked) answer{
			"GET act_7/activities": refusingFields(no, paged("", `{"event_type":"x","event_time":"2026-05-02T00:00:00+0000"}`), "extra_data")}, []string{"extra_data"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, replies: c.replies, answers: map[string][]answer{"GET 91": {runIs("Job Completed", 100)}, results: {says(row)}}}
				g := m.readWithRestarts(c.stream, c.window, &note{}, c.column)
				g.want(t, c.want)
				for _, f := range c.gone {
					if len(g.gaps) != len(c.gone)*max(c.window.Days(), 1) || !strings.Contains(strings.Join(g.gaps, ";"), " "+f+" field") {
						t.Errorf("gaps %q, want %q", g.gaps, c.gone)
					}
				}
				if m.checkRepeats(); len(m.calls) > 30 {
					t.Errorf("%d calls", len(m.calls))
				}
			})
		})
	}
}

// A field that Meta names in any wording costs one more call.
func TestFieldSearch_FieldNamedInOtherWords(t *testing.T) {
	for _, text := range []string{
		"(#100) For field 'pacing_type': type array is expected",
		"(#100) For field \"pacing_type\": you do not have access",
		"(#3) User must be on whitelist to read pacing_type",
		"(#10) The field pacing_type requires a permission that was not granted",
		"(#200) Requires special access for pacing_type field",
		"(#100) Unknown field: pacing_type",
		"(#100) `pacing_type` is not available for this account",
	} {
		t.Run(text, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				no := refuses(400, 100, 0, text)
				if code, _, found := strings.Cut(text[2:], ")"); found {
					no.body = strings.Replace(no.body, `"code":100`, `"code":`+code, 1)
				}
				m := &fakeGraph{t: t, replies: map[string]func(asked) answer{"GET act_7/campaigns": refusingFields(no, paged("", `{"id":"1"}`), "pacing_type")}}
				g := m.readWithRestarts("campaigns", adtally.Window{}, &note{}, "id")
				if g.want(t, "1"); len(g.gaps) != 1 || !strings.Contains(g.gaps[0], " pacing_type field") || len(m.calls) != 2 {
					t.Errorf("gaps %q, %d calls", g.gaps, len(m.calls))
				}
			})
		})
	}
}

// A list that fails with every field is a fault of this list only. It names the
// permission and does not blame the token.
func TestFieldSearch_RefusedListIsAFault(t *testing.T) {
	for name, c := range map[string]struct{ answer }{
		"190":      {refuses(400, 190, 0, "(#190) The permission(s) pages_read_engagement must be granted before impersonating a user\u2019s page.")},
		"190/492":  {refuses(400, 190, 492, "The user has no role on the page: pages_read_engagement")},
		"102":      {refuses(400, 102, 0, "Session key invalid: pages_read_engagement")},
		"a page's": {refuses(400, 190, 0, "This method must be called with a Page Access Token, with pages_read_engagement")},
		"200":      {refuses(403, 200, 0, "(#200) Requires pages_read_engagement permission")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/adcreatives": {c.answer}, "GET me": {says(`{"id":"1"}`)}}}
				g := m.readWithRestarts("ad_creatives", adtally.Window{}, &note{}, "id")
				g.wantFault(t, adtally.Configure, "permission")
				if !strings.Contains(g.fault.Message, "pages_read_engagement") || m.count("GET me") > 1 || len(m.calls) > 3 {
					t.Errorf("%q after %d calls", g.fault.Message, len(m.calls))
				}
			})
		})
	}
}

// A token is dead only if "me" fails too; then nothing else is requested.
func TestConfirm_TokenIsDeadOnlyIfMeFails(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/campaigns": {refuses(400, 190, 0, "Invalid OAuth access token.")}, "GET me": {refuses(400, 190, 463, "Session has expired")}}}
		m.readWithRestarts("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Reconnect, "token_expired")
		if len(m.calls) != 2 {
			t.Errorf("%d calls", len(m.calls))
		}
		// A token that can no longer be used for data can still read "me".
		m = &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/campaigns": {refuses(400, 190, 493, "The user has not used the app")}}}
		m.readWithRestarts("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Reconnect, "token_data_access_expired")
		// If "me" cannot be read, the next attempt checks again.
		m = &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/campaigns": {refuses(400, 190, 0, "Invalid OAuth access token.")}, "GET me": {answer{status: http.StatusServiceUnavailable, body: `{"error":{"message":"down","code":2}}`}}}}
		m.readWithRestarts("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Retry, "meta_trouble")
	})
}

// A reason in the error of one list, too, counts only if "me" fails.
func TestConfirm_OneListSaysThatTheTokenIsDead(t *testing.T) {
	for _, subcode := range []int{458, 459, 460, 463, 464, 467, 490, 492} {
		t.Run(strconv.Itoa(subcode), func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				refused := refuses(400, 190, subcode, "Error validating access token")
				m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/adcreatives": {refused}, "GET me": {says(`{"id":"1"}`)}}}
				m.readWithRestarts("ad_creatives", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Configure, "permission")
				m = &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/adcreatives": {refused}, "GET me": {refused}}}
				if g := m.readWithRestarts("ad_creatives", adtally.Window{}, &note{}, "id"); g.fault == nil || g.fault.Act != adtally.Reconnect || len(m.calls) != 2 {
					t.Errorf("%+v after %d calls", g.fault, len(m.calls))
				}
				// If "me" cannot be read, the list's reason is the best that is known.
				m = &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/adcreatives": {refused}, "GET me": {answer{status: http.StatusServiceUnavailable}}}}
				if g := m.readWithRestarts("ad_creatives", adtally.Window{}, &note{}, "id"); g.fault == nil || g.fault.Act == adtally.Configure {
					t.Errorf("%+v", g.fault)
				}
			})
		})
	}
}

// A temporary refusal leaves no field out.
func TestFieldSearch_TemporaryRefusalDropsNoField(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7/campaigns": {unnamed["ten"], says(paged("", `{"id":"1"}`))}}}
		n := &note{}
		g := m.readWithRestarts("campaigns", adtally.Window{}, n, "id")
		if g.want(t, "1"); len(g.gaps) > 0 || strings.Contains(string(n.tuning), "without") {
			t.Errorf("%+v, learned %s", g, n.tuning)
		}
	})
}
