package main

import (
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// bad is an unusable token and the expected answer.
type bad struct {
	token        string
	status       int
	code, failed string
}

// bads are tokens that are unusable for different reasons.
func (h *env) bads() map[string]bad {
	h.sim.SetPerson(graphsim.Person{ID: "9", Name: "Nobody", System: true, Accounts: []string{}})
	h.sim.SetPerson(graphsim.Person{ID: "8", Name: "Elsewhere", System: true, Accounts: []string{h.sim.Accounts()[1]}})
	h.sim.SetPerson(graphsim.Person{ID: "7", Name: "Intern"})
	h.sim.SetApp(graphsim.App{ID: "77", Name: "Blocked", Blocked: true})
	h.sim.SetApp(graphsim.App{ID: "78", Name: "In development", Development: true})
	h.sim.SetApp(graphsim.App{ID: "79", Name: "Strict", Proof: true})
	removed, expired := h.mintFor(graphsim.LongToken, petra, simApp), h.mintFor(graphsim.ShortToken, "7", simApp)
	h.sim.Advance(time.Second)
	_ = h.sim.InjectEvent("app_removed", petra, simApp)
	h.sim.Advance(3 * time.Hour)
	return map[string]bad{
		"nothing":                 {" \n ", 422, "invalid", ""},
		"garbage":                 {"Lorem \"ipsum\"", 422, "token_malformed", "form"},
		"an app's token":          {simApp + "|abcdef", 422, "token_malformed", "form"},
		"unknown":                 {"EAAnobodyknowsthis", 422, "token_invalid", "live"},
		"expired":                 {expired, 422, "token_expired", "live"},
		"revoked":                 {removed, 422, "token_app_removed", "live"},
		"a missing scope":         {h.mintFor(graphsim.SystemToken, robot, simApp, "public_profile"), 422, "permission", "permission"},
		"a blocked app":           {h.mintFor(graphsim.SystemToken, robot, "77"), 422, "app_restricted", "live"},
		"an app in development":   {h.mintFor(graphsim.LongToken, "7", "78"), 422, "token_role", "live"},
		"an app that wants proof": {h.mintFor(graphsim.SystemToken, robot, "79"), 422, "appsecret_proof", "live"},
		"no asset":                {h.mintFor(graphsim.SystemToken, "9", simApp), 409, "accounts_lost", "same_accounts"},
		"another business's":      {h.mintFor(graphsim.SystemToken, "8", simApp), 409, "accounts_lost", "same_accounts"},
	}
}

// Each kind of unusable token gets its own message and cure, and the previous token stays
// in use.
func TestCredential_BadTokensAreRejected(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=2,days=60,seed=8")
	h.set(graphsim.App{ID: simApp, Name: "Ours"})
	good := h.sim.Token()
	id := h.connected(good, nil)
	path, cures := "/api/v1/sources/"+id+"/credential", map[string]string{}
	for what, c := range h.bads() {
		got := h.ask("PUT", path, map[string]any{"token": c.token}, c.status)
		if got["code"] != c.code || c.failed != "" && check(got, c.failed)["result"] == "pass" {
			t.Errorf("%s: %v", what, got)
		}
		hint, _ := got["hint"].(string)
		if other := cures[hint]; hint == "" || other != "" && c.code != "accounts_lost" {
			t.Errorf("%s has the cure of %q: %v", what, other, got)
		}
		cures[hint] = what
	}
	c := h.ask("GET", path, nil, 200)
	if versions, _ := c["versions"].([]any); len(versions) != 1 {
		t.Errorf("%v", c)
	}
	if k, err := h.s.keyAt(t.Context(), h.credential(id), h.sim.Now()); err != nil || k.secret.Reveal() != good {
		t.Error("another token is in use", err)
	}
}

// White space in a pasted token is ignored. A token that sees fewer accounts is accepted
// after confirmation, and the rows of the other accounts stay. A token that sees no account
// leaves a new source unauthenticated and says what to do.
func TestCredential_PastedTokenIsAccepted(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=2,days=60,seed=8")
	h.set(graphsim.App{ID: simApp, Name: "Ours"})
	good := h.sim.Token()
	id := h.connected(good, nil)
	path, bads := "/api/v1/sources/"+id+"/credential", h.bads()
	h.ask("PUT", path, map[string]any{"token": "\n " + good[:9] + "\r\n  " + good[9:] + "\n"}, 200)
	before := one(t, h.closed(), "SELECT count(*) FROM facebook_ads.basic_ad")
	h.ask("PUT", path, map[string]any{"token": bads["another business's"].token, "confirm": true}, 200)
	h.tick()
	if after := one(t, h.closed(), "SELECT count(*) FROM facebook_ads.basic_ad"); after != before || h.faultCode(id) != "" {
		t.Errorf("%s rows were there, %s are: %v", before, after, h.source(id))
	}
	nothing := bads["no asset"].token
	if empty := h.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": nothing, "all_accounts": true}, 201); empty["stage"] != "authentication" {
		t.Errorf("%v", empty)
	}
	found := h.ask("POST", "/api/v1/catalog/facebookads/test", map[string]any{"token": nothing}, 200)
	if c := check(found, "accounts"); c["result"] != "warn" || c["code"] != "no_accounts" || !strings.Contains(c["hint"].(string), "View performance") {
		t.Errorf("%v", found)
	}
}

// check returns the named check of an inspection.
func check(answer map[string]any, name string) map[string]any {
	all, _ := answer["checks"].([]any)
	for _, one := range all {
		if c, _ := one.(map[string]any); c["name"] == name {
			return c
		}
	}
	return nil
}

// The guide names the step that a token shows to be missing: asset, scope or role.
func TestGuide_NamesTheMissingStep(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=2,days=60,seed=8")
	h.set(graphsim.App{ID: simApp, Name: "Ours"})
	bads := h.bads()
	path := "/api/v1/catalog/facebookads/guide"
	steps := 0
	parts, _ := h.ask("GET", path, nil, 200)["parts"].([]any)
	for _, one := range parts {
		p, _ := one.(map[string]any)
		for _, one := range p["steps"].([]any) {
			s, _ := one.(map[string]any)
			if steps++; s["title"] == "" || s["text"] == "" || s["drawing"] == "" || s["checked_on"] == "" {
				t.Errorf("%v", s)
			}
		}
	}
	if len(parts) != 3 || steps != 8 {
		t.Errorf("%d parts, %d steps", len(parts), steps)
	}
	for token, missing := range map[string]string{
		h.mint(graphsim.SystemToken, robot):   "",
		h.mint(graphsim.SystemToken60, robot): "token-generate",
		h.mint(graphsim.LongToken, "7"):       "user-create token-generate",
		bads["no asset"].token:                "user-asset",
		bads["a missing scope"].token:         "token-scope",
		bads["expired"].token:                 "token-paste",
		"nonsense|":                           "token-paste",
	} {
		var got []string
		found, _ := h.ask("POST", path+"/check", map[string]any{"token": token}, 200)["items"].([]any)
		for _, one := range found {
			if f, _ := one.(map[string]any); f["state"] == "missing" {
				if got = append(got, f["step"].(string)); f["message"] == "" || f["hint"] == "" {
					t.Errorf("%v", f)
				}
			}
		}
		if strings.Join(got, " ") != missing {
			t.Errorf("missing is %v, want %s: %v", got, missing, found)
		}
	}
}
