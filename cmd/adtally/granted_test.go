package main

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// Hourly sources with copies of one token need one account list per hour and one
// verification per day together, not each.
func TestGranted_SourcesOfATokenShareWhatThePlatformSays(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=1,days=220,seed=8,steady=1")
	body := map[string]any{"since": h.sim.Now().AddDate(0, 0, -2).Format(time.DateOnly), "every_minutes": 60}
	first := h.connected(h.mint(graphsim.SystemToken, robot), body)
	for i := range 2 {
		body := map[string]any{"connector": "facebookads", "from_source": first, "name": fmt.Sprint("Copy ", i), "all_accounts": true, "tables": []string{"basic_ad"}}
		maps.Copy(body, map[string]any{"since": h.sim.Now().AddDate(0, 0, -2).Format(time.DateOnly), "every_minutes": 60})
		h.ask("POST", "/api/v1/sources", body, 201)
	}
	h.tick()
	for _, c := range []struct{ hours, verified int }{{3, 0}, {24, 1}} {
		before := h.sim.Calls().By
		h.pass(time.Duration(c.hours)*time.Hour, time.Duration(max(1, c.hours/4))*time.Hour)
		after := h.sim.Calls().By
		for name, want := range map[string]int{"GET me": c.verified, "GET me/permissions": c.verified, "GET debug_token": c.verified} {
			if n := after[name] - before[name]; n != want {
				t.Errorf("%s: %d calls in %d hours, want %d", name, n, c.hours, want)
			}
		}
		if n, most := after["GET me/adaccounts"]-before["GET me/adaccounts"], 4; n > most {
			t.Errorf("%d lists of accounts in %d looks", n, most)
		}
	}
	if h.faultCode(first) != "" {
		t.Errorf("%v", h.source(first))
	}
}

// An invalid token is verified again within the hour, not only on the next day.
func TestGranted_ADeadTokenIsVerifiedAtOnce(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=1,ads=1,days=220,seed=8,steady=1")
	id := h.connected(h.mint(graphsim.LongToken, petra), map[string]any{"since": "2026-05-01", "every_minutes": 60})
	h.pass(time.Hour, time.Hour)
	_ = h.sim.InjectEvent("password_changed", petra, "")
	h.pass(time.Hour, time.Hour)
	versions, err := h.s.store.CredentialVersions(t.Context(), h.credential(id))
	if err != nil || h.faultCode(id) != "token_password_changed" || !versions[0].Grant.Verified.IsZero() {
		t.Errorf("%v, %v, %v", h.source(id), versions, err)
	}
}

// A run that a person starts includes an account that was just shared.
func TestGranted_ARunByHandSeesNewAccounts(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=1,days=220,seed=8,steady=1")
	h.sim.SetPerson(graphsim.Person{ID: robot, Name: "Robot", System: true, Accounts: h.sim.Accounts()[:1]})
	id := h.connected(h.mint(graphsim.SystemToken, robot), map[string]any{"since": h.sim.Now().AddDate(0, 0, -2).Format(time.DateOnly), "every_minutes": 15})
	h.sim.SetPerson(graphsim.Person{ID: robot, Name: "Robot", System: true})
	for _, c := range []struct {
		name    string
		begin   func()
		account int
	}{
		{"by schedule, within the hour", func() { h.pass(15*time.Minute, 15*time.Minute) }, 1},
		{"by hand", func() { h.ask("POST", "/api/v1/sources/"+id+"/runs", map[string]any{}, 201); h.tick() }, 2},
	} {
		c.begin()
		if all, _ := h.ask("GET", "/api/v1/sources/"+id+"/accounts", nil, 200)["items"].([]any); len(all) != c.account {
			t.Errorf("%s: %v, want %d accounts", c.name, all, c.account)
		}
	}
}
