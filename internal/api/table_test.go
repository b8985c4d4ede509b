package api_test

import (
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
)

// A table shows what is known about it, and nothing else.
func TestTables_ShowWhatIsKnown(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	source := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201).field("id")
	path := "/api/v1/sources/" + source + "/tables"
	const fresh = `{"items":[{"name":"ads","description":"Ads.","key":["id"],"usual":true,"daily":false,"picked":true,"report":false,"group":"objects","how_read":"All at every sync","columns":[` +
		`{"name":"id","type":"VARCHAR","unit":"id","description":"Its ID.","key":true,"additive":"none"}]}]}`
	same(t, "before the first sync", strings.TrimSpace(h.ask("GET", path, "").is(200).Body.String()), fresh)

	asked := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	cp := adtally.Checkpoint{Account: "7", Table: "ads", Asked: asked, Load: "l"}
	if err := h.database.SaveCheckpoints(ctx, source, adtally.Slice{Stream: "ads", Account: "7"}, []adtally.Checkpoint{cp}); err != nil {
		t.Fatal(err)
	}
	var list struct{ Items []api.Table }
	h.ask("GET", path, "").is(200).into(&list)
	got := list.Items[0]
	if got.Rows == nil || *got.Rows != 10 || got.LastRead == nil || !got.LastRead.Equal(asked) || got.CallsPerDay != nil {
		t.Errorf("after it: %+v", got)
	}
}

func TestConnector_IsDescribed(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	var got api.ConnectorDetails
	h.ask("GET", "/api/v1/catalog/facebookads", "").is(200).into(&got)
	if got.Title != "Facebook Ads" || got.Version != "v25.0" || got.Sources != 1 || got.Login || got.Why == "" || len(got.Tables) != 1 || len(got.Tables[0].Columns) != 1 || got.HelpURL == "" {
		t.Errorf("%+v", got)
	}
	same(t, "what is copied", got.Synced, []api.ConnectorText{{Title: "Ads", Text: "All of them."}})
	same(t, "permissions", got.Permissions, []api.RequiredPermission{{Name: "ads_read", Why: "To read."}})
	h.ask("GET", "/api/v1/catalog/none", "").refused(404, "not_found")

	var help api.ConnectorHelp
	h.ask("GET", "/api/v1/catalog/facebookads/help", "").is(200).into(&help)
	same(t, "help", help.Sections, []api.HelpSection{{Anchor: "the-token", Title: "The token", Level: 2, HTML: "<p>It <em>reads</em>.</p>"}})
	h.ask("GET", "/api/v1/catalog/none/help", "").refused(404, "not_found")
}
