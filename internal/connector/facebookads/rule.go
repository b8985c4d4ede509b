package facebookads

import (
	"net/http"
	"strings"
)

// rule is one row of the classifier. Rules match Meta's codes. Messages are localised
// and change, so text is matched only if the code is ambiguous.
type rule struct {
	code, to int    // to > 0: a range of codes
	subcode  int    // 0 = any
	text     string // in lower case; "" = any
	status   int    // 0 = any; 500 = 500 and above
	class    class
	scope    scope // of a throttle
	heavy    bool  // retry first; if that fails, request less
	cure     *cure // nil = the class's own
	source   string
}

// Pseudo codes.
const (
	anyCode = 1 << 30
	noCode  = 1<<30 + 1 // the error has no code or, with text, no readable code
)

func (r rule) fits(e *graphError, status int) bool {
	return r.fitsCode(e) && (r.subcode == 0 || r.subcode == e.Subcode) &&
		(r.status == 0 || r.status == status || r.status == 500 && status > 500) &&
		strings.Contains(strings.ToLower(e.Message), r.text)
}

func (r rule) fitsCode(e *graphError) bool {
	switch {
	case r.code == anyCode:
		return true
	case r.code == noCode:
		return e.Code == 0 && (!e.hidden || r.text != "")
	case r.to == 0:
		return e.Code == r.code
	}
	return e.Code >= r.code && e.Code <= r.to
}

// manyRequests matches a proxy's throttle, with or without a body from Graph.
var manyRequests = rule{code: anyCode, status: http.StatusTooManyRequests, class: classThrottle, scope: scopeApp, source: "clients"}

