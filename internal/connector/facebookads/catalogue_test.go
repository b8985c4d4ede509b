package facebookads_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"adtally/internal/connector/facebookads"
)

const catalogue = "../../../../shared/meta/derived/error_catalogue.json"

// catalogueClasses are the classes of the catalogue's rows by code/subcode and, where
// these are ambiguous, the start of the text.
var catalogueClasses = map[string]struct{ class, act string }{
	"1/0 Please reduce":                {"too_much", "shrink"},
	"1/99":                             {"meta_trouble", "retry"},
	"1/2853001":                        {"edge_unavailable", "configure"},
	"1/0 Error validating client":      {"app_config", "configure"},
	"2/0":                              {"meta_trouble", "retry"},
	"2/1504038":                        {"timeout", "shrink"},
	"2/1504041":                        {"combination", "configure"},
	"2/1504042":                        {"combination", "configure"},
	"2/1504043":                        {"meta_trouble", "retry"},
	"2/1504044":                        {"meta_trouble", "retry"},
	"-2/2490547":                       {"report_failed", "retry"},
	"-3/1504045":                       {"too_much", "shrink"},
	"3/0":                              {"permission", "configure"},
	"4/0":                              {"throttled", "wait"},
	"4/1504022":                        {"throttled", "wait"},
	"4/1504039":                        {"throttled", "wait"},
	"10/0":                             {"permission", "configure"},
	"17/2446079":                       {"throttled", "wait"},
	"17/1885172":                       {"throttled", "wait"},
	"32/0":                             {"throttled", "wait"},
	"100/0 (#100) <fields>":            {"field", "bug"},
	"100/33":                           {"gone", "configure"},
	"100/0 (#100) Tried":               {"field", "bug"},
	"100/0 (#100) Permission Denied":   {"permission", "configure"},
	"100/0 (#100) Missing permissions": {"permission", "configure"},
	"100/1487534":                      {"too_much", "shrink"},
	"100/1487561":                      {"bad_request", "bug"},
	"100/1504018":                      {"timeout", "shrink"},
	"100/3191001":                      {"permission", "configure"},
	"100/36009":                        {"login_code_used", "reconnect"},
	"100/0 API calls from the server":  {"appsecret_proof", "configure"},
	"100/0 Invalid appsecret_proof":    {"appsecret_proof", "configure"},
	"101/0":                            {"app_config", "configure"},
	"102/0":                            {"token_session_ended", "reconnect"},
	"104/0":                            {"token_missing", "reconnect"}, // the row quotes both texts
	"190/0 Invalid OAuth":              {"token_invalid", "reconnect"},
	"190/0 token has expired":          {"token_expired", "reconnect"},
	"190/0 The access token could not": {"token_invalid", "reconnect"},
	"190/458":                          {"token_app_removed", "reconnect"},
	"190/459":                          {"token_checkpoint", "reconnect"},
	"190/460":                          {"token_password_changed", "reconnect"},
	"190/463":                          {"token_expired", "reconnect"},
	"190/464":                          {"token_unconfirmed", "reconnect"},
	"190/467":                          {"token_logged_out", "reconnect"},
	"190/492":                          {"token_role", "reconnect"},
	"200/0 (#200) Requires business":   {"field", "configure"},
	"200/0 permission errors":          {"permission", "configure"},
	"273/0":                            {"permission", "configure"},
	"294/0":                            {"permission", "configure"},
	"341/0":                            {"throttled", "wait"},
	"368/0":                            {"blocked", "configure"},
	"506/0":                            {"bad_request", "bug"},
	"613/1487742":                      {"throttled", "wait"},
	"613/5044001":                      {"throttled", "wait"},
	"613/0":                            {"throttled", "wait"},
	"960/0":                            {"timeout", "shrink"},
	"2500/0 Unknown path":              {"bad_request", "bug"},
	"2500/0 Syntax error":              {"bad_request", "bug"},
	"2601/1815107":                     {"not_ready", "retry"},
	"2635/0":                           {"version_ended", "configure"},
	"2642/0":                           {"cursor", "retry"},
	"3018/0":                           {"too_old", "configure"},
	"80000/2446079":                    {"throttled", "wait"},
	"80004/2446079":                    {"throttled", "wait"},
	"80003/2446079":                    {"throttled", "wait"},
	"0/0 Call was not successful":      {"meta_trouble", "retry"},
	"0/0 HTML or empty body":           {"bad_answer", "retry"},
}

var (
	severalTexts = regexp.MustCompile(`\s*\|\s+`)
	firstNumber  = regexp.MustCompile(`\d+`)
)

