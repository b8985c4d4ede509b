package facebookads_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

const expired = `{"error":{"message":"Session has expired","code":190,"error_subcode":463,"fbtrace_id":"T"}}`

// An error is found in every form in which a person may have it.
func TestExplain_EveryFormOfAnError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, class string }{
		"as it came":            {expired, "token_expired"},
		"in lines":              {"\n{\n\"error\": {\"message\": \"x\",\n \"code\": 2}}\n", "meta_trouble"},
		"part of a batch":       {`{"code":400,"headers":[],"body":` + quoted(expired) + `}`, "token_expired"},
		"a whole batch":         {`[{"code":200,"body":"{\"id\":\"1\"}"},null,{"code":400,"body":` + quoted(expired) + `}]`, "token_expired"},
		"a part that timed out": {`[{"code":200,"body":"{\"id\":\"1\"}"},null]`, "bad_answer"},
		"a recorded exchange":   {`{"request":{},"response":{"status":400,"headers":{},"body":` + expired + `}}`, "token_expired"},
		"without its wrapping":  {`{"message":"x","code":17}`, "throttled"},
		"of debug_token":        {`{"data":{"is_valid":false,"error":{"code":190,"message":"x","subcode":460}}}`, "token_password_changed"},
		"of a report job":       {`{"id":"9","async_status":"Job Failed","error_code":-3,"error_subcode":1504045,"error_message":"x"}`, "too_much"},
		"codes as texts":        {`{"error":{"message":"x","code":"190","error_subcode":"458"}}`, "token_app_removed"},
		"HTML":                  {"<!DOCTYPE html><title>Sorry</title>", "bad_answer"},
		"nothing":               {"", "bad_answer"},
		"cut":                   {expired[:40], "bad_answer"},
		"a word":                {"sorry", "bad_answer"},
	} {
		x, err := facebookads.Explain(400, nil, []byte(c.body))
		if err != nil || x.Class != c.class {
			t.Errorf("%s: %q, want %q (%v)", name, x.Class, c.class, err)
		}
	}
}

func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return string(b)
}

func TestExplain_GoodAnswerIsAFault(t *testing.T) {
	t.Parallel()
	for _, good := range []string{`{"data":[]}`, `{"id":"act_7"}`, `[{"code":200,"body":"{}"}]`, `{"data":{"is_valid":true}}`, `{"report_run_id":"1"}`} {
		if x, err := facebookads.Explain(0, nil, []byte(good)); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "no_error" {
			t.Errorf("%s: %+v (%v)", good, x, err)
		}
	}
}

// An error without a reason is still an error.
func TestExplain_ErrorWithoutReason(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]string{200: "", 0: "", 400: "bad_answer", 403: "bad_answer", 404: "bad_answer", 429: "throttled", 500: "bad_answer"} {
		x, err := facebookads.Explain(status, nil, []byte(`{"data":[]}`))
		if x.Class != class || (err == nil) != (class != "") {
			t.Errorf("%d: %q (%v), want %q", status, x.Class, err, class)
		}
	}
	if x, err := facebookads.Explain(0, nil, []byte(`{"code":400,"headers":[],"body":"{\"data\":[]}"}`)); err != nil || x.Class != "bad_answer" {
		t.Errorf("a part of a batch: %+v (%v)", x, err)
	}
}

// The JSON output states the wait.
func TestExplanation_JSONHasWait(t *testing.T) {
	t.Parallel()
	h := http.Header{"X-Ad-Account-Usage": {`{"reset_time_duration":100}`}}
	x, err := facebookads.Explain(400, h, []byte(`{"error":{"message":"x","code":17}}`))
	got, bad := json.Marshal(x)
	if err != nil || bad != nil || !strings.Contains(string(got), `"wait_seconds":100`) || x.Wait.Seconds() != 100 {
		t.Errorf("%s (%v)", got, err)
	}
}

