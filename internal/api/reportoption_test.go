package api_test

import "testing"

func TestReportOptions_AreShown(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	const path = "/api/v1/catalog/facebookads/report-options"
	const problems = `"problems":[{"field":"level","message":"Pick a level."}]`
	const others = `"action_breakdowns":[],"fields":[],"windows":[],"increments":[],` + problems + `}`
	for body, country := range map[string]string{
		`{}`:                      `{"name":"country","title":"Country","picked":false,"allowed":true}`,
		`{"breakdowns":["hour"]}`: `{"name":"country","title":"Country","picked":false,"allowed":false,"why":"Not with hour."}`,
	} {
		same(t, body, h.ask("POST", path, body).is(200).Body.String(), `{"levels":[],"breakdowns":[`+country+`],`+others+"\n")
	}
	h.ask("POST", path, `{"levl":"ad"}`).refused(422, "invalid")
	h.ask("POST", "/api/v1/catalog/none/report-options", `{}`).refused(404, "not_found")
}
