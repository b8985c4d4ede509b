package facebookads_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/connector/facebookads"
)

// body returns an error in Graph's format.
func body(code, subcode int, message string) []byte {
	return []byte(refuses(0, code, subcode, message).body)
}

// checkVerdict also checks what holds for every verdict: a sentence, a cure, and no
// shrink outside the connector.
func checkVerdict(t *testing.T, what string, err error, class, act string) facebookads.Verdict {
	t.Helper()
	v := facebookads.VerdictOf(err)
	if err == nil || v.Class != class || v.Act != act {
		t.Errorf("%s: %s, %s, want %s, %s (%v)", what, v.Class, v.Act, class, act, err)
		return v
	}
	if v.Fault.Message == "" || v.Fault.Hint == "" || v.Fault.Code != class || !slices.Contains(acts, v.Fault.Act) {
		t.Errorf("%s: the fault is %+v", what, v.Fault)
	}
	if out := adtally.FaultOf(facebookads.Outside(err)); act != "bug" && out.Act == adtally.Bug || !slices.Contains(acts, out.Act) {
		t.Errorf("%s: leaves as %s", what, out.Act)
	}
	return v
}

var acts = []adtally.Act{adtally.Retry, adtally.Wait, adtally.Reconnect, adtally.Configure, adtally.Bug}

// recordedClasses are the classes of recorded or quoted errors.
var recordedClasses = map[string]struct{ class, act string }{
	"100_1487561_run_status_not_valid.json":                {"bad_request", "bug"},
	"100_1504018_timeout_sync.json":                        {"timeout", "shrink"},
	"100_36009_code_used.json":                             {"login_code_used", "reconnect"},
	"100_appsecret_proof_invalid.json":                     {"appsecret_proof", "configure"},
	"100_appsecret_proof_required.json":                    {"appsecret_proof", "configure"},
	"100_breakdown_combination_invalid.json":               {"combination", "configure"},
	"100_invalid_attribution_window.json":                  {"bad_request", "bug"},
	"100_invalid_insights_fields.json":                     {"field", "bug"},
	"10_permission_denied.json":                            {"permission", "configure"},
	"17_2446079_ad_account_too_many_calls.json":            {"throttled", "wait"},
	"17_user_request_limit_2017.json":                      {"throttled", "wait"},
	"2601_1815107_async_not_ready.json":                    {"not_ready", "retry"},
	"2635_deprecated_version.json":                         {"version_ended", "configure"},
	"2642_invalid_cursors.json":                            {"cursor", "retry"},
	"273_user_not_admin.json":                              {"permission", "configure"},
	"294_real_text_2014.json":                              {"permission", "configure"},
	"32_page_request_limit.json":                           {"throttled", "wait"},
	"3_no_capability.json":                                 {"permission", "configure"},
	"4_application_request_limit.json":                     {"throttled", "wait"},
	"613_250_queries_per_minute.json":                      {"throttled", "wait"},
	"80004_ads_management_buc.json":                        {"throttled", "wait"},
	"err_100_33_unsupported_get.json":                      {"gone", "configure"},
	"err_100_33_unsupported_post.json":                     {"gone", "configure"},
	"err_100_double_slash_path.json":                       {"field", "bug"},
	"err_100_edge_is_case_sensitive_Ads.json":              {"field", "bug"},
	"err_100_fields_not_valid_after_v19.json":              {"field", "bug"},
	"err_100_invalid_date_preset.json":                     {"bad_request", "bug"},
	"err_100_nonexisting_edge_adaccount.json":              {"field", "bug"},
	"err_100_nonexisting_edge_iguser.json":                 {"field", "bug"},
	"err_100_nonexisting_edge_page.json":                   {"field", "bug"},
	"err_100_nonexisting_field_date_start.json":            {"field", "bug"},
	"err_100_object_fields_in_insights.json":               {"field", "bug"},
	"err_100_permission_denied_adspixels_stats.json":       {"permission", "configure"},
	"err_2500_syntax_error_ampersand.json":                 {"bad_request", "bug"},
	"err_2500_syntax_error_fields_contains_ampersand.json": {"bad_request", "bug"},
	"err_2500_syntax_error_quote.json":                     {"bad_request", "bug"},
	"err_2500_unknown_path_ad_image.json":                  {"bad_request", "bug"},
	"err_2500_unknown_path_ads_insights.json":              {"bad_request", "bug"},
	"err_2500_unknown_path_adset.json":                     {"bad_request", "bug"},
	"err_3018_beyond_37_months.json":                       {"too_old", "configure"},
}