// Every row and every text of the catalogue has its class.
func TestClassify_ErrorCatalogue(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(catalogue)
	if err != nil {
		t.Skipf("no catalogue at %s: this test needs the shared folder beside the project", catalogue)
	}
	var list struct {
		Errors []struct {
			Code, HTTP any
			Subcode    int
			Type, Text string
		}
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, e := range list.Errors {
		code, status := firstNumber.FindString(fmt.Sprint(e.Code)), 400
		if f, isNumber := e.Code.(float64); isNumber {
			code = fmt.Sprint(int(f))
		}
		if f, isNumber := e.HTTP.(float64); isNumber {
			status = int(f)
		}
		for _, text := range severalTexts.Split(e.Text, -1) {
			key := catalogueKey(t, code, e.Subcode, text)
			seen[key] = true
			sent := []byte(fmt.Sprintf(`{"error":{"message":%q,"type":%q,"code":%s,"error_subcode":%d}}`, text, e.Type, orNull(code), e.Subcode))
			if strings.HasPrefix(text, "HTML") {
				sent = []byte("<!DOCTYPE html>")
			}
			want := catalogueClasses[key]
			checkVerdict(t, key, facebookads.Judge(status, nil, sent), want.class, want.act)
		}
	}
	for key := range catalogueClasses {
		if !seen[key] {
			t.Errorf("%s is no row of the catalogue", key)
		}
	}
}

func orNull(code string) string {
	if code == "" {
		return "null"
	}
	return code
}

func catalogueKey(t *testing.T, code string, subcode int, text string) string {
	t.Helper()
	number := fmt.Sprintf("%s/%d", strings.Replace(orNull(code), "null", "0", 1), subcode)
	if _, listed := catalogueClasses[number]; listed {
		return number
	}
	for key := range catalogueClasses {
		if begin, found := strings.CutPrefix(key, number+" "); found && strings.HasPrefix(text, begin) {
			return key
		}
	}
	t.Errorf("%s %q is not listed", number, text)
	return ""
}

// The errors that users of other clients reported.
func TestClassify_ErrorsOfOtherClients(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row           string
		status        int
		code, subcode int
		message       string
		class, act    string
		heavy         bool
	}{
		{"too heavy", 500, 1, 0, "Please reduce the amount of data you're asking for, then retry your request", "too_much", "shrink", true},
		{"too many rows", 400, 100, 1487534, "data-per-call limit exceeded", "too_much", "shrink", true},
		{"1504018", 400, 100, 1504018, "Request Timed Out", "timeout", "shrink", true},
		{"2/1504038", 400, 2, 1504038, "(#2) Service temporarily unavailable", "timeout", "shrink", true},
		{"2/1504044: tries, then shrinks", 400, 2, 1504044, "(#2) Service temporarily unavailable", "meta_trouble", "retry", true},
		{"1: a blip", 400, 1, 0, "An unknown error occurred", "meta_trouble", "retry", true},
		{"2: a blip", 400, 2, 0, "(#2) Service temporarily unavailable", "meta_trouble", "retry", false},
		{"17/2446079", 400, 17, 2446079, "User request limit reached", "throttled", "wait", false},
		{"4", 400, 4, 0, "(#4) Application request limit reached", "throttled", "wait", false},
		{"32", 400, 32, 0, "(#32) Page request limit reached", "throttled", "wait", false},
		{"613", 400, 613, 0, "(#613) Calls to this api have exceeded the rate limit.", "throttled", "wait", false},
		{"80000", 400, 80000, 2446079, "There have been too many calls from this ad-account.", "throttled", "wait", false},
		{"80004", 400, 80004, 2446079, "There have been too many calls to this ad-account.", "throttled", "wait", false},
		{"2601", 400, 2601, 1815107, "Error accessing adreport job.", "not_ready", "retry", false},
		{"2642", 400, 2642, 0, "(#2642) Invalid cursors values", "cursor", "retry", false},
		{"3018", 400, 3018, 0, "(#3018) The start date of the time range cannot be beyond 37 months from the current date", "too_old", "configure", false},
		{"2635", 400, 2635, 0, "(#2635) You are calling a deprecated version of the Ads API.", "version_ended", "configure", false},
		{"190 expired", 400, 190, 463, "Error validating access token: Session has expired on Friday", "token_expired", "reconnect", false},
		{"190 not engaged", 400, 190, 493, "Error validating access token", "token_data_access_expired", "reconnect", false},
		{"190 password", 400, 190, 460, "Error validating access token", "token_password_changed", "reconnect", false},
		{"190 without proof", 400, 190, 0, "API calls from the server require an appsecret_proof argument", "appsecret_proof", "configure", false},
		{"200 blocked", 400, 200, 0, "API access blocked.", "app_restricted", "configure", false},
		{"200 business_management", 403, 200, 0, "(#200) Requires business_management permission to manage the object", "field", "configure", false},
		{"100 missing perms", 400, 100, 0, "Missing perms", "permission", "configure", false},
		{"100 cannot be loaded", 400, 100, 0, "Object with ID 'x' does not exist, cannot be loaded due to missing permissions, or does not support this operation", "gone", "configure", false},
		{"an incomplete creative", 400, 100, 2446289, "Ad Creative Is Incomplete", "record", "shrink", true},
		{"breakdowns", 400, 100, 0, "(#100) Current combination of data breakdown columns (action_type, platform_position) is invalid", "combination", "configure", false},
		{"summary field", 400, 100, 0, "(#100) Tried accessing nonexisting summary field (x)", "field", "bug", false},
		{"not valid", 400, 100, 0, "(#100) x are not valid for fields param", "field", "bug", false},
		{"token exchange, 429", 429, 0, 0, "Too many", "throttled", "wait", false},
		{"token exchange, 5xx", 503, 0, 0, "Sorry", "meta_trouble", "retry", false},
	} {
		v := checkVerdict(t, c.row, facebookads.Judge(c.status, nil, body(c.code, c.subcode, c.message)), c.class, c.act)
		if v.Heavy != c.heavy {
			t.Errorf("%s: asking for less may help: %t, want %t", c.row, v.Heavy, c.heavy)
		}
	}
}

