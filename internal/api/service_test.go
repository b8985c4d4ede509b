package api_test

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/store"
	"adtally/internal/store/storetest"
)

// platform accepts every token except those whose text says otherwise.
type platform struct{}

func (platform) Catalog() []adtally.Spec {
	return []adtally.Spec{{Name: "facebookads", Title: "Facebook Ads", Summary: "Ads.", LookBack: 28, Faults: []adtally.FaultInfo{{Code: "permission", Hint: "Grant it."}}, Version: "v25.0", HelpURL: "https://help.example",
		Synced: []adtally.SpecText{{Title: "Ads", Text: "All of them."}}, Permissions: []adtally.PermissionInfo{{Name: "ads_read", Why: "To read."}}, Guide: adtally.Guide{Parts: []adtally.GuidePart{{Steps: []adtally.GuideStep{{ID: "app"}, {ID: "user"}}}}}, Document: "## The token\n\nIt *reads*.\n"}}
}

func (platform) Tables(adtally.Source) ([]adtally.TableInfo, error) {
	return []adtally.TableInfo{{Name: "ads", Description: "Ads.", Key: []string{"id"}, Usual: true, Picked: true, Stream: "ads", Group: adtally.ObjectTables, HowRead: "All at every sync",
		Columns: []adtally.ColumnInfo{{Name: "id", Type: "VARCHAR", Unit: "id", Description: "Its ID.", Key: true, Additive: "none"}}}}, nil
}

// Compared compares the tables that a source names.
func (platform) Compared(s adtally.Source) ([]string, error) { return s.Tables, nil }

// Diagram has a circle of references and texts that must be escaped.
func (platform) Diagram(adtally.Source) (adtally.Diagram, error) {
	column := func(name string, key bool) adtally.DiagramColumn {
		return adtally.DiagramColumn{Name: name, Type: "VARCHAR", Unit: "id", Additivity: "none", Description: "The " + name + "'s <id>.", Key: key}
	}
	return adtally.Diagram{Tables: []adtally.DiagramTable{
		{Name: "ads", Kind: adtally.ObjectTable, Description: "Ads & more.", Columns: []adtally.DiagramColumn{column("id", true), column("campaign_id", false), column("name", false)}},
		{Name: "campaigns", Kind: adtally.ObjectTable, Description: "Campaigns.", Columns: []adtally.DiagramColumn{column("id", true), column("best_ad", false)}},
		{Name: "ads_full", Kind: adtally.ViewTable, Description: "Ads.", Columns: []adtally.DiagramColumn{column("id", false)}},
	}, References: []adtally.DiagramReference{
		{Table: "ads", Columns: []string{"campaign_id"}, ToTable: "campaigns", ToColumns: []string{"id"}},
		{Table: "campaigns", Columns: []string{"best_ad"}, ToTable: "ads", ToColumns: []string{"id"}},
		{Table: "ads_full", Columns: []string{"id"}, ToTable: "ads", ToColumns: []string{"id"}, Note: "One row each."},
	}}, nil
}

var seven = adtally.Account{ID: "7", Name: "Seven", Currency: "EUR", Zone: "UTC", Status: "ACTIVE"}

func (platform) Inspect(_ context.Context, _ string, secret adtally.Secret, _ adtally.Before) (adtally.Inspection, adtally.Secret, error) {
	failed := func(name adtally.CheckName, result adtally.CheckResult, code string) adtally.Inspection {
		return adtally.Inspection{Grant: adtally.Grant{Who: "Ana", Accounts: []adtally.Account{seven}},
			Checks: []adtally.Check{{Name: name, Result: result, Code: code, Message: "It is not good", Hint: "Take another."}}}
	}
	switch text := secret.Reveal(); {
	case strings.HasPrefix(text, "dead"):
		return failed(adtally.CheckLive, adtally.CheckFailed, "token_expired"), secret, nil
	case strings.HasPrefix(text, "busy"):
		return adtally.Inspection{}, secret, &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Too much", Hint: "Wait.", Until: time.Now().Add(time.Hour)}
	case strings.HasPrefix(text, "less"):
		return failed(adtally.CheckPermission, adtally.CheckFailed, "permission"), secret, nil
	case strings.HasPrefix(text, "other"):
		i := failed(adtally.CheckSameAccounts, adtally.CheckAsks, "accounts_lost")
		i.Lost = []adtally.Account{seven}
		return i, secret, nil
	}
	i := failed(adtally.CheckLive, adtally.CheckPassed, "")
	return i, secret, nil
}

