package facebookads_test

import (
	"fmt"
	"net/http"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// Numbers and texts may stand for each other, and one odd part costs that part only.
func TestVerify_AnswersInAnyForm(t *testing.T) {
	part := func(body string) string { return fmt.Sprintf(`{"code":200,"headers":[],"body":%q}`, body) }
	me, granted := part(`{"id":"1","name":"N"}`), part(`{"data":[{"permission":"ads_read","status":"granted"}]}`)
	debug := part(`{"data":{"app_id":"2","type":"USER","is_valid":true,"expires_at":4102444800,"issued_at":1}}`)
	for name, c := range map[string]struct {
		batch   string
		expires bool // whether the expiry is known
	}{
		"as usual":                 {`[` + me + `,` + granted + `,` + debug + `]`, true},
		"an id as a number":        {`[` + part(`{"id":1,"name":7}`) + `,` + granted + `,` + debug + `]`, true},
		"odd permissions":          {`[` + me + `,` + part(`{"data":[null,"x",{"permission":7,"status":null},{"permission":"ads_read","status":"granted"}]}`) + `,` + debug + `]`, true},
		"times as texts":           {`[` + me + `,` + granted + `,` + part(`{"data":{"app_id":2,"type":"USER","is_valid":"true","expires_at":"4102444800","issued_at":"x","data_access_expires_at":null}}`) + `]`, true},
		"no token information":     {`[` + me + `,` + granted + `,"x"]`, false},
		"a time in words":          {`[` + me + `,` + granted + `,` + part(`{"data":{"app_id":"2","type":"USER","is_valid":true,"expires_at":"later"}}`) + `]`, false},
		"a list of nothing":        {`[` + me + `,` + granted + `,` + part(`{"data":[]}`) + `]`, false},
		"a part without an answer": {`[` + me + `,` + granted + `,{"code":"x","headers":7}]`, false},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T) {
				m := &fakeGraph{t: t, answers: map[string][]answer{"POST ": {says(c.batch)}, listedAccounts: {says(`{"data":[{"account_id":"7"}]}`)}}}
				source := facebookads.New(facebookads.Config{Address: "https://graph.test", Version: "v25.0", HTTP: &http.Client{Transport: m}})
				g, err := source.Verify(t.Context(), adtally.NewSecret(canary))
				if err != nil || g.UserID != "1" || len(g.Accounts) != 1 || g.ExpiryKnown != c.expires || len(m.calls) != 2 {
					t.Errorf("%+v, %v after %d calls", g, err, len(m.calls))
				}
				if c.expires && (g.AppID != "2" || g.ExpiresAt.Year() != 2100) {
					t.Errorf("app %s, expires %s", g.AppID, g.ExpiresAt)
				}
			})
		})
	}
}