// The first matching rule applies, so a subcode comes before its code. source names
// where an error was seen: "#…" is a section of docs/meta-api.md, "clients" are
// open-source clients of Meta's API, "list" is a collection of published errors, and a
// name with an underscore is a recording.
var rules = []rule{
	// Requests that are too big.
	{code: 1, text: "reduce the amount of data", class: classTooMuch, source: "#errors; clients"},
	{code: 100, subcode: 1487534, class: classTooMuch, source: "#errors; clients"},
	{code: -3, subcode: 1504045, class: classTooMuch, source: "#errors"},
	{code: anyCode, subcode: 1504018, class: classTimeout, source: "100_1504018_timeout_sync; the subcode alone says it, and a code of that number does not"},
	{code: 105, class: classTooMuch, source: "php-business-sdk: too many parameters"},
	{code: 2, subcode: 1504038, class: classTimeout, source: "#errors; clients"},
	{code: 960, class: classTimeout, source: "#errors: retry smaller"},

	// Throttles, and the rate limit that each belongs to
	// (docs/meta-api.md#rate-limits).
	{code: anyCode, text: "reach-related metric breakdowns are unavailable", class: classReachQuota, source: "#rate-limits"},
	{code: 4, class: classThrottle, scope: scopeApp, source: "4_application_request_limit; #errors (1504022, 1504039)"},
	{code: 341, class: classThrottle, scope: scopeApp, source: "clients"},
	{code: 17, class: classThrottle, scope: scopeScore, source: "17_2446079_ad_account_too_many_calls"},
	{code: 613, subcode: 1487742, class: classThrottle, scope: scopeScore, source: "#rate-limits"},
	{code: 613, class: classThrottle, scope: scopeAccount, source: "613_250_queries_per_minute; #rate-limits (1996, 5044001)"},
	{code: 32, class: classThrottle, scope: scopeAccount, source: "32_page_request_limit; clients: as 17"},
	{code: 80000, class: classThrottle, scope: scopeInsights, source: "#rate-limits"},
	{code: 80001, class: classThrottle, scope: "pages", source: "#rate-limits"},
	{code: 80002, class: classThrottle, scope: "instagram", source: "#rate-limits"},
	{code: 80003, class: classThrottle, scope: "custom_audience", source: "#rate-limits"},
	{code: 80004, class: classThrottle, scope: scopeManagement, source: "80004_ads_management_buc"},
	{code: 80005, class: classThrottle, scope: "leadgen", source: "#rate-limits"},
	{code: 80006, class: classThrottle, scope: "messenger", source: "#rate-limits"},
	{code: 80008, class: classThrottle, scope: "whatsapp", source: "#rate-limits"},
	{code: 80009, class: classThrottle, scope: "catalog_management", source: "#rate-limits"},
	{code: 80014, class: classThrottle, scope: "catalog_batch", source: "#rate-limits"},

	// The app and its secret. These come before the token's rules, because the token
	// is fine.
	{code: 100, to: 190, text: "appsecret_proof", class: classProof, source: "100_appsecret_proof_required; 100_appsecret_proof_invalid; clients (190)"},
	{code: 104, text: "access token", class: classTokenMissing, source: "list (104)"},
	{code: 104, class: classProof, source: "clients"},
	{code: 101, class: classApp, source: "#errors"},
	{code: 1, text: "client secret", class: classApp, source: "#errors"},
	{code: 190, text: "error validating application", class: classApp, source: "list (101): text varies"},
	{code: 100, subcode: 36009, class: classLoginCode, source: "100_36009_code_used"},
	{code: 100, subcode: 36007, class: classLoginLate, source: "#login: a code lives for ten minutes"},
	{code: 100, subcode: 36008, class: classLoginRedirect, source: "#login: redirect_uri must be byte-identical"},
	{code: 100, text: "redirect_uri", class: classLoginRedirect, source: "#login"},
	{code: 100, text: "verification code", class: classLoginLate, source: "#login"},

	// Every way in which a token becomes invalid.
	{code: 190, subcode: 458, class: classTokenApp, source: "#errors"},
	{code: 190, subcode: 459, class: classTokenCheckpoint, source: "#errors"},
	{code: 190, subcode: 490, class: classTokenCheckpoint, source: "php-business-sdk issue 367"},
	{code: 190, subcode: 460, class: classTokenPassword, source: "#errors"},
	{code: 190, subcode: 463, class: classTokenExpired, source: "#errors; clients"},
	{code: 190, subcode: 464, class: classTokenUnconfirmed, source: "#errors"},
	{code: 190, subcode: 467, class: classTokenLoggedOut, source: "#errors"},
	{code: 190, subcode: 492, class: classTokenRole, source: "#errors; clients"},
	{code: 190, subcode: 493, class: classTokenIdle, source: "clients; #tokens"},
	{code: 190, text: "impersonating a user's page", class: classPermission, cure: &pageToken, source: "#errors: a page-impersonation permission problem"},
	{code: 190, text: "page access token", class: classPermission, cure: &pageToken, source: "pages_08"},
	{code: 190, text: "expired", class: classTokenExpired, source: "#errors: also without a subcode"},
	{code: 190, text: "not authorized application", class: classTokenApp, source: "list (458)"},
	{code: 190, class: classTokenInvalid, source: "#errors"},
	{code: 102, class: classTokenSession, source: "#errors"},
	{code: 2500, text: "active access token", class: classTokenMissing, source: "#errors"},
	{code: noCode, text: "access token", class: classTokenInvalid, source: "pages_04: its code is not there to read"},

	// Report jobs and lists.
	{code: 2601, class: classNotReady, source: "2601_1815107_async_not_ready"},
	{code: 2637, class: classNotReady, source: "#errors; clients"},
	{code: 2642, class: classCursor, source: "2642_invalid_cursors"},
	{code: 3018, class: classTooOld, source: "err_3018_beyond_37_months"},
	{code: 2635, class: classVersion, source: "2635_deprecated_version"},
	{code: -2, subcode: 2490547, class: classReportFailed, source: "#errors"},
	{code: 2, subcode: 1504041, class: classCombination, source: "#errors"},
	{code: 2, subcode: 1504042, class: classCombination, source: "#errors"},

	// Single fields, records and objects.
	{code: anyCode, subcode: 2446289, class: classRecord, source: "clients (100/2446289)"},
	{code: 100, subcode: 33, class: classGone, source: "err_100_33_unsupported_get"},
	{code: 100, text: "does not exist, cannot be loaded", class: classGone, source: "clients: also without a subcode"},
	{code: 803, class: classGone, source: "clients"},
	{code: 100, text: "not valid for fields param", class: classField, source: "err_100_fields_not_valid_after_v19; 100_invalid_insights_fields"},
	{code: 100, text: "nonexisting", class: classField, source: "err_100_nonexisting_field_date_start; clients (summary field)"},
	{code: 100, text: "in summary param", class: classField, cure: &summaryField, source: "#errors; clients"},
	{code: 100, text: "unsupported request - method type", class: classField, cure: &fieldNeedsMore, source: "clients (funding_source_details)"},
	{code: 12, text: "field is deprecated", class: classField, source: "clients"},
	{code: 12, class: classVersion, source: "clients"},
	{code: 10, to: 299, text: "business_management", class: classField, cure: &fieldNeedsMore, source: "#objects; clients"},
	{code: 10, to: 299, text: "funding_source", class: classField, cure: &fieldNeedsMore, source: "#objects"},
	{code: 100, text: "combination of data breakdown columns", class: classCombination, source: "100_breakdown_combination_invalid"},
	{code: 100, text: "valid for breakdowns param", class: classCombination, source: "#insights"},
	{code: 100, text: "valid for action_breakdowns param", class: classCombination, source: "#insights"},
	{code: 1, subcode: 2853001, class: classEdge, source: "#errors"},

	// Permissions that a person must grant.
	{code: 200, text: "api access blocked", class: classRestricted, source: "clients"},
	{code: 200, text: "provide valid app id", class: classApp, cure: &noAppID, source: "issues of Meta's SDKs: 200, Provide valid app ID"},
	{code: 200, text: "non-active account", class: classPermission, cure: &inactiveAccount, source: "issues of Meta's SDKs: 200, … disabled for non-active accounts"},
	{code: 1404078, class: classBlocked, source: "#errors"},
	{code: 1404082, class: classBlocked, source: "#errors"},
	{code: 1404163, class: classBlocked, source: "#errors"},
	{code: 2859015, class: classBlocked, source: "#errors"},
	{code: 368, class: classBlocked, source: "#errors"},
	{code: anyCode, subcode: 1404078, class: classBlocked, source: "#errors"},
	{code: anyCode, subcode: 1404082, class: classBlocked, source: "#errors"},
	{code: anyCode, subcode: 1404163, class: classBlocked, source: "#errors"},
	{code: anyCode, subcode: 2859015, class: classBlocked, source: "#errors"},
	{code: 100, subcode: 3191001, class: classPermission, source: "#errors"},
	{code: 100, text: "missing perm", class: classPermission, source: "clients"},
	{code: 100, text: "permission denied", class: classPermission, source: "err_100_permission_denied_adspixels_stats"},
	{code: 3, class: classPermission, source: "3_no_capability"},
	{code: 10, class: classPermission, source: "10_permission_denied"},
	{code: 200, to: 299, class: classPermission, source: "#errors; 273_user_not_admin; 294_real_text_2014"},

	// Our own mistakes.
	{code: 100, class: classBadRequest, source: "#errors; err_100_invalid_date_preset; 100_1487561_run_status_not_valid"},
	{code: 2500, class: classBadRequest, source: "err_2500_unknown_path_adset"},
	{code: noCode, text: "unknown path components", class: classBadRequest, source: "pages_02: its code is not there to read"},
	{code: 506, class: classBadRequest, source: "#errors: not relevant to reads"},
	{code: 1609005, class: classBadRequest, source: "#errors: not relevant to reads"},

	// Temporary errors.
	{code: 1, class: classPassing, heavy: true, source: "#errors; clients (1/99)"},
	{code: 2, subcode: 1504044, class: classPassing, heavy: true, source: "clients"},
	{code: 2, class: classPassing, source: "#errors"},
	{code: -1000, to: -1, class: classPassing, heavy: true, source: "#errors: negative codes are internal errors"},
	manyRequests,
	{code: anyCode, status: 500, class: classPassing, source: "clients"},
	{code: noCode, status: 403, class: classPermission, source: "#errors: 403 is for code 200"},
	{code: noCode, class: classPassing, source: "#errors: no code"},
}
