package facebookads_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"adtally"
)

// refusing answers as Graph does where some fields are refused, with one text, and
// none of the others is.
func refusing(no answer, yes string, fields ...string) func(asked) answer {
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

// A field that is refused without being named is found in a few calls, and left
// out: the rows are there, one gap says why, and the next sync knows.
func TestAFieldThatIsRefusedWithoutANameIsFound(t *testing.T) { // R39
	for name, no := range unnamed {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				const list = "GET act_7/adcreatives"
				me := map[string][]answer{"GET me": {says(`{"id":"1"}`)}}
				answers := refusing(no, paged("", `{"id":"1","name":"A"}`, `{"id":"2","name":"B"}`), "instagram_permalink_url")
				m := &meta{t: t, answers: me, replies: map[string]func(asked) answer{list: answers}}
				n := &note{}
				g := m.toTheEnd("ad_creatives", adtally.Window{}, n, "name")
				g.want(t, "A B")
				if len(g.gaps) != 1 || !strings.HasPrefix(g.gaps[0], "ad_creatives  instagram_permalink_url field") {
					t.Errorf("gaps %q", g.gaps)
				}
				if m.neverFourTimes(); len(m.calls) > 18 {
					t.Errorf("%d calls", len(m.calls))
				}
				m.calls = nil
				m.toTheEnd("ad_creatives", adtally.Window{}, &note{tuning: n.tuning}, "name").want(t, "A B")
				if len(m.calls) != 1 {
					t.Errorf("the next sync sends %d calls", len(m.calls))
				}
			})
		})
	}
}

// The same of reports, of the account's node, and of two fields at once.
func TestRefusedFieldsAreFoundWhereverTheyAreAskedFor(t *testing.T) { // R39
	no := unnamed["whitelist"]
	row := pageOf("", "1").body
	for name, c := range map[string]struct {
		stream, column, want string
		window               adtally.Window
		replies              map[string]func(asked) answer
		gone                 []string
	}{
		"two fields": {"campaigns", "id", "1", adtally.Window{}, map[string]func(asked) answer{
			"GET act_7/campaigns": refusing(no, paged("", `{"id":"1"}`), "pacing_type", "issues_info")}, []string{"pacing_type", "issues_info"}},
		"the node": {"ad_accounts", "name", "Shop", adtally.Window{}, map[string]func(asked) answer{
			"GET act_7": refusing(no, `{"id":"act_7","account_id":"7","name":"Shop","currency":"EUR"}`, "balance")}, []string{"balance"}},
		"a day": {"basic_ad", "ad_id", "1", day, map[string]func(asked) answer{
			insights: refusing(no, row, "quality_ranking")}, []string{"quality_ranking"}},
		"a job": {"basic_ad", "ad_id", "1", month, map[string]func(asked) answer{
			insights: refusing(no, row, "quality_ranking"), submit: refusing(no, created("91").body, "quality_ranking")}, []string{"quality_ranking"}},
		"the log": {"activities", "event_type", "x", month, map[string]func(asked) answer{
			"GET act_7/activities": refusing(no, paged("", `{"event_type":"x","event_time":"2026-05-02T00:00:00+0000"}`), "extra_data")}, []string{"extra_data"}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &meta{t: t, replies: c.replies, answers: map[string][]answer{"GET 91": {runIs("Job Completed", 100)}, results: {says(row)}}}
				g := m.toTheEnd(c.stream, c.window, &note{}, c.column)
				g.want(t, c.want)
				for _, f := range c.gone {
					if len(g.gaps) != len(c.gone)*max(c.window.Days(), 1) || !strings.Contains(strings.Join(g.gaps, ";"), " "+f+" field") {
						t.Errorf("gaps %q, want %q", g.gaps, c.gone)
					}
				}
				if m.neverFourTimes(); len(m.calls) > 30 {
					t.Errorf("%d calls", len(m.calls))
				}
			})
		})
	}
}