// Every recorded or quoted error has its class, and Explain gives the same result for
// the whole file. The recordings contain only a placeholder for the token.
func TestClassify_RecordedErrors(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(recordings + "/errors-*/*.json")
	if len(files) == 0 {
		t.Skipf("no recordings at %s: this test needs the shared folder beside the project", recordings)
	}
	for _, f := range files {
		name := filepath.Base(f)
		want, listed := recordedClasses[name]
		if !listed {
			t.Errorf("%s is not listed", name)
			continue
		}
		checkVerdict(t, name, judgeFile(t, f), want.class, want.act)
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if x, err := facebookads.Explain(400, nil, raw); err != nil || x.Class != want.class || x.Act != want.act {
			t.Errorf("%s: explained as %s, %s (%v)", name, x.Class, x.Act, err)
		}
	}
}

// Every class and every rule is complete, and no rule is hidden behind an earlier one.
func TestRules_EveryRuleMatches(t *testing.T) {
	t.Parallel()
	cures, rows, used := facebookads.Cures(), []facebookads.Row{}, map[string]bool{
		"bad_answer": true, "unknown": true,
		// Faults without an answer from Graph.
		"token_malformed": true, "login_cancelled": true, "login_refused": true, "no_app": true, "not_renewable": true, "account_unshared": true,
	}
	rows, decides := append(rows, rowsOf()...), decidesOf()
	for i, r := range rows {
		if decides[i] != i {
			t.Errorf("row %d, %+v: row %d decides", i, r, decides[i])
		}
		if r.Source == "" || r.Text != strings.ToLower(r.Text) {
			t.Errorf("row %d, %+v: no source, or its text can never be found", i, r)
		}
		used[r.Class] = true
	}
	for class, c := range cures {
		if !used[class] || c.Message == "" || strings.HasSuffix(c.Message, ".") || !strings.HasSuffix(c.Hint, ".") {
			t.Errorf("class %s: %+v, used %t", class, c, used[class])
		}
	}
	for class := range used {
		if _, known := cures[class]; !known {
			t.Errorf("class %s has no cure", class)
		}
	}
}

func rowsOf() []facebookads.Row { rows, _ := facebookads.Rows(); return rows }
func decidesOf() []int          { _, decides := facebookads.Rows(); return decides }

// A rule's source that has a recording's name exists.
func TestRules_NamedRecordingsExist(t *testing.T) {
	t.Parallel()
	files, _ := filepath.Glob(recordings + "/errors-*/*.json")
	if len(files) == 0 {
		t.Skipf("no recordings at %s: this test needs the shared folder beside the project", recordings)
	}
	name := regexp.MustCompile(`\b(?:err_)?\d+_[a-z]\w+`)
	for _, r := range rowsOf() {
		for _, n := range name.FindAllString(r.Source, -1) {
			if !slices.ContainsFunc(files, func(f string) bool { return strings.HasPrefix(filepath.Base(f), n) }) {
				t.Errorf("%q names %s, which is no recording", r.Source, n)
			}
		}
	}
}

// An unknown code keeps Meta's message and trace ID.
func TestClassify_UnknownErrorKeepsMessage(t *testing.T) {
	t.Parallel()
	raw := []byte(`{"error":{"message":"Zap","type":"ZapException","code":4711,"error_subcode":12,"error_user_title":"Oh","error_user_msg":"No","fbtrace_id":"Trace9"}}`)
	err := facebookads.Judge(400, nil, raw)
	checkVerdict(t, "unknown", err, "unknown", "bug")
	x, none := facebookads.Explain(400, nil, raw)
	for _, text := range []string{err.Error(), x.Message} {
		for _, want := range []string{"Zap", "4711/12", "Oh", "No", "Trace9"} {
			if none != nil || !strings.Contains(text, want) {
				t.Errorf("%q holds no %q (%v)", text, want, none)
			}
		}
	}
}

