package facebookads_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
	"adtally/internal/table"
)

func sameNumber(a, b string, minor bool) bool {
	x, ok := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if ok2 && minor {
		y.Quo(y, big.NewRat(100, 1)) // the recorded accounts' currencies have two digits
	}
	return ok && ok2 && x.Cmp(y) == 0
}

func decode(t *testing.T, stream, currency, row string) map[string]table.Batch {
	t.Helper()
	a := adtally.Account{ID: "7", Currency: currency, Zone: "UTC"}
	batches, err := facebookads.DecodePage(stream, a, []byte(`{"data":[`+row+`]}`), true)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]table.Batch{}
	for _, b := range batches {
		out[b.Schema().Name] = b
		t.Cleanup(b.Release)
	}
	return out
}

func want(t *testing.T, b table.Batch, row int, column, value string) {
	t.Helper()
	got, ok := b.Cell(row, column)
	if value == "NULL" && ok || value != "NULL" && got != value {
		t.Errorf("%s.%s is %q (present %v), want %s", b.Schema().Name, column, got, ok, value)
	}
}

func TestDecode_AbsentIsNull(t *testing.T) {
	t.Parallel()
	b := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","date_stop":"2026-05-01","ad_id":"1","impressions":"10","spend":"7.4","clicks":"0","cpc":null}`)["basic_ad"]
	for column, value := range map[string]string{"clicks": "0", "cpc": "NULL", "reach": "NULL", "inline_link_clicks": "NULL", "spend": "7.400000", "date": "2026-05-01", "account_id": "7", "currency": "EUR", "raw": "NULL"} {
		want(t, b, 0, column, value)
	}
}

func TestDecode_ActionsBecomeRows(t *testing.T) {
	t.Parallel()
	b := decode(t, "basic_ad", "EUR", `{"actions":[{"action_type":"omni_purchase","value":"5","7d_click":"4","1d_view":"1"},{"7d_click":"2","value":"2","action_type":"lead"}],
		"action_values":[{"action_type":"omni_purchase","value":"99.5","7d_click":"80"}],"date_stop":"2026-05-01","date_start":"2026-05-01","ad_id":"1","adset_id":"2","campaign_id":"3","attribution_setting":"7d_click"}`)["basic_ad_actions"]
	if b.Rows() != 5 {
		t.Fatalf("%d rows, want 5", b.Rows())
	}
	for i, w := range [][]string{
		{"omni_purchase", "default", "5.000000", "99.500000"}, {"omni_purchase", "7d_click", "4.000000", "80.000000"},
		{"omni_purchase", "1d_view", "1.000000", "NULL"}, {"lead", "7d_click", "2.000000", "NULL"}, {"lead", "default", "2.000000", "NULL"},
	} {
		for j, column := range []string{"action_type", "attribution_window", "value", "action_value"} {
			want(t, b, i, column, w[j])
		}
		for column, value := range map[string]string{"account_id": "7", "date": "2026-05-01", "ad_id": "1", "adset_id": "2", "campaign_id": "3", "attribution_setting": "7d_click", "currency": "EUR"} {
			want(t, b, i, column, value)
		}
	}
}

func TestDecode_BudgetsInMajorUnits(t *testing.T) {
	t.Parallel()
	for currency, budget := range map[string]string{"JPY": "5000.00", "USD": "50.00", "HUF": "5000.00"} {
		b := decode(t, "campaigns", currency, `{"id":"1","daily_budget":"5000"}`)["campaigns"]
		want(t, b, 0, "daily_budget", budget)
		want(t, b, 0, "currency", currency)
	}
}

func TestDecode_BadValueIsQuarantined(t *testing.T) {
	t.Parallel()
	out := decode(t, "basic_ad", "EUR", `{"date_start":"2026-05-01","ad_id":"12345678901234567890","impressions":"1e-3","spend":"NaN","clicks":["x"],"reach":"5","ctr":""}`)
	main, q := out["basic_ad"], out["_quarantine"]
	want(t, main, 0, "reach", "5")
	want(t, main, 0, "ad_id", "12345678901234567890")
	for _, column := range []string{"impressions", "spend", "clicks", "ctr"} {
		want(t, main, 0, column, "NULL")
	}
	if q.Rows() != 4 {
		t.Fatalf("%d values in quarantine, want 4", q.Rows())
	}
	want(t, q, 0, "table_name", "basic_ad")
	want(t, q, 0, "column_name", "impressions")
	want(t, q, 0, "value", `"1e-3"`)
	want(t, q, 0, "row_key", "7/2026-05-01/12345678901234567890")
	want(t, q, 0, "date", "2026-05-01")
}