func (p platform) InspectStepwise(ctx context.Context, kind string, secret adtally.Secret, b adtally.Before, done func(adtally.Check)) (adtally.Inspection, adtally.Secret, error) {
	i, secret, err := p.Inspect(ctx, kind, secret, b)
	for _, c := range i.Checks {
		done(c)
	}
	return i, secret, err
}

// ReportOptions allows the country, unless an hour is picked.
func (platform) ReportOptions(_ string, draft adtally.Report) (adtally.ReportOptions, error) {
	country := adtally.ReportOption{Name: "country", Title: "Country", Allowed: true}
	if len(draft.Breakdowns) > 0 {
		country.Allowed, country.Why = false, "Not with "+draft.Breakdowns[0]+"."
	}
	return adtally.ReportOptions{Breakdowns: []adtally.ReportOption{country}, Problems: []adtally.ReportProblem{{Field: "level", Message: "Pick a level."}}}, nil
}

// VisibleAccounts names the account first, and then what it spent.
func (platform) VisibleAccounts(_ context.Context, _ string, secret adtally.Secret) iter.Seq2[adtally.VisibleAccounts, error] {
	return func(yield func(adtally.VisibleAccounts, error) bool) {
		a := adtally.VisibleAccount{Account: seven}
		if !yield(adtally.VisibleAccounts{Expected: 1, Accounts: []adtally.VisibleAccount{a}}, nil) {
			return
		}
		if strings.HasPrefix(secret.Reveal(), "busy") {
			yield(adtally.VisibleAccounts{}, &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Too much", Hint: "Wait."})
			return
		}
		a.Portfolio, a.PortfolioID, a.Owned, a.Spend = "Shop", "9", adtally.ClientAccount, "12.50"
		yield(adtally.VisibleAccounts{Expected: 1, Accounts: []adtally.VisibleAccount{a}}, nil)
	}
}

func (platform) VerifyApp(_ context.Context, _ string, app adtally.App) error {
	if app.Secret.Reveal() != "right" {
		return &adtally.Fault{Act: adtally.Configure, Code: "app_config", Message: "The app's secret is wrong", Hint: "Check it."}
	}
	return nil
}

func (platform) AuthCodeURL(_ context.Context, _, state, back string) (string, error) {
	return "https://login.example/?state=" + state + "&back=" + url.QueryEscape(back), nil
}

func (platform) Exchange(_ context.Context, _, _ string, answer url.Values) (adtally.Secret, error) {
	switch {
	case answer.Get("error") != "":
		return adtally.Secret{}, &adtally.Fault{Act: adtally.Reconnect, Code: "login_cancelled", Message: "The login was cancelled", Hint: "Begin again."}
	case answer.Get("code") == "down":
		return adtally.Secret{}, &adtally.Fault{Act: adtally.Retry, Code: "meta_trouble", Message: "Meta has a problem", Hint: "Later."}
	}
	return adtally.NewSecret(answer.Get("code")), nil
}

// fakeVault is a vault that stores secrets unsealed and numbers the versions.
type fakeVault struct{ db *store.DB }

var lockers atomic.Int64

func (l fakeVault) Admit(ctx context.Context, c adtally.Credential, _ adtally.Secret, g adtally.Grant, by string, keep func(context.Context, adtally.Admission) error) error {
	made := c.ID == ""
	if made {
		c.ID, c.Created = fmt.Sprint("c", lockers.Add(1)), time.Now()
	}
	for {
		if !made {
			var err error
			if c, err = l.db.Credential(ctx, c.ID); err != nil {
				return err
			}
		}
		v := adtally.CredentialVersion{Credential: c.ID, Number: c.Latest + 1, Grant: g, By: by, Admitted: time.Now()}
		err := keep(ctx, adtally.Admission{Credential: c, Version: v, Sealed: adtally.Sealed{Credential: c.ID, Version: v.Number, Key: "k", Bytes: []byte("sealed")}})
		if err == nil || adtally.FaultOf(err).Code != "conflict" {
			return err
		}
	}
}

func (fakeVault) Open(context.Context, string, int64) (adtally.Secret, error) {
	return adtally.NewSecret("kept"), nil
}

// fakeWarehouse is a warehouse with a foreign schema.
type fakeWarehouse struct{}

func (fakeWarehouse) Vacant(_ context.Context, dataset string) error {
	switch dataset {
	case "theirs":
		return &adtally.Fault{Act: adtally.Configure, Code: "dataset_foreign", Message: "It is somebody else's", Hint: "Choose another dataset."}
	case "held":
		return &adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "It is held", Hint: "Later."}
	}
	return nil
}