// is_transient true always allows another try; false forbids none. It neither revives
// a dead token nor shortens a throttle.
func TestClassify_TransientIsAHint(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code       int
		transient  bool
		class, act string
	}{
		"unknown and transient":   {4711, true, "meta_trouble", "retry"},
		"unknown and not":         {4711, false, "unknown", "bug"},
		"trouble and not":         {2, false, "meta_trouble", "retry"},
		"throttle and not":        {17, false, "throttled", "wait"},
		"throttle and transient":  {17, true, "throttled", "wait"},
		"bad and transient":       {100, true, "meta_trouble", "retry"},
		"dead and transient":      {190, true, "token_invalid", "reconnect"},
		"not ready and transient": {2601, true, "not_ready", "retry"},
	} {
		raw := fmt.Appendf(nil, `{"error":{"message":"m","code":%d,"is_transient":%t}}`, c.code, c.transient)
		checkVerdict(t, name, facebookads.Judge(400, nil, raw), c.class, c.act)
	}
}

// An error with status 200 is found at any position in the object; a row that mentions
// an error is not one.
func TestJudge_ErrorWithAnyStatus(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, class string }{
		"first":            {`{"error":{"message":"x","code":2}}`, "meta_trouble"},
		"with white space": {"{ \n \"error\" : {\"message\":\"x\",\"code\":190}}", "token_invalid"},
		"after the data":   {`{"data":[],"error":{"message":"x","code":17}}`, "throttled"},
		"none":             {`{"error":null,"data":[]}`, ""},
		"inside":           {`{"data":{"error":{"code":190}}}`, ""},
		"a word":           {`{"data":[{"name":"\"error\""}]}`, ""},
		"a text":           {`{"error":"invalid_request"}`, "meta_trouble"},
		"cut":              {`{"error":{"message":"x","co`, "bad_answer"},
	} {
		if v := facebookads.VerdictOf(facebookads.Judge(200, nil, []byte(c.body))); v.Class != c.class {
			t.Errorf("%s: %q, want %q", name, v.Class, c.class)
		}
	}
}

// Where the code is unreadable, as in recordings of pages, the number in the message
// decides.
func TestClassify_CodeFromMessage(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]struct{ class, act string }{
		"(#100) The value must be a valid insights metric":                     {"bad_request", "bug"},
		"(#100) Tried accessing nonexisting field (video) on node type (Page)": {"field", "bug"},
		"(#200) Requires permission: pages_messaging":                          {"permission", "configure"},
		"(#190) This method must be called with a Page Access Token":           {"permission", "configure"},
		"Invalid OAuth 2.0 Access Token":                                       {"token_invalid", "reconnect"},
		"Unknown path components: /ads-action-stats":                           {"bad_request", "bug"},
		"Not enough users": {"unknown", "bug"},
	} {
		raw, err := json.Marshal(map[string]any{"error": map[string]any{"message": message, "type": "OAuthException", "code": "HIDDEN"}})
		if err != nil {
			t.Fatal(err)
		}
		checkVerdict(t, message, facebookads.Judge(400, nil, raw), want.class, want.act)
	}
}

