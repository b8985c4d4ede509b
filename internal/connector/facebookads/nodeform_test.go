package facebookads_test

import (
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// An answer that is not the account that was requested is requested again, and stores
// nothing.
func TestRead_NodeThatIsNotTheAccount(t *testing.T) {
	for _, body := range []string{`{}`, `{"data":[]}`, `{"name":"Shop"}`, `{"id":"act_8","name":"Other"}`, `{"id":"act_8","account_id":"8","name":"Other"}`, `{"id":"act_7","account_id":"8"}`, `[{"id":"act_7"}]`} {
		t.Run(body, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				good := says(`{"id":"act_7","account_id":"7","name":"Shop"}`)
				m := &fakeGraph{t: t, answers: map[string][]answer{"GET act_7": {says(body), good}}}
				if g := m.read(t.Context(), "ad_accounts", adtally.Window{}, nil, "name"); len(g.odd) > 0 {
					t.Errorf("in quarantine: %q", g.odd)
				} else {
					g.want(t, "Shop")
				}
				m = &fakeGraph{t: t, answers: map[string][]answer{"GET act_7": {says(body)}}}
				m.read(t.Context(), "ad_accounts", adtally.Window{}, nil, "name").wantFault(t, adtally.Retry, "bad_answer")
			})
		})
	}
}

// The number of a new job may have a fraction.
func TestReport_JobNumberInAnySpelling(t *testing.T) {
	for _, id := range []string{`91`, `"91"`, `91.0`, `" 91 "`} {
		t.Run(id, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := job(t, map[string][]answer{submit: {says(`{"report_run_id":` + id + `}`)}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
			})
		})
	}
}

// explain finds an error beside parts that cannot be read, and in other forms that people
// save.
func TestExplain_OddForms(t *testing.T) {
	t.Parallel()
	for body, class := range map[string]string{
		"\xef\xbb\xbf" + `{"error":{"message":"m","code":4}}`:                               "throttled",
		`["x",null,{"code":400,"body":"{\"error\":{\"code\":190,\"error_subcode\":463}}"}]`: "token_expired",
		`{"async_status":"Job Failed","error_message":"(#3018) The start date is too old"}`: "too_old",
		`["x"]`: "bad_answer",
	} {
		if x, err := facebookads.Explain(400, nil, []byte(body)); err != nil || x.Class != class {
			t.Errorf("%s: %s, %v; want %s", body, x.Class, err, class)
		}
	}
}