func (fakeWarehouse) Foreign(_ context.Context, dataset string) ([]adtally.Foreign, error) {
	if dataset == "held" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "It is held", Hint: "Later."}
	}
	return []adtally.Foreign{{Name: "main.spend", Kind: "view", Reads: true}}, nil
}

func (fakeWarehouse) CountRows(_ context.Context, dataset string, tables []string) (map[string]int64, error) {
	if dataset == "facebook_held" {
		return nil, &adtally.Fault{Act: adtally.Retry, Code: "warehouse_busy", Message: "It is held", Hint: "Later."}
	}
	all := map[string]int64{}
	for i, name := range tables {
		all[name] = int64(10 * (i + 1))
	}
	return all, nil
}

func (fakeWarehouse) MissingData(context.Context, string) ([]adtally.MissingData, error) {
	return nil, nil
}

func (fakeWarehouse) DataStates(context.Context, map[string]adtally.ComparisonFilter) (map[string]adtally.DataState, error) {
	return nil, nil
}

func (fakeWarehouse) Comparisons(context.Context, string, adtally.ComparisonFilter) ([]adtally.Comparison, error) {
	return nil, nil
}

// sender accepts every channel with an address.
type sender struct{ tried []string }

func (*sender) Kinds() []adtally.Spec {
	return []adtally.Spec{{Name: "webhook", Title: "Webhook", Summary: "A call.", Fields: []adtally.Field{{Key: "url", Label: "Address", Help: "Give one."}}}}
}

func (*sender) Check(c adtally.Channel) error {
	if c.Kind != "webhook" || c.Settings["url"] == "" {
		return &adtally.Fault{Act: adtally.Configure, Code: "channel_setting", Message: "It has no address", Hint: "Give one."}
	}
	return nil
}

func (c *sender) Try(_ context.Context, ch adtally.Channel) error {
	c.tried = append(c.tried, ch.ID)
	if ch.Settings["url"] == "down" {
		return &adtally.Fault{Act: adtally.Retry, Code: "channel_unreachable", Message: "It does not answer", Hint: "See whether it runs."}
	}
	return nil
}

func (*sender) NewSecret(string) adtally.Secret { return adtally.NewSecret("made-CANARY") }

// fakeProgress keeps the progress in the guides in memory.
type fakeProgress map[string]adtally.GuideProgress

func (f fakeProgress) GuideProgress(_ context.Context, user, connector, source string) (adtally.GuideProgress, error) {
	return f[user+" "+connector+" "+source], nil
}

func (f fakeProgress) SetGuideProgress(_ context.Context, p adtally.GuideProgress) error {
	f[p.User+" "+p.Connector+" "+p.Source] = p
	return nil
}

// fakeForecasts previews and estimates one report.
type fakeForecasts struct{}

func (fakeForecasts) Preview(_ context.Context, _ adtally.SourceRecord, r adtally.Report, account string, day adtally.Day) (adtally.Preview, error) {
	if r.Level != "ad" {
		return adtally.Preview{}, &adtally.Fault{Act: adtally.Configure, Code: "report", Message: "There is no such level", Hint: "Take ad."}
	}
	text := "1.5"
	return adtally.Preview{Account: adtally.Account{ID: account}, Day: day, Columns: []adtally.PreviewColumn{{Name: "spend", Type: "DECIMAL"}, {Name: "reach", Type: "BIGINT"}},
		Rows: [][]*string{{&text, nil}}, Total: 1, Calls: 1, Used: 0.25, UsedKnown: true}, nil
}