// The failing fields are found by name.
func TestClassify_FailingFieldNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status, code int
		message      string
		act, fields  string
	}{
		"one":            {400, 100, "(#100) Tried accessing nonexisting field (date_start) on node type (AdAccount)", "bug", "date_start"},
		"two":            {400, 100, "(#100) labels, location are not valid for fields param after V19.0", "bug", "labels location"},
		"a single one":   {400, 100, "(#100) petals is not valid for fields param. please check https://x/ for all valid values", "bug", "petals"},
		"summary field":  {400, 100, "(#100) Tried accessing nonexisting summary field (total) on node type (Ad)", "bug", "total"},
		"summary race":   {400, 100, "(#100) Cannot include [spend, clicks] in summary param because they weren't there while creating the report run.", "retry", "spend clicks"},
		"business":       {403, 200, "(#200) Requires business_management permission to manage the object", "configure", "business owner"},
		"funding":        {400, 10, "(#10) Permission to read funding_source_details was not granted", "configure", "funding_source_details"},
		"quoted":         {400, 100, "(#100) Missing permissions for field 'owner'", "configure", "owner"},
		"several quoted": {400, 200, "(#200) Missing permissions for fields: ['owner', 'balance']", "configure", "owner balance"},
		"gone with it":   {400, 12, "(#12) bio field is deprecated for versions v2.8 and higher", "bug", "bio"},
	} {
		v := checkVerdict(t, name, facebookads.Judge(c.status, nil, body(c.code, 0, c.message)), "field", c.act)
		if got := strings.Join(v.Fields, " "); got != c.fields || !strings.Contains(v.Fault.Message, strings.Join(v.Fields, ", ")) {
			t.Errorf("%s: fields %q, want %q (%s)", name, got, c.fields, v.Fault.Message)
		}
	}
	whole := facebookads.Judge(403, nil, body(200, 0, "(#200) Ad account owner has NOT grant ads_management or ads_read permission"))
	if v := checkVerdict(t, "the whole account", whole, "permission", "configure"); v.Fields != nil {
		t.Errorf("a refused account names the fields %v", v.Fields)
	}
}

// The error fields of a failed job go through the same rules; a temporary error is
// cured by another job.
func TestClassify_FailedReportJob(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		code, subcode int
		class, act    string
		again         bool
	}{
		"report failed":    {-2, 2490547, "report_failed", "retry", true},
		"too large":        {-3, 1504045, "too_much", "shrink", true},
		"too many rows":    {100, 1487534, "too_much", "shrink", true},
		"intermittent":     {2, 1504043, "report_failed", "retry", true},
		"recorded in v25":  {2601, 1487742, "report_failed", "retry", true},
		"another negative": {-1, 0, "report_failed", "retry", true},
		"breakdowns":       {2, 1504041, "combination", "configure", false},
		"permission":       {100, 3191001, "permission", "configure", false},
		"token":            {190, 463, "token_expired", "reconnect", false},
		"throttle":         {4, 1504022, "throttled", "wait", false},
		"unknown":          {4711, 0, "unknown", "bug", true},
	} {
		err := facebookads.JudgeRun(fmt.Appendf(nil, `{"message":"m","code":%d,"error_subcode":%d}`, c.code, c.subcode))
		checkVerdict(t, name, err, c.class, c.act)
		if facebookads.IsJobError(err) != c.again {
			t.Errorf("%s: new job: %t, want %t", name, !c.again, c.again)
		}
	}
}

// Answers of proxies, and other answers that are not from Graph.
func TestJudge_AnswersNotFromGraph(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		status     int
		header     http.Header
		body       string
		class, act string
	}{
		"HTML":                {400, nil, "<html>Sorry</html>", "bad_answer", "retry"},
		"nothing":             {500, nil, "", "bad_answer", "retry"},
		"a part without":      {0, nil, "", "bad_answer", "retry"},
		"cut":                 {200, nil, `{"data":[{"id"`, "bad_answer", "retry"},
		"refused, no error":   {400, nil, `{"data":[]}`, "bad_answer", "retry"},
		"too many":            {429, nil, "slow down", "throttled", "wait"},
		"too many, in JSON":   {429, nil, `{"error":{"message":"slow down","code":9}}`, "throttled", "wait"},
		"overloaded":          {503, nil, `{"error":{"message":"Call was not successful"}}`, "meta_trouble", "retry"},
		"an unknown at 502":   {502, nil, `{"error":{"message":"x","code":4711}}`, "meta_trouble", "retry"},
		"a dead token at 500": {500, nil, `{"error":{"message":"The access token could not be decrypted","code":190}}`, "token_invalid", "reconnect"},
		"forbidden, no code":  {403, nil, `{"error":{"message":"…"}}`, "permission", "configure"},
	} {
		checkVerdict(t, name, facebookads.Judge(c.status, c.header, []byte(c.body)), c.class, c.act)
	}
}
