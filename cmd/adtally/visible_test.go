package main

import (
	"bufio"
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"adtally/internal/graphsim"
)

// line is a line of a streamed answer and when it came.
type line struct {
	text  string
	after time.Duration
	into  map[string]any
}

// lines posts a request and reads the lines of the answer as they come.
func (r *running) lines(path, body string) (all []line) {
	r.t.Helper()
	began := time.Now()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, r.url+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := r.http.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "application/jsonl" {
		r.t.Fatalf("%s: %d %s", path, res.StatusCode, res.Header.Get("Content-Type"))
	}
	for s := bufio.NewScanner(res.Body); s.Scan(); {
		l := line{text: s.Text(), after: time.Since(began)}
		if err := json.Unmarshal(s.Bytes(), &l.into); err != nil {
			r.t.Fatalf("%s: %v", l.text, err)
		}
		_, _ = r.said.Write(s.Bytes())
		all = append(all, l)
	}
	return all
}

// 430 accounts are there at once and complete within five seconds, with few calls.
func TestVisibleAccounts_Of430(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=430,ads=1,days=40,seed=4")
	token := h.mintFor(graphsim.LongToken, petra, simApp, "ads_read", "business_management")
	before := h.sim.Calls().Counted
	all := h.lines("/api/v1/catalog/facebookads/visible-accounts", `{"token":"`+token+`"}`)
	calls := h.sim.Calls().Counted - before
	first, named, spent, last := time.Duration(0), map[string]bool{}, map[string]bool{}, all[len(all)-1]
	for _, l := range all {
		a, is := l.into["account"].(map[string]any)
		if !is {
			continue
		}
		id, _ := a["id"].(string)
		if len(named) == 0 {
			first = l.after
		}
		named[id] = true
		if a["spend_30d"] != nil && a["portfolio"] != nil && a["name"] != nil && a["owned"] == "owned" {
			spent[id] = true
		}
	}
	t.Logf("%d lines, the first account after %s, the last line after %s, %d calls", len(all), first, last.after, calls)
	if all[0].text != `{"expected":430}` || last.text != `{"done":true,"count":430}` || len(named) != 430 || len(spent) != 430 {
		t.Errorf("%s … %s, %d named, %d complete", all[0].text, last.text, len(named), len(spent))
	}
	if last.after > 5*time.Second || first > time.Second || calls > 12 {
		t.Errorf("the first account after %s, the last after %s, %d calls", first, last.after, calls)
	}
	if strings.Contains(h.said.String(), token) {
		t.Error("the token is in an answer or in the log")
	}
}

// A person of an agency sees whose the accounts are, and a token without
// business_management does not. A dead token ends the list with the fault.
func TestVisibleAccounts_Ownership(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=2,days=200,seed=4")
	own, other := h.sim.Accounts()[0], h.sim.Accounts()[1]
	h.sim.SetBusiness(graphsim.Business{ID: "900", Name: "Agency", Clients: []string{own, other}})
	h.sim.SetPerson(graphsim.Person{ID: petra, Name: "Petra Person", Businesses: []string{"900"}})
	owned := func(scopes ...string) (seen string) {
		for _, l := range h.lines("/api/v1/catalog/facebookads/visible-accounts", `{"token":"`+h.mintFor(graphsim.LongToken, petra, simApp, scopes...)+`"}`) {
			if a, is := l.into["account"].(map[string]any); is && a["owned"] != nil {
				seen += a["owned"].(string) + " "
				if want := h.spend(a["id"].(string)); want == "" || a["spend_30d"] != want {
					t.Errorf("the account spent %s: %s", want, l.text)
				}
			}
		}
		return seen
	}
	if got := owned("ads_read", "business_management"); got != "client client " {
		t.Errorf("with business_management: %q", got)
	}
	if got := owned("ads_read"); got != "unknown unknown " {
		t.Errorf("without: %q", got)
	}
	all := h.lines("/api/v1/catalog/facebookads/visible-accounts", `{"token":"EAAdeadCANARY"}`)
	if fault, _ := all[len(all)-1].into["fault"].(map[string]any); fault["code"] != "token_invalid" || fault["act"] != "reconnect" {
		t.Errorf("of a dead token: %v", all)
	}
}

// spend asks the simulator what an account spent in the last 30 days.
func (h *env) spend(account string) string {
	h.t.Helper()
	req, err := http.NewRequestWithContext(h.t.Context(), http.MethodGet, "http://sim/v25.0/act_"+account+"/insights?fields=spend&date_preset=last_30d", http.NoBody)
	if err != nil {
		h.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+h.mintFor(graphsim.LongToken, petra, simApp, "ads_read"))
	res, err := (&http.Client{Transport: h.sim.Transport()}).Do(req)
	if err != nil {
		h.t.Fatal(err)
	}
	defer res.Body.Close()
	var page struct{ Data []struct{ Spend string } }
	if err := json.NewDecoder(res.Body).Decode(&page); err != nil || len(page.Data) != 1 {
		h.t.Fatalf("%v %v", page, err)
	}
	return page.Data[0].Spend
}

// The checks of a token come one by one, and equal those that come all at once.
func TestTokenChecks_ComeOneByOne(t *testing.T) {
	t.Parallel()
	h := newEnv(t, "accounts=2,ads=2,days=60,seed=8")
	id := h.connected(h.sim.Token(), nil)
	h.sim.SetPerson(graphsim.Person{ID: "8", Name: "Elsewhere", System: true, Accounts: []string{h.sim.Accounts()[1]}})
	token := h.mintFor(graphsim.SystemToken, "8", simApp)
	all := h.lines("/api/v1/sources/"+id+"/credential/checks", `{"token":"`+token+`"}`)
	findings, _ := all[len(all)-1].into["findings"].(map[string]any)
	if len(all) != 9 || findings == nil {
		t.Fatalf("%v", all)
	}
	at := h.ask("POST", "/api/v1/sources/"+id+"/credential/test", map[string]any{"token": token}, 200)
	for n, name := range all[0].into["checks"].([]any) {
		got, _ := all[n+1].into["check"].(map[string]any)
		want := check(at, name.(string))
		delete(got, "seconds")
		delete(want, "seconds")
		if got["name"] != name || !maps.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if lost, _ := findings["lost"].([]any); len(lost) != 1 || check(findings, "same_accounts")["result"] != "ask" {
		t.Errorf("%v", findings)
	}
	if strings.Contains(h.said.String(), token) {
		t.Error("the token is in an answer or in the log")
	}
}
