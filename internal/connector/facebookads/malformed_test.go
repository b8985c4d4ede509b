package facebookads_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector/facebookads"
)

var oddBodies = []string{`[]`, `{}`, `[null]`, `{"id":"91"}`, `{"async_status":7}`, `"done"`, `{"data":null}`, `7`}

// A malformed poll is repeated and then becomes a fault; the job stays in the note.
func TestReport_MalformedPollIsRetried(t *testing.T) {
	for _, body := range oddBodies {
		t.Run(body, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := job(t, map[string][]answer{"GET 91": {says(body), runIs("Job Completed", 100)}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
				n, began := &note{}, time.Now()
				m = job(t, map[string][]answer{"GET 91": {says(body)}})
				m.readWithRestarts("basic_ad", month, n, "ad_id").wantFault(t, adtally.Retry, "bad_answer")
				if m.count("GET 91") > 9 || m.count(submit) != 1 || time.Since(began) > time.Minute || !strings.Contains(string(n.cursor.Note), `"91"`) {
					t.Errorf("%d polls, %d jobs in %s; the note is %s", m.count("GET 91"), m.count(submit), time.Since(began), n.cursor.Note)
				}
			})
		})
	}
}

// HTML in answer to a poll says nothing about the size of the report.
func TestReport_UnreadablePollDoesNotShrink(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{"GET 91": {answer{status: http.StatusNotFound, body: "<html>"}}})
		m.readWithRestarts("basic_ad", month, &note{}, "ad_id").wantFault(t, adtally.Retry, "bad_answer")
		if m.count(submit) != 1 {
			t.Errorf("%d jobs", m.count(submit))
		}
	})
}

// Numbers of a poll may be strings.
func TestReport_PercentageMayBeAString(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{"GET 91": {says(`{"id":"91","async_status":"Job Completed","async_percent_completion":"100","time_ref":"1780000000","time_completed":null}`)}})
		m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
	})
}

// A submission's answer without an ID is requested again and then becomes Meta's
// fault.
func TestReport_SubmissionWithoutIDIsRetried(t *testing.T) {
	for _, body := range []string{`[]`, `{}`, `{"report_run_id":null}`, `{"report_run_id":{}}`, `{"report_run_id":""}`} {
		t.Run(body, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := job(t, map[string][]answer{submit: {says(body), created("91")}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
				m = job(t, map[string][]answer{submit: {says(body)}})
				m.readWithRestarts("basic_ad", month, &note{}, "ad_id").wantFault(t, adtally.Retry, "bad_answer")
				if m.count(submit) != 3 {
					t.Errorf("asked %d times", m.count(submit))
				}
			})
		})
	}
}

// A malformed or incomplete batch is repeated and then becomes a fault. A part may
// have its body as an object.
func TestVerify_MalformedBatchIsRetried(t *testing.T) {
	me, granted := `{"id":"1","name":"N"}`, `{"data":[{"permission":"ads_read","status":"granted"}]}`
	part := func(body string) string { return fmt.Sprintf(`{"code":200,"headers":[],"body":%q}`, body) }
	debug := part(`{"data":{"is_valid":true,"expires_at":0,"type":"SYSTEM_USER"}}`)
	good := `[` + part(me) + `,` + part(granted) + `,` + debug + `]`
	for name, c := range map[string]struct {
		body string
		fine bool
	}{
		"a list without parts": {`[]`, false},
		"an object":            {`{}`, false},
		"too few":              {`[` + part(me) + `,` + part(granted) + `]`, false},
		"too many":             {`[` + part(me) + `,` + part(granted) + `,` + debug + `,` + debug + `]`, false},
		"null parts":           {`[null,null,null]`, false},
		"a null part":          {`[` + part(me) + `,null,` + debug + `]`, false},
		"an empty part":        {`[{},` + part(granted) + `,` + debug + `]`, false},
		"no list":              {`[` + part(me) + `,` + part(`{}`) + `,` + debug + `]`, false},
		"me without an id":     {`[` + part(`[]`) + `,` + part(granted) + `,` + debug + `]`, false},
		"a text":               {`["x","y","z"]`, false},
		"bodies as objects":    {`[{"code":"200","body":` + me + `},{"code":200,"headers":{},"body":` + granted + `},` + debug + `]`, true},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				verify := func(answers ...answer) (*fakeGraph, adtally.Grant, error) {
					m := &fakeGraph{t: t, answers: map[string][]answer{"POST ": answers, "GET me/adaccounts": {says(`{"data":[{"account_id":"7"}]}`)}}}
					c := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: m}})
					grant, err := c.Verify(t.Context(), adtally.NewSecret(canary))
					return m, grant, err
				}
				if _, grant, err := verify(says(c.body), says(good)); err != nil || grant.UserID != "1" || len(grant.Accounts) != 1 || len(grant.Scopes) != 1 {
					t.Errorf("%+v (%v)", grant, err)
				}
				m, _, err := verify(says(c.body))
				if f := adtally.FaultOf(err); c.fine != (err == nil) || err != nil && (f.Act != adtally.Retry || f.Code != "bad_answer") {
					t.Errorf("%+v", f)
				}
				if !c.fine && m.count("POST ") != 3 {
					t.Errorf("asked %d times", m.count("POST "))
				}
			})
		})
	}
}

// The list of ad accounts is also read a second time.
func TestVerify_AccountListThatDoesNotAdvance(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		part := func(body string) string { return fmt.Sprintf(`{"code":200,"headers":[],"body":%q}`, body) }
		batch := says(`[` + part(`{"id":"1"}`) + `,` + part(`{"data":[{"permission":"ads_read","status":"granted"}]}`) + `,` + part(`{"data":{}}`) + `]`)
		once := says(paged("A", `{"account_id":"7"}`))
		m := &fakeGraph{t: t, answers: map[string][]answer{"POST ": {batch}, "GET me/adaccounts": {once, once, once, says(paged("", `{"account_id":"8"}`))}}}
		c := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: m}})
		if grant, err := c.Verify(t.Context(), adtally.NewSecret(canary)); err != nil || len(grant.Accounts) != 2 {
			t.Errorf("%+v (%v)", grant.Accounts, err)
		}
		m.answers["GET me/adaccounts"], m.calls = []answer{once}, nil
		_, err := c.Verify(t.Context(), adtally.NewSecret(canary))
		if f := adtally.FaultOf(err); f == nil || f.Act != adtally.Retry || len(m.calls) > 6 {
			t.Errorf("%+v after %d calls", f, len(m.calls))
		}
	})
}

// A character that JSON forbids does not spoil a poll.
func TestReport_PollWithBadCharacter(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		done := `{"id":"91","async_status":"Job Completed","async_percent_completion":100,"error_message":"` + "a\x01b\xff" + `"}`
		m := job(t, map[string][]answer{"GET 91": {says(done)}})
		m.readWithRestarts("basic_ad", month, &note{}, "ad_id").want(t, "1 2")
		if m.count("GET 91") != 1 {
			t.Errorf("%d polls", m.count("GET 91"))
		}
	})
}

// The message of a failed job may repeat secrets that Meta was sent.
func TestReport_JobMessageHidesSecrets(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := job(t, map[string][]answer{"GET 91": {says(`{"id":"91","async_status":"Job Failed","error_code":3018,"error_message":"Too old for ` + canary + `"}`)}})
		g := m.readWithRestarts("basic_ad", month, &note{}, "ad_id")
		if g.err == nil || strings.Contains(fmt.Sprint(g.err, g.fault, g.fault.Err), canary) {
			t.Errorf("%v", g.err)
		}
	})
}