func TestDecode_UnknownMembersGoToRaw(t *testing.T) {
	t.Parallel()
	b := decode(t, "ads", "EUR", `{"new_field":{"a":[1,"ü"]},"id":"1","creative":{"id":"9","name":"n"},"x":2}`)["ads"]
	want(t, b, 0, "raw", `{"new_field":{"a":[1,"ü"]},"creative":{"name":"n"},"x":2}`)
	want(t, b, 0, "creative_id", "9")
}

func TestStreams_ColumnsAreFullyDeclared(t *testing.T) {
	t.Parallel()
	r, err := facebookads.New(facebookads.Config{}).Open(adtally.Source{Tables: facebookads.Tables()}, adtally.Secret{})
	if err != nil {
		t.Fatal(err)
	}
	tables := 0
	for _, s := range r.Streams() {
		for _, schema := range s.Tables {
			tables++
			if err := schema.Check(); err != nil {
				t.Error(err)
			}
		}
	}
	if tables != len(facebookads.Tables()) || tables < 100 {
		t.Errorf("%d tables of %d", tables, len(facebookads.Tables()))
	}
	if err := table.Quarantine.Check(); err != nil {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	for _, s := range []string{`{"data":[{"id":"1","actions":[{"action_type":"a","value":1}]}],"paging":{"next":"x","cursors":{"after":"y"}}}`,
		`{"data":[{"date_start":"2026-05-01","date_stop":"2026-05-02","actions":[[]],"creative":{"id":{}}}]}`, `{"data":null}`, `[]`, `{"data":[{"spend":"\ud800"}]}`, `{"data":[{"id":00`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		for _, stream := range []string{"basic_ad", "ads", "ad_accounts"} {
			batches, err := facebookads.DecodePage(stream, recorded, body, true)
			for _, b := range batches {
				b.Release()
			}
			_ = err // any result but a panic is fine
		}
	})
}

// Error bodies from recordings and documentation, with who must act.
func TestClassify_RecordedErrorBodies(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(recordings + "/errors-*/*.json")
	if len(files) == 0 {
		t.Skipf("no recordings at %s: this test needs the shared folder beside the project", recordings)
	}
	acts := map[string]adtally.Act{
		"17_": adtally.Wait, "32_": adtally.Wait, "4_application": adtally.Wait, "613_": adtally.Wait, "80004_": adtally.Wait,
		"10_": adtally.Configure, "3_no": adtally.Configure, "273_": adtally.Configure, "294_": adtally.Configure, "2635_": adtally.Configure, "err_3018": adtally.Configure,
	}
	inner := map[string]error{"2601_": facebookads.ErrNotReady, "100_1504018": facebookads.ErrTooMuch, "err_100_33": facebookads.ErrGone}
	for _, f := range files {
		name := filepath.Base(f)
		err := judgeFile(t, f)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for prefix, act := range acts {
			if strings.HasPrefix(name, prefix) && adtally.FaultOf(err).Act != act {
				t.Errorf("%s: act %s, want %s", name, adtally.FaultOf(err).Act, act)
			}
		}
		for prefix, want := range inner {
			if strings.HasPrefix(name, prefix) && !errors.Is(err, want) {
				t.Errorf("%s: %v, want %v", name, err, want)
			}
		}
		if adtally.FaultOf(err).Act == adtally.Retry {
			t.Errorf("%s: would be sent again: %v", name, err)
		}
	}
}

func judgeFile(t *testing.T, file string) error {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var x exchange
	if err := json.Unmarshal(raw, &x); err != nil {
		t.Fatal(err)
	}
	return facebookads.Judge(x.Response.Status, nil, x.Response.Body)
}
