package main

import (
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

const oneDay = 24 * time.Hour

// life is the life of one source and the notifications about it.
type life struct {
	*env
	id string
	m  *mailbox
}

func (l *life) days(n int) { l.pass(time.Duration(n)*oneDay, 12*time.Hour) }

// quiet are days on which nothing happens, three at a time.
func (l *life) quiet(n int) { l.pass(time.Duration(n)*oneDay, 3*oneDay) }

func (l *life) hears(when, want string) {
	l.t.Helper()
	if got := l.m.heard(); got != want {
		l.t.Errorf("until %s (%s) people hear\n%s, want\n%s", when, l.sim.Now().Format(time.RFC3339), got, want)
	}
}

// 130 days in the life of a source, by the simulator's clock. It ends without a gap or a
// duplicate, and people were notified once of each problem.
func TestToken_HundredAndThirtyDays(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=4,days=220,seed=8,steady=1")
	h.set(graphsim.App{ID: simApp, Name: "Ours", Rigid: true}) // Meta does not extend its tokens
	l := &life{env: h, m: h.told()}
	landed := h.logIn("")
	made := h.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "name": "Shop", "login": landed.Query().Get("login"),
		"all_accounts": true, "tables": []string{"basic_ad"}, "since": "2026-05-01", "every_minutes": 1440}, 201)
	l.id, _ = made["id"].(string)
	h.tick()
	l.incident()
	l.expiry()
	l.passwordChanged()
	l.unshared()
	l.deleted()
	l.quiet(15)
	l.days(29) // day 130; the system user's token ended on day 121
	l.hears("day 130", "opened access_ending, opened auth_expired, opened stale, worse access_ending, worse access_ending, worse access_ending")
	h.ask("PUT", "/api/v1/sources/"+l.id+"/credential", map[string]any{"token": h.mint(graphsim.SystemToken, robot)}, 200)
	l.days(1)
	l.hears("day 131", "resolved access_ending, resolved auth_expired, resolved stale")
	h.whole(l.id, "2026-05-01")
}

// incident is a failure at Meta while the token should be extended, until day 43.
func (l *life) incident() {
	l.quiet(39)
	l.days(1)
	incident, err := graphsim.ParseScript("error 2 on \"POST oauth/access_token\" always for 70h\n")
	if err != nil {
		l.t.Fatal(err)
	}
	l.sim.Inject(incident...)
	l.days(3)
	c := l.ask("GET", "/api/v1/sources/"+l.id+"/credential", nil, 200)
	if c["extension_problem"] == nil || l.faultCode(l.id) != "" || l.source(l.id)["stage"] != "running" {
		l.t.Errorf("an incident during the extension: %v", c)
	}
	l.hears("day 43", "")
}

// expiry is the expiry of the token on day 60, until day 64.
func (l *life) expiry() {
	l.days(14)
	l.hears("day 57", "opened access_ending, worse access_ending, worse access_ending")
	l.days(5)
	l.hears("day 62", "opened auth_expired, opened stale, worse access_ending")
	s := l.source(l.id)
	if f, _ := s["fault"].(map[string]any); f["code"] != "token_expired" || !strings.Contains(f["message"].(string), "1 August 2026") || s["next"] == nil {
		l.t.Errorf("a dead token: %v", s)
	}
	if landed := l.logIn(l.id); landed.Path != "/sources/"+l.id+"/configuration" {
		l.t.Fatal(landed)
	}
	l.days(2)
	l.hears("day 64", "resolved access_ending, resolved auth_expired, resolved stale")
}

// passwordChanged is from day 64 to day 67; then a system user's token is pasted.
func (l *life) passwordChanged() {
	_ = l.sim.InjectEvent("password_changed", petra, "")
	l.days(2)
	l.hears("day 66", "opened auth_expired, opened stale")
	if l.faultCode(l.id) != "token_password_changed" {
		l.t.Errorf("%v", l.source(l.id))
	}
	l.ask("PUT", "/api/v1/sources/"+l.id+"/credential", map[string]any{"token": l.mint(graphsim.SystemToken60, robot)}, 200)
	l.days(1)
	l.hears("day 67", "resolved auth_expired, resolved stale")
}

