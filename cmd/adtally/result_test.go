package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/graphsim"
)

// A table and its actions are two tables; together they are what was read.
func TestSummary_CountsATableApartFromItsActions(t *testing.T) {
	t.Parallel()
	r := &result{Tables: map[string]int64{}, accounts: 1}
	load := func(stream string, rows int64, tables map[string]int64) adtally.Outcome {
		return adtally.Outcome{Slice: adtally.Slice{Stream: stream, Account: "7"}, Rows: rows, Tables: tables, Load: stream}
	}
	r.counts([]adtally.Outcome{
		load("basic_account", 42_265, map[string]int64{"basic_account": 365, "basic_account_actions": 41_900}),
		load("campaigns", 12, nil),
	})
	r.finish(0)
	var out bytes.Buffer
	p := &program{out: &out}
	if err := r.print(p, false); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{"basic_account 365 rows", "basic_account_actions 41,900 rows", "campaigns 12 rows", "42,277 rows in 0s, in ."} {
		if got := strings.Join(strings.Fields(lines[i]), " "); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if ends := strings.Index(lines[0], "rows"); ends != strings.Index(lines[1], "rows") {
		t.Errorf("the columns are not in line:\n%s", out.String())
	}
	var got struct {
		Rows   int64            `json:"rows"`
		Tables map[string]int64 `json:"rows_by_table"`
	}
	out.Reset()
	if err := r.print(p, true); err != nil || json.Unmarshal(out.Bytes(), &got) != nil || got.Rows != 42_277 || len(got.Tables) != 3 || got.Tables["basic_account"] != 365 {
		t.Errorf("%v %s", err, out.String())
	}
}

// So they do in the log of a run.
func TestBroughtBy_NamesEveryTable(t *testing.T) {
	t.Parallel()
	o := adtally.Outcome{Slice: adtally.Slice{Stream: "basic_ad"}, Rows: 12}
	if got, want := broughtBy(o), "basic_ad: 12 rows"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	o.Tables = map[string]int64{"basic_ad_actions": 10, "basic_ad": 2, "a_list": 0}
	if got, want := broughtBy(o), "basic_ad: 2 rows, a_list: 0 rows, basic_ad_actions: 10 rows"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// The rows of the summary are those of the tables in the warehouse.
func TestSync_TheSummarySaysTheRowsOfEveryTable(t *testing.T) {
	t.Parallel()
	inBubble(t, graphsim.Options{}, "accounts=2,ads=2,days=90", func(t *testing.T, b *bubble) {
		d := b.sync(t, "--tables", "ads,basic_ad,basic_ad_actions,basic_account", "--since", "2026-04-01", "--until", "2026-04-10")
		var sum int64
		for _, name := range []string{"ads", "basic_ad", "basic_ad_actions", "basic_account"} {
			sum += d.Tables[name]
			if want := ask(t, b.file, "SELECT count(*) FROM facebook_ads."+name)[0][0]; fmt.Sprint(d.Tables[name]) != want || want == "0" {
				t.Errorf("%s: %d rows, and %s are in the warehouse", name, d.Tables[name], want)
			}
		}
		if d.code != 0 || len(d.Tables) != 4 || d.Rows != sum {
			t.Errorf("exit code %d, %v, %d rows in all, want %d", d.code, d.Tables, d.Rows, sum)
		}
	})
}
