package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Two links with different filters show different totals, which add up to what a colleague
// sees; a fee multiplies them; nothing of the installation is read with them.
func TestServe_ShareLinks(t *testing.T) {
	t.Parallel()
	sim := startSim(t, "--clock", time.Now().UTC().Truncate(time.Second).Format(time.RFC3339), "--synthetic", "accounts=2,ads=20,days=40,seed=5")
	r := startService(t, sim)
	made := r.ask("POST", "/api/v1/sources", map[string]any{"connector": "facebookads", "token": sim.Token, "all_accounts": true, "since": time.Now().UTC().AddDate(0, 0, -35).Format(time.DateOnly)}, 201)
	if first := r.ended(fmt.Sprint(made["id"])); first["state"] != "finished" {
		t.Fatalf("%v\n%s", first, r.said)
	}
	accounts := r.ask("GET", "/api/v1/dimensions/account/members", nil, 200)["items"].([]any)
	if len(accounts) != 2 {
		t.Fatalf("there are %d accounts", len(accounts))
	}
	link := func(more map[string]any) (id, token string) {
		form := map[string]any{"name": "x", "dashboard": "performance", "filters": []string{"campaign"}, "download": true}
		for k, v := range more {
			form[k] = v
		}
		l := r.ask("POST", "/api/v1/share-links", form, 201)
		return fmt.Sprint(l["id"]), fmt.Sprint(l["token"])
	}
	hold := func(token, method, path string, body any, status int) map[string]any {
		return r.ask(method, path, body, status, "Authorization", "Share "+token)
	}
	total := func(token string, tile int) *big.Rat {
		n, ok := new(big.Rat).SetString(totalOf(hold(token, "POST", fmt.Sprintf("/s/api/tiles/%d/answer", tile), map[string]any{}, 200)))
		if !ok {
			t.Fatalf("tile %d has no total", tile)
		}
		return n
	}
	const spend, impressions = 1, 2 // tiles; the accounts have different currencies
	_, whole := link(nil)
	sum := new(big.Rat)
	var tokens []string
	for _, one := range accounts {
		account := one.(map[string]any)
		_, token := link(map[string]any{"lock": []map[string]any{{"dimension": "account", "in": []any{account["id"]}}}})
		tokens = append(tokens, token)
		sum.Add(sum, total(token, impressions))
		board := hold(token, "GET", "/s/api/dashboard", nil, 200)
		if names := fmt.Sprint(board["locked"]); !strings.Contains(names, fmt.Sprint(account["name"])) {
			t.Errorf("it is locked to %s", names)
		}
	}
	if all := total(whole, impressions); all.Sign() <= 0 || sum.Cmp(all) != 0 || total(tokens[0], impressions).Cmp(total(tokens[1], impressions)) == 0 {
		t.Errorf("%s and %s of %s", total(tokens[0], impressions), total(tokens[1], impressions), all)
	}
	id, agreed := link(map[string]any{"fee": "0.25", "lock": []map[string]any{{"dimension": "account", "in": []any{accounts[0].(map[string]any)["id"]}}}})
	if got, want := total(agreed, spend), new(big.Rat).Mul(total(tokens[0], spend), big.NewRat(5, 4)); got.FloatString(2) != want.FloatString(2) {
		t.Errorf("with a fee it is %s, want %s", got.FloatString(2), want.FloatString(2))
	}
	inside, outside := r.membersOf(tokens[0]), r.membersOf(tokens[1])
	for name := range inside {
		if outside[name] {
			t.Errorf("both links list %s", name)
		}
	}
	if len(inside) == 0 || len(inside)+len(outside) != len(r.membersOf(whole)) {
		t.Errorf("%d and %d of %d campaigns", len(inside), len(outside), len(r.membersOf(whole)))
	}
	r.ask("DELETE", "/api/v1/share-links/"+id, nil, 204)
	hold(agreed, "POST", "/s/api/tiles/1/answer", map[string]any{}, 410)
	for _, token := range append(tokens, whole, agreed) {
		// said holds the answers of the API as well: the token and the address of the new link.
		if n := strings.Count(r.said.String(), token); n != 2 {
			t.Errorf("a token is written %d times", n)
		}
		r.nowhere(token)
	}
}

// nowhere checks that no file of the service holds a text.
func (r *running) nowhere(secret string) {
	r.t.Helper()
	err := filepath.WalkDir(r.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if bytes.Contains(text, []byte(secret)) {
			r.t.Errorf("%s holds a token", path)
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

// membersOf lists the campaigns that a link's filter offers.
func (r *running) membersOf(token string) map[string]bool {
	r.t.Helper()
	all := map[string]bool{}
	list := r.ask("GET", "/s/api/filters/1/members?limit=200", nil, 200, "Authorization", "Share "+token)
	for _, one := range list["items"].([]any) {
		all[fmt.Sprint(one.(map[string]any)["id"])] = true
	}
	return all
}
