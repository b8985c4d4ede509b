package facebookads_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// tokenBatch is a batch answer that describes a token.
func tokenBatch(t *testing.T) answer {
	t.Helper()
	type part struct {
		Code int    `json:"code"`
		Body string `json:"body"`
	}
	text, err := json.Marshal([]part{{200, `{"id":"1","name":"Jo"}`}, {200, `{"data":[{"permission":"ads_read","status":"granted"}]}`}, {200, `{"data":{"app_id":"2","type":"USER","is_valid":true,"expires_at":0}}`}})
	if err != nil {
		t.Fatal(err)
	}
	return says(string(text))
}

// verify lists the accounts that a token sees, including the named ones.
func (m *fakeGraph) verify(named ...string) (adtally.Grant, []string, error) {
	m.t.Helper()
	var said []string
	c := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: m}, OnNotice: func(s string) { said = append(said, s) }})
	m.answers["POST "] = []answer{tokenBatch(m.t)}
	g, err := c.Verify(m.t.Context(), adtally.NewSecret(canary), named...)
	return g, said, err
}

func numbers(g adtally.Grant) (ids []string) {
	for _, a := range g.Accounts {
		ids = append(ids, a.ID)
	}
	return ids
}

const listedAccounts = "GET me/adaccounts"

func accountText(id string) string {
	return `{"id":"act_` + id + `","account_id":"` + id + `","name":"A","currency":"EUR","timezone_name":"Europe/Berlin","account_status":1}`
}

// Meta does not list a business's accounts among a person's accounts.
func TestVerify_RequestsUnlistedNamedAccount(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		gone := refuses(400, 100, 33, "Unsupported get request. Object with ID 'act_9' does not exist")
		m := &fakeGraph{t: t, answers: map[string][]answer{listedAccounts: {says(`{"data":[` + accountText("7") + `,null,` + accountText("7") + `]}`)}, "GET act_8": {says(accountText("8"))}, "GET act_9": {gone},
			"GET act_10": {refuses(403, 200, 0, "(#200) Ad account owner has NOT grant ads_management or ads_read permission")}}}
		g, _, err := m.verify("act_8", "7", "all", "act_9", "10", "../me")
		if err != nil || !slices.Equal(numbers(g), []string{"7", "8"}) {
			t.Fatalf("%v, %v", numbers(g), err)
		}
		if a := g.Accounts[1]; a.Zone != "Europe/Berlin" || a.Currency != "EUR" || a.Status != "active" {
			t.Errorf("%+v", a)
		}
		if m.count("GET act_7") > 0 || len(m.calls) != 5 {
			t.Errorf("calls %+v", m.calls)
		}
	})
}

func TestVerify_NamedAccountSurvivesServerError(t *testing.T) {
	inBubble(t, func(t *testing.T) {
		m := &fakeGraph{t: t, answers: map[string][]answer{listedAccounts: {says(`{"data":[]}`)}, "GET act_8": {refuses(500, 2, 0, "Service temporarily unavailable")}}}
		if _, _, err := m.verify("8"); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Act != adtally.Retry {
			t.Errorf("%v", err)
		}
	})
}

// The account's offset is used if Meta sends no time zone or an unknown one.
func TestVerify_AccountWithoutZoneUsesOffset(t *testing.T) {
	for said, want := range map[string]string{
		`"timezone_offset_hours_utc":3`:                                  "UTC+03:00",
		`"timezone_offset_hours_utc":"5.5"`:                              "UTC+05:30",
		`"timezone_name":null,"timezone_offset_hours_utc":-3.5`:          "UTC-03:30",
		`"timezone_name":"","timezone_offset_hours_utc":5.75`:            "UTC+05:45",
		`"timezone_name":"Mars/Olympus","timezone_offset_hours_utc":0`:   "UTC+00:00",
		`"timezone_name":"Asia/Kolkata","timezone_offset_hours_utc":5.5`: "Asia/Kolkata",
		`"timezone_name":"Mars/Olympus"`:                                 "Mars/Olympus",
		`"timezone_id":"1"`:                                              "",
		`"timezone_offset_hours_utc":"NaN"`:                              "",
	} {
		t.Run(said, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{listedAccounts: {says(`{"data":[{"account_id":"7","currency":"EUR","account_status":"1",` + said + `}]}`)}}}
				g, notices, err := m.verify()
				if err != nil || len(g.Accounts) != 1 || g.Accounts[0].Zone != want || g.Accounts[0].Status != "active" {
					t.Fatalf("%+v, %v; want zone %q", g.Accounts, err, want)
				}
				if told := len(notices) > 0; told != (len(want) > 3 && want[:3] == "UTC") {
					t.Errorf("told %q", notices)
				}
			})
		})
	}
}