// unshared is an account that is not shared for two days, until day 70.
func (l *life) unshared() {
	l.sim.SetPerson(graphsim.Person{ID: robot, Name: "Robot", System: true, Accounts: []string{l.sim.Accounts()[0]}})
	l.days(2)
	if l.faultCode(l.id) != "" { // what is left goes on
		l.t.Errorf("%v", l.source(l.id))
	}
	l.hears("day 69", "opened account_lost")
	l.sim.SetPerson(graphsim.Person{ID: robot, Name: "Robot", System: true})
	l.days(2)
	l.hears("day 71", "resolved account_lost")
}

// deleted deletes the source and restores it after two days; until day 86.
func (l *life) deleted() {
	tag, _ := l.head("/api/v1/sources/" + l.id)
	l.ask("DELETE", "/api/v1/sources/"+l.id+"?name=Shop", nil, 200, "If-Match", tag.Get("ETag"))
	l.days(2)
	tag, _ = l.head("/api/v1/sources/" + l.id)
	l.ask("POST", "/api/v1/sources/"+l.id+"/restore", nil, 200, "If-Match", tag.Get("ETag"))
	l.days(1)
	l.quiet(12)
	l.hears("day 86", "")
}

// whole checks that a source's rows equal those of an undisturbed sync.
func (h *env) whole(id, since string) {
	h.t.Helper()
	h.ask("POST", "/api/v1/sources/"+id+"/runs", map[string]any{}, 201)
	h.tick()
	covered, _ := h.ask("GET", "/api/v1/sources/"+id+"/coverage?table=basic_ad", nil, 200)["items"].([]any)
	for _, one := range covered {
		c, _ := one.(map[string]any)
		if c["from"] != since {
			h.t.Errorf("covered is %v", c)
		}
	}
	if len(covered) != len(h.sim.Accounts()) {
		h.t.Errorf("covered are %v", covered)
	}
	fresh := h.t.TempDir() + "/fresh.duckdb"
	b := &bubble{sim: h.sim, file: fresh, http: h.s.p.http}
	if d := b.sync(h.t, "--since", since, "--tables", "basic_ad"); d.code != 0 {
		h.t.Fatal(d.err)
	}
	// Names are those of the moment when the platform was asked about the day.
	if h.source(id)["dataset"] != "facebook_ads" {
		return // only the first one's tables have the names that a sync of its own uses
	}
	if rows := sameRows(h.t, fresh, h.closed(), []string{"basic_ad"}, "ad_name", "adset_name", "campaign_name"); rows < 200 {
		h.t.Errorf("only %d rows were compared", rows)
	}
}