func (fakeForecasts) Estimate(_ context.Context, _ adtally.SourceRecord, e adtally.RunScope) ([]adtally.Cost, error) {
	return []adtally.Cost{{Stream: "basic_ad", Accounts: 1, Slices: 3, Calls: 10, Rows: 100, Took: 1500 * time.Millisecond, Seen: true}, {Stream: "ads", Calls: 1, Seen: e.Reread}}, nil
}

func (fakeForecasts) EstimateReport(_ context.Context, _ adtally.SourceRecord, r adtally.Report) (adtally.ReportEstimate, error) {
	return adtally.ReportEstimate{CallsPerDay: 3, RowsPerDay: 40, Seen: r.Level == "ad", First: adtally.FirstLoad{Calls: 60, Took: 90 * time.Second, Months: 37},
		Accounts: []adtally.AccountForecast{{Account: seven, Now: 0.25, NowKnown: true}}, Warnings: []string{"It is long."}}, nil
}

// A preview distinguishes absent from empty, and an estimate sums up its tables.
func TestForecasts_PreviewAndEstimate(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	one := "/api/v1/sources/" + made.field("id")
	h.ask("POST", one+"/preview", `{"report":{"name":"x","level":"nobody"}}`).refused(422, "report")
	got := h.ask("POST", one+"/preview", `{"report":{"name":"x","level":"ad"},"account":"7","day":"2026-06-01"}`).is(200).Body.String()
	if !strings.Contains(got, `"rows":[["1.5",null]]`) || !strings.Contains(got, `"quota_after":0.25`) || strings.Contains(got, "quota_before") {
		t.Errorf("a preview: %s", got)
	}
	got = h.ask("POST", one+"/estimate", `{"since":"2026-06-01"}`).is(200).Body.String()
	if !strings.Contains(got, `"calls":11`) || !strings.Contains(got, `"seconds":1.5`) || !strings.Contains(got, `"seen":true`) {
		t.Errorf("an estimate: %s", got)
	}
	h.ask("POST", one+"/estimate", `{"since":"2026-06-01","until":"2026-05-01"}`).refused(422, "invalid")
	empty := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`).is(201)
	h.ask("POST", "/api/v1/sources/"+empty.field("id")+"/preview", `{"report":{"name":"x","level":"ad"}}`).refused(409, "conflict")
}

// The dependents of a source are listed, and its deletion requires its name.
func TestSource_DeleteAsksForName(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	made := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","name":"Shop","token":"good","all_accounts":true,"reports":[{"name":"mine","level":"ad"}]}`).is(201)
	second := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","name":"Copy","token":"good","all_accounts":true}`).is(201)
	h.ask("POST", "/api/v1/channels", `{"kind":"webhook","name":"Ours","settings":{"url":"up"},"sources":["`+second.field("id")+`"]}`).is(201)
	path := func(r reply, more string) string { return "/api/v1/sources/" + r.field("id") + more }
	if got := h.ask("GET", path(made, "/dependents"), "").is(200).Body.String(); !strings.Contains(got, `"reports":["mine"]`) || !strings.Contains(got, `"oldest":true`) {
		t.Errorf("the first: %s", got)
	}
	if got := h.ask("GET", path(second, "/dependents"), "").is(200).Body.String(); !strings.Contains(got, `"channels":["Ours"]`) || !strings.Contains(got, `"oldest":false`) {
		t.Errorf("the second: %s", got)
	}
	for _, one := range []reply{made, second} {
		tag := "If-Match: " + h.ask("GET", path(one, ""), "").is(200).Header().Get("ETag")
		h.ask("DELETE", path(one, ""), "", tag).refused(422, "name_needed")
		h.ask("DELETE", path(one, "?name=Other"), "", tag).refused(422, "name_needed")
		h.ask("DELETE", path(one, "?name="+one.field("name")), "", tag).is(200)
	}
}