// docUsage is the header in Meta's documentation: two use cases of one account.
const docUsage = `{"112130216863063":[{"type":"pages","call_count":1,"estimated_time_to_regain_access":0}],"1734596926584547":[{"type":"ads_management","call_count":95,"estimated_time_to_regain_access":19,"ads_api_access_tier":"development_access"},{"type":"ads_insights","call_count":97,"estimated_time_to_regain_access":8,"ads_api_access_tier":"development_access"}],"5":[{"type":"ads_insights","estimated_time_to_regain_access":30}]}`

// The wait comes from the header entry of the throttle's own budget.
func TestWaitFor_UsesEntryOfThrottledBudget(t *testing.T) {
	t.Parallel()
	score := `{"acc_id_util_pct":100,"reset_time_duration":100,"ads_api_access_tier":"standard_access"}`
	for name, c := range map[string]struct {
		scope, account, business, score string
		want                            time.Duration
	}{
		"reports":                          {"ads_insights", "1734596926584547", docUsage, score, 8 * time.Minute},
		"objects":                          {"ads_management", "1734596926584547", docUsage, score, 19 * time.Minute},
		"reports of an account not known":  {"ads_insights", "", docUsage, "", 30 * time.Minute},
		"reports of an account not listed": {"ads_insights", "9", docUsage, "", 30 * time.Minute},
		"a use case that is not listed":    {"custom_audience", "1734596926584547", docUsage, "", 19 * time.Minute},
		"a score":                          {"score", "1734596926584547", docUsage, score, 100 * time.Second},
		"a score that states nothing":      {"score", "5", docUsage, `{"acc_id_util_pct":100}`, 30 * time.Minute},
		"a score, Full tier":               {"score", "", "", `{"acc_id_util_pct":100,"ads_api_access_tier":"standard_access"}`, time.Minute},
		"a score, Limited tier":            {"score", "", "", `{"acc_id_util_pct":100,"ads_api_access_tier":"development_access"}`, 5 * time.Minute},
		"the app":                          {"app", "", docUsage, score, 30 * time.Minute},
		"the app, nothing stated":          {"app", "", "", score, 5 * time.Minute},
		"nothing":                          {"ads_insights", "", "", "", 5 * time.Minute},
		"nonsense":                         {"score", "", `{'x'}`, `{"reset_time_duration":-4}`, 5 * time.Minute},
		"for ever":                         {"score", "", "", `{"reset_time_duration":1e300}`, 24 * time.Hour},
	} {
		h := http.Header{}
		h.Set("x-business-use-case-usage", c.business)
		h.Set("x-ad-account-usage", c.score)
		if got := facebookads.WaitFor(h, c.scope, c.account); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// The wait starts at the time of the answer, not of this machine's clock.
func TestClassify_WaitStartsAtAnswerTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
	h := http.Header{"X-Business-Use-Case-Usage": {docUsage}}
	for code, c := range map[int]struct {
		scope string
		wait  time.Duration
	}{80000: {"ads_insights", 30 * time.Minute}, 80004: {"ads_management", 19 * time.Minute}, 4: {"app", 30 * time.Minute}, 341: {"app", 30 * time.Minute}, 17: {"score", 30 * time.Minute}, 613: {"account", 30 * time.Minute}} {
		v := facebookads.VerdictOf(facebookads.JudgeAt(400, h, body(code, 0, "m"), at))
		if v.Scope != c.scope || v.Wait != c.wait || !v.Fault.Until.Equal(at.Add(c.wait)) {
			t.Errorf("%d: %s, %s, until %s", code, v.Scope, v.Wait, v.Fault.Until)
		}
	}
	h = http.Header{"Retry-After": {"90"}}
	if v := facebookads.VerdictOf(facebookads.JudgeAt(429, h, []byte("slow"), at)); !v.Fault.Until.Equal(at.Add(90 * time.Second)) {
		t.Errorf("a proxy's wait ends %s", v.Fault.Until)
	}
	reach := facebookads.JudgeAt(400, nil, body(4711, 0, "Reach-related metric breakdowns are unavailable due to rate limit threshold."), at)
	if v := checkVerdict(t, "reach", reach, "reach_quota", "wait"); !v.Fault.Until.Equal(at.AddDate(0, 0, 1)) {
		t.Errorf("the quota of old reach ends %s", v.Fault.Until)
	}
	if facebookads.ReachThrottled(h) || !facebookads.ReachThrottled(http.Header{"X-Fb-Ads-Insights-Reach-Throttle": {"{}"}}) {
		t.Error("the header of old reach is not seen")
	}
}