// A field that is named, in whatever words, costs one more call.
func TestAFieldThatIsNamedInOtherWordsIsLeftOut(t *testing.T) { // R39
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
				m := &meta{t: t, replies: map[string]func(asked) answer{"GET act_7/campaigns": refusing(no, paged("", `{"id":"1"}`), "pacing_type")}}
				g := m.toTheEnd("campaigns", adtally.Window{}, &note{}, "id")
				if g.want(t, "1"); len(g.gaps) != 1 || !strings.Contains(g.gaps[0], " pacing_type field") || len(m.calls) != 2 {
					t.Errorf("gaps %q, %d calls", g.gaps, len(m.calls))
				}
			})
		})
	}
}

// A list that is refused whatever is asked is a fault of that list, with the
// permission's name, and no word of the token.
func TestARefusedListIsAFaultOfThatListAlone(t *testing.T) {
	for name, c := range map[string]struct{ answer }{
		"190":      {refuses(400, 190, 0, "(#190) The permission(s) pages_read_engagement must be granted before impersonating a user\u2019s page.")},
		"190/492":  {refuses(400, 190, 492, "The user has no role on the page: pages_read_engagement")},
		"102":      {refuses(400, 102, 0, "Session key invalid: pages_read_engagement")},
		"a page's": {refuses(400, 190, 0, "This method must be called with a Page Access Token, with pages_read_engagement")},
		"200":      {refuses(403, 200, 0, "(#200) Requires pages_read_engagement permission")},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &meta{t: t, answers: map[string][]answer{"GET act_7/adcreatives": {c.answer}, "GET me": {says(`{"id":"1"}`)}}}
				g := m.toTheEnd("ad_creatives", adtally.Window{}, &note{}, "id")
				g.wantFault(t, adtally.Configure, "permission")
				if !strings.Contains(g.fault.Message, "pages_read_engagement") || m.count("GET me") > 1 || len(m.calls) > 3 {
					t.Errorf("%q after %d calls", g.fault.Message, len(m.calls))
				}
			})
		})
	}
}

// A token is dead where me says so too, and then nothing else is asked.
func TestATokenIsDeadWhereMeSaysSo(t *testing.T) { // R16
	inBubble(t, func(t *testing.T) {
		m := &meta{t: t, answers: map[string][]answer{"GET act_7/campaigns": {refuses(400, 190, 0, "Invalid OAuth access token.")}, "GET me": {refuses(400, 190, 463, "Session has expired")}}}
		m.toTheEnd("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Reconnect, "token_expired")
		if len(m.calls) != 2 {
			t.Errorf("%d calls", len(m.calls))
		}
		// Where Meta says how it died, nobody else is asked.
		m = &meta{t: t, answers: map[string][]answer{"GET act_7/campaigns": {refuses(400, 190, 460, "The user changed the password")}}}
		m.toTheEnd("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Reconnect, "token_password_changed")
		// Where nobody can say, the next try asks again.
		m = &meta{t: t, answers: map[string][]answer{"GET act_7/campaigns": {refuses(400, 190, 0, "Invalid OAuth access token.")}, "GET me": {answer{status: http.StatusServiceUnavailable, body: `{"error":{"message":"down","code":2}}`}}}}
		m.toTheEnd("campaigns", adtally.Window{}, &note{}, "id").wantFault(t, adtally.Retry, "meta_trouble")
	})
}

// A refusal that passes leaves nothing out.
func TestARefusalThatPassesLeavesNoFieldOut(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &meta{t: t, answers: map[string][]answer{"GET act_7/campaigns": {unnamed["ten"], says(paged("", `{"id":"1"}`))}}}
		n := &note{}
		g := m.toTheEnd("campaigns", adtally.Window{}, n, "id")
		if g.want(t, "1"); len(g.gaps) > 0 || strings.Contains(string(n.tuning), "without") {
			t.Errorf("%+v, learned %s", g, n.tuning)
		}
	})
}