// credential is the id of a source's.
func (h *env) credential(id string) string {
	h.t.Helper()
	s, err := h.s.store.Source(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return s.Credential
}

// closed is the warehouse, which nobody has open.
func (h *env) closed() string {
	h.t.Helper()
	if err := h.s.warehouse.close(); err != nil {
		h.t.Fatal(err)
	}
	return h.file()
}

// After the token has expired, the first run takes one call, and then there is one call per
// hour. With a new token, only the missed days and the look-back are read.
func TestToken_InvalidCostsOneCallAnHour(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=3,days=220,seed=8,steady=1")
	h.set(graphsim.App{ID: simApp, Name: "Ours", Rigid: true})
	id := h.connected(h.mint(graphsim.LongToken, petra), map[string]any{"since": "2026-05-01", "every_minutes": 60})
	h.pass(57*oneDay, 3*oneDay)
	h.pass(oneDay, oneDay)
	h.pass(2*oneDay-time.Hour, 12*time.Hour) // nearly day 60
	calls := func() int { return h.sim.Calls().Counted }
	before := calls()
	h.pass(time.Hour, time.Hour)
	if made := calls() - before; made != 1 || h.faultCode(id) != "token_expired" {
		t.Errorf("the first run took %d calls: %v", made, h.source(id))
	}
	before = calls()
	h.pass(oneDay, 10*time.Minute)
	if made := calls() - before; made > 24+3 { // and the daily look at the token
		t.Errorf("a day took %d calls", made)
	}
	h.pass(9*oneDay, oneDay) // dead for 10 days
	run := func() map[string]any {
		items, _ := h.ask("GET", "/api/v1/runs?source="+id, nil, 200)["items"].([]any)
		newest, _ := items[0].(map[string]any)
		return newest
	}
	h.ask("PUT", "/api/v1/sources/"+id+"/credential", map[string]any{"token": h.mint(graphsim.SystemToken, robot)}, 200)
	h.tick()
	if r := run(); r["state"] != "finished" {
		t.Fatalf("%v", r)
	}
	log := h.ask("GET", "/api/v1/runs/"+run()["id"].(string)+"/log?limit=200", nil, 200)
	first := ""
	for _, one := range log["items"].([]any) {
		l, _ := one.(map[string]any)
		if l["code"] == "slice_done" && l["stream"] == "basic_ad" {
			_, window, _ := strings.Cut(l["message"].(string), " rows of ")
			if from, _, _ := strings.Cut(window, " "); first == "" || from < first {
				first = strings.TrimSuffix(from, ".")
			}
		}
	}
	// The last good read was on day 60, and figures are final after 28 days.
	if want := h.sim.Now().AddDate(0, 0, -10-30).UTC().Format(time.DateOnly); first < want {
		t.Errorf("it read from %s on, before %s: %v", first, want, log)
	}
	h.whole(id, "2026-05-01")
}

// After two thirds of its life a token is extended without its owner, for people and system
// users. The previous version is destroyed after a successful sync. With the app's secret,
// calls carry appsecret_proof.
func TestToken_ExtendedBeforeExpiry(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=2,days=220,seed=8,steady=1")
	h.set(graphsim.App{ID: simApp, Name: "Ours", Proof: true, Terse: true})
	m := h.told()
	person := h.connected(h.mint(graphsim.LongToken, petra), map[string]any{"name": "Person", "every_minutes": 1440})
	system := h.connected(h.mint(graphsim.SystemToken60, robot), map[string]any{"name": "System", "every_minutes": 1440})
	h.pass(39*oneDay, 3*oneDay)
	for _, id := range []string{person, system} {
		if c := h.ask("GET", "/api/v1/sources/"+id+"/credential", nil, 200); len(c["versions"].([]any)) != 1 || c["extended_by_itself"] != true {
			t.Errorf("too early: %v", c)
		}
	}
	h.pass(3*oneDay, oneDay) // two thirds are 40 days
	for _, id := range []string{person, system} {
		c := h.ask("GET", "/api/v1/sources/"+id+"/credential", nil, 200)
		versions, _ := c["versions"].([]any)
		if len(versions) != 2 || c["extension_problem"] != nil {
			t.Fatalf("%v", c)
		}
		newest, _ := versions[0].(map[string]any)
		oldest, _ := versions[1].(map[string]any)
		if newest["by"] != "adtally" || oldest["state"] != "wiped" {
			t.Errorf("%v", versions)
		}
	}
	_ = h.sim.InjectEvent("used_app", petra, simApp)
	h.pass(48*oneDay, 4*oneDay) // day 90, well after the first ones ended
	for _, id := range []string{person, system} {
		if h.faultCode(id) != "" {
			t.Errorf("%v", h.source(id))
		}
	}
	if said := m.heard(); strings.Contains(said, "access") || strings.Contains(said, "auth") {
		t.Errorf("people hear %s", said)
	}
	h.sim.SetApp(graphsim.App{ID: simApp}) // without the app's secret
	h.whole(system, "2026-05-01")
}
