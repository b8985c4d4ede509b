package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"adtally/internal/connector/facebookads"
)

// alone runs a command without network and token.
func alone(t *testing.T, args ...string) ran {
	t.Helper()
	var out, errs bytes.Buffer
	p := &program{out: &out, err: &errs, env: func(string) string { return "" }, http: &http.Client{Transport: noNetwork{t}}}
	code := p.run(t.Context(), args)
	return ran{out.String(), errs.String(), code}
}

type noNetwork struct{ t *testing.T }

func (n noNetwork) RoundTrip(r *http.Request) (*http.Response, error) {
	n.t.Errorf("%s was asked", r.URL)
	return nil, http.ErrServerClosed
}

func TestTables_ListsEveryTableOnALine(t *testing.T) {
	t.Parallel()
	text := must(t, alone(t, "tables"))
	lines := map[string][]string{}
	for line := range strings.Lines(text.out) {
		if f := strings.Fields(line); len(f) > 2 {
			lines[f[0]] = f
		}
	}
	for name, want := range map[string]string{
		"basic_ad": "yes 36", "basic_account": "yes 1", "basic_ad_actions": "yes with basic_ad", "ads": "yes 1 per sync", "basic_ad_country": "48",
	} {
		if got := strings.Join(lines[name], " "); !strings.HasPrefix(got, name+" "+want+" ") {
			t.Errorf("%q, want %s %s", got, name, want)
		}
	}
	var list struct{ Tables []tableInfo }
	if err := json.Unmarshal([]byte(must(t, alone(t, "tables", "--json")).out), &list); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, c := range list.Tables {
		names = append(names, c.Name)
		if c.Description == "" || c.Sync < 1 || c.Columns != nil || len(lines[c.Name]) == 0 {
			t.Errorf("%+v", c)
		}
	}
	if known := facebookads.Tables(); !slices.Equal(names, known) {
		t.Errorf("%q, want %q", names, known)
	}
}

func TestTables_ListsTheColumnsOfOne(t *testing.T) {
	t.Parallel()
	text := strings.Join(strings.Fields(must(t, alone(t, "tables", "basic_ad")).out), " ")
	for _, want := range []string{
		"One ad account costs 36 calls for a year and 3 per later sync, plus one for every 500 rows.",
		"ad_id (key) VARCHAR id never The ad.", "spend DECIMAL(18,6) money yes Amount spent.", "reach BIGINT count never Accounts that saw ads",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in %s", want, text)
		}
	}
	for name, kind := range map[string]string{"ads_history": "history", "basic_ad_conversions": "view", "basic_ad_actions": "table", "campaigns": "table"} {
		var one tableInfo
		if err := json.Unmarshal([]byte(must(t, alone(t, "tables", name, "--json")).out), &one); err != nil || one.Kind != kind || len(one.Columns) < 5 || one.Columns[0].Unit == "" {
			t.Errorf("%s: %v, %+v", name, err, one)
		}
	}
}

func TestTables_AnUnknownOneNamesTheNearest(t *testing.T) {
	t.Parallel()
	r := alone(t, "tables", "basic_adset")
	if r.code != exitConfigure || !strings.Contains(r.err, `There is no table "basic_adset"`) || !strings.Contains(r.err, "Did you mean basic_ad_set") || len(r.err) > 300 {
		t.Errorf("%+v", r)
	}
}