// Channels are created, tested, updated and deleted; an invalid one is refused with
// the reason; a generated secret is shown once.
func TestChannels_CreateTestUpdateDelete(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	h.ask("POST", "/api/v1/channels", `{"kind":"webhook"}`).refused(422, "channel_setting")
	h.ask("POST", "/api/v1/channels", `{"kind":"webhook","alerts":["nonsense"]}`).refused(422, "invalid")
	made := h.ask("POST", "/api/v1/channels", `{"kind":"webhook","name":"Ours","settings":{"url":"up"},"alerts":["stale"]}`).is(201)
	if made.field("signing_key") != "made-CANARY" {
		t.Errorf("the key that was made: %s", made.Body)
	}
	one := "/api/v1/channels/" + made.field("id")
	h.ask("POST", one+"/test", "").is(204)
	shown := h.ask("GET", one, "").is(200)
	if strings.Contains(shown.Body.String(), "CANARY") || shown.field("name") != "Ours" {
		t.Errorf("shown: %s", shown.Body)
	}
	tag := "If-Match: " + shown.Header().Get("ETag")
	h.ask("PATCH", one, `{"settings":{}}`, tag).refused(422, "channel_setting")
	h.ask("PATCH", one, `{"settings":{"url":"down"}}`, tag).is(200)
	h.ask("PATCH", one, `{"name":"Late"}`, tag).refused(412, "stale_edit")
	h.ask("POST", one+"/test", "").refused(503, "channel_unreachable")
	h.ask("GET", one+"/deliveries", "").is(200)
	h.ask("DELETE", one, "").is(204)
	h.ask("GET", one, "").refused(404, "not_found")
	h.ask("POST", one+"/test", "").refused(404, "not_found")
	for _, path := range []string{"/api/v1/alerts", "/api/v1/alerts?past=true", "/api/v1/channel-kinds", "/api/v1/channels"} {
		h.ask("GET", path, "").is(200)
	}
}

func newStore(t *testing.T) *store.DB {
	t.Helper()
	db, err := store.Open(ctx, storetest.File(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.SetSealKey(ctx, adtally.SealKey{ID: "k", Check: []byte("right"), State: adtally.CurrentKey, Since: time.Now()}, ""); err != nil {
		t.Fatal(err)
	}
	return db
}

func serviceOf(db *store.DB) api.Service {
	return api.Service{Sources: db, Accounts: db, Runs: db, Log: db, Versions: db, Platforms: platform{}, Vault: fakeVault{db}, Warehouse: fakeWarehouse{}, Channels: db, Incidents: db, Senders: &sender{}, Costs: db, Forecasts: fakeForecasts{},
		OAuth: platform{}, Logins: db, Links: db, Settings: db, Grants: db, Visible: platform{}, Progress: fakeProgress{},
		Files: fakeFiles{db}, Calls: db, FigureRules: fakeRules{db}, Analytics: fakeAnalytics{}, Differences: fakeDifferences{}, Definitions: db, Dashboards: db, Shares: db, NamingRules: db, Matches: db, SQL: fakeSQL{}, SavedSQL: db, Subscriptions: db, Given: db}
}

// The findings about a token are shown unchanged, and no source is created.
func TestCreateSource_RefusesBadToken(t *testing.T) {
	t.Parallel()
	h := newTestServer(t).admin()
	for token, want := range map[string]struct {
		status int
		code   string
	}{"dead-token": {422, "token_expired"}, "less-token": {422, "permission"}, "busy-token": {503, "throttled"}} {
		h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"`+token+`"}`).refused(want.status, want.code)
	}
	if got := h.ask("GET", "/api/v1/sources", "").is(200).Body.String(); strings.Contains(got, `"id"`) {
		t.Errorf("there is a source: %s", got)
	}
	h.ask("POST", "/api/v1/sources", `{"connector":"facebookads","token":"good","all_accounts":true}`).is(201)
	second := h.ask("POST", "/api/v1/sources", `{"connector":"facebookads"}`).is(201).Body.String()
	if !strings.Contains(second, `"dataset":"facebook_ads_2"`) || !strings.Contains(second, `"stage":"authentication"`) {
		t.Errorf("a second source: %s", second)
	}
}