// The wait comes from the headers; those of a part take precedence over those of the
// batch.
func TestExplain_WaitFromHeaders(t *testing.T) {
	t.Parallel()
	outer := http.Header{"X-Ad-Account-Usage": {`{"reset_time_duration":100}`}}
	part := `{"code":400,"headers":[{"name":"x-ad-account-usage","value":"{\"reset_time_duration\":200}"}],"body":"{\"error\":{\"message\":\"x\",\"code\":17}}"}`
	exchange := `{"response":{"headers":{"x-ad-account-usage":"{\"reset_time_duration\":300}"},"body":{"error":{"message":"x","code":17}}}}`
	for body, seconds := range map[string]float64{`{"error":{"message":"x","code":17}}`: 100, part: 200, exchange: 300} {
		if x, err := facebookads.Explain(400, outer, []byte(body)); err != nil || x.Wait.Seconds() != seconds {
			t.Errorf("%s: %s (%v)", body, x.Wait, err)
		}
	}
	if len(outer) != 1 || outer.Get("X-Ad-Account-Usage") != `{"reset_time_duration":100}` {
		t.Errorf("the given headers became %v", outer)
	}
}

// The JSON output has exactly these keys; values that Meta did not send are null.
func TestExplanation_JSONKeys(t *testing.T) {
	t.Parallel()
	x, err := facebookads.Explain(400, nil, []byte(`{"error":{"message":"(#10) Permission Denied.","code":10}}`))
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(x)
	want := `{"act":"configure","class":"permission","message":"The token is not allowed to read this","hint":"Grant the app ads_read, and give the token's owner \"View performance\" on the ad account.","code":10,"subcode":null}`
	if err != nil || string(got) != want {
		t.Errorf("%s (%v)\nwant %s", got, err, want)
	}
}

// FuzzExplain checks that every body yields an act and a sentence, and that no
// token leaks.
func FuzzExplain(f *testing.F) {
	for _, seed := range []string{expired, "", "<html>", `[null]`, `{"error":"EAAcanary"}`, `{"error":{"message":"Malformed access token EAAcanary"}}`,
		`{"error":{"message":"x access_token=EAAcanary&b","code":99999999999999999999}}`, `{"code":400,"body":"{\"error\":{\"message\":\"EAA\\u0063anary\"}}"}`,
		`{"error_code":"EAAcanary","error_message":{"a":"EAAcanary"}}`, `{"response":{"body":{"error":{"code":17,"fbtrace_id":"EAAcanary"}}}}`, `{"error":{"code":100,"message":"(#100) Tried accessing nonexisting field (EAAcanary)"}}`} {
		f.Add(400, seed, `{"1":[{"estimated_time_to_regain_access":3}]}`)
	}
	files, _ := filepath.Glob(recordings + "/errors-*/*.json")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(400, string(raw), "")
	}
	verdicts := []string{"retry", "wait", "shrink", "reconnect", "configure", "bug"}
	f.Fuzz(func(t *testing.T, status int, body, usage string) {
		h := http.Header{"X-Business-Use-Case-Usage": {usage}, "X-Ad-Account-Usage": {usage}}
		said := ""
		if x, err := facebookads.Explain(status, h, []byte(body)); err == nil {
			if !slices.Contains(verdicts, x.Act) || x.Message == "" || x.Hint == "" || x.Class == "" || x.Wait < 0 {
				t.Errorf("%+v", x)
			}
			said = x.Message + x.Hint + x.Said
		} else {
			said = err.Error()
		}
		if err := facebookads.Judge(status, h, []byte(body)); err != nil {
			said += err.Error()
			if v := facebookads.VerdictOf(err); v.Class == "" || !slices.Contains(verdicts, v.Act) {
				t.Errorf("%+v", v)
			}
		}
		if strings.Contains(said, canary) {
			t.Errorf("it holds the token: %s", said)
		}
	})
}
