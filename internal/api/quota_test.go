package api_test

import (
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// A rate limit shows what the platform said, who shares it, and waits of all accounts.
func TestQuotas_ShowWhatThePlatformSaid(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	create := func(name string) string {
		return h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","name":"`+name+`","token":"good","all_accounts":true}`).is(201).field("id")
	}
	source, other := create("Shop"), create("Copy")
	path := "/api/v1/sources/" + source + "/quota"
	same(t, "at first", h.ask("GET", path, "").is(200).Body.String(), `{"items":[]}`+"\n")
	now := time.Now().UTC().Truncate(time.Microsecond)
	note := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	note(h.database.NoteQuota(ctx, adtally.Quota{Source: source, Account: "7", Used: 1.25, At: now.Add(-time.Minute)}))
	note(h.database.NoteQuotaWait(ctx, source, "8", now, now.Add(time.Hour))) // nothing was said about it
	var got struct{ Items []api.AccountQuota }
	want := api.AccountQuota{Account: "7", Name: "Seven", Used: 1, AsOf: now.Add(-time.Minute), Shared: []api.NamedSource{{ID: other, Name: "Copy"}}}
	h.ask("GET", path, "").is(200).into(&got)
	same(t, "without waits", got.Items, []api.AccountQuota{want})
	note(h.database.NoteQuotaWait(ctx, source, "7", now.Add(-time.Minute), now.Add(-30*time.Second)))
	note(h.database.NoteQuotaWait(ctx, source, "", now, now.Add(time.Hour)))
	until := now.Add(time.Hour)
	want.Until, want.Waited = &until, 3630
	h.ask("GET", path, "").is(200).into(&got)
	same(t, "with waits", got.Items, []api.AccountQuota{want})
	h.ask("GET", "/api/v1/sources/none/quota", "").refused(404, "not_found")
}

func TestEstimateReport_IsShown(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201).field("id")
	path := "/api/v1/sources/" + source + "/report-estimate"
	const rest = `"first_load":{"calls":60,"seconds":90,"months":37},"accounts":[{"account":"7","name":"Seven","used_now":0.25}],`
	same(t, "seen", h.ask("POST", path, `{"name":"mine","level":"ad"}`).is(200).Body.String(), `{"calls_per_day":3,"rows_per_day":40,`+rest+`"seen":true,"warnings":["It is long."]}`+"\n")
	same(t, "not seen", h.ask("POST", path, `{"name":"mine","level":"campaign"}`).is(200).Body.String(), `{"calls_per_day":3,`+rest+`"seen":false,"warnings":["It is long."]}`+"\n")
	empty := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`).is(201).field("id")
	h.ask("POST", "/api/v1/sources/"+empty+"/report-estimate", `{"name":"mine","level":"ad"}`).refused(409, "conflict")
}
