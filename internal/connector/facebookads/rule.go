package facebookads

import (
	"net/http"
	"strings"
)

// rule is one row of the classifier. Codes are Meta's; messages are localised
// and change, so text is looked at only where a code alone says too little.
type rule struct {
	code, to int    // to > 0: a range of codes
	subcode  int    // 0 = any
	text     string // in lower case; "" = any
	status   int    // 0 = any; 500 = 500 and above
	class    class
	scope    scope // of a throttle
	heavy    bool  // try again first, and ask for less if it stays
	cure     *cure // nil = that of the class
	source   string
}

// Codes that no answer has.
const (
	anyCode = 1 << 30
	noCode  = 1<<30 + 1 // the error has none, or, where a text is asked for, none that can be read
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

// manyRequests is what a proxy says, also without a body of Graph's.
var manyRequests = rule{code: anyCode, status: http.StatusTooManyRequests, class: classThrottle, scope: scopeApp, source: "PEERS §3.1"}

// The first row that fits decides, so a subcode stands before its code. The
// sources: META is META_API.md, PEERS is PEERS.md, PAINS A is Appendix A of
// PAINS.md, catalogue is meta/derived/error_catalogue.json; a name with an
// underscore is a recording.
var rules = []rule{
	// Too much at once.
	{code: 1, text: "reduce the amount of data", class: classTooMuch, source: "META §6; PAINS A"},
	{code: 100, subcode: 1487534, class: classTooMuch, source: "META §4.7; PAINS A"},
	{code: -3, subcode: 1504045, class: classTooMuch, source: "META §4.7"},
	{code: anyCode, subcode: 1504018, class: classTimeout, source: "100_1504018_timeout_sync; the subcode alone says it, and a code of that number does not"},
	{code: 105, class: classTooMuch, source: "php-business-sdk: too many parameters"},
	{code: 2, subcode: 1504038, class: classTimeout, source: "META §4.7; PAINS A"},
	{code: 960, class: classTimeout, source: "META §6: retry smaller"},

	// Throttles. PEERS §3.1 and META §5 say which budget each of them is of.
	{code: anyCode, text: "reach-related metric breakdowns are unavailable", class: classReachQuota, source: "META §1.2"},
	{code: 4, class: classThrottle, scope: scopeApp, source: "4_application_request_limit; META §4.7 (1504022, 1504039)"},
	{code: 341, class: classThrottle, scope: scopeApp, source: "PEERS §3.1"},
	{code: 17, class: classThrottle, scope: scopeScore, source: "17_2446079_ad_account_too_many_calls"},
	{code: 613, subcode: 1487742, class: classThrottle, scope: scopeScore, source: "META §5"},
	{code: 613, class: classThrottle, scope: scopeAccount, source: "613_250_queries_per_minute; META §5 (1996, 5044001)"},
	{code: 32, class: classThrottle, scope: scopeAccount, source: "32_page_request_limit; PEERS §3.1: as 17"},
	{code: 80000, class: classThrottle, scope: scopeInsights, source: "META §5"},
	{code: 80001, class: classThrottle, scope: "pages", source: "META §5"},
	{code: 80002, class: classThrottle, scope: "instagram", source: "META §5"},
	{code: 80003, class: classThrottle, scope: "custom_audience", source: "META §5"},
	{code: 80004, class: classThrottle, scope: scopeManagement, source: "80004_ads_management_buc"},
	{code: 80005, class: classThrottle, scope: "leadgen", source: "META §5"},
	{code: 80006, class: classThrottle, scope: "messenger", source: "META §5"},
	{code: 80008, class: classThrottle, scope: "whatsapp", source: "META §5"},
	{code: 80009, class: classThrottle, scope: "catalog_management", source: "META §5"},
	{code: 80014, class: classThrottle, scope: "catalog_batch", source: "META §5"},

	// The app and its secret. These stand before the token: it is fine.
	{code: 100, to: 190, text: "appsecret_proof", class: classProof, source: "100_appsecret_proof_required; 100_appsecret_proof_invalid; PAINS A (190)"},
	{code: 104, text: "access token", class: classTokenMissing, source: "catalogue (104)"},
	{code: 104, class: classProof, source: "PEERS §3.3"},
	{code: 101, class: classApp, source: "META §6"},
	{code: 1, text: "client secret", class: classApp, source: "META §6"},
	{code: 190, text: "error validating application", class: classApp, source: "catalogue (101): text varies; R16"},
	{code: 100, subcode: 36009, class: classLoginCode, source: "100_36009_code_used"},
	{code: 100, subcode: 36007, class: classLoginLate, source: "META §7.2: a code lives for ten minutes"},
	{code: 100, subcode: 36008, class: classLoginRedirect, source: "META §7.2: redirect_uri must be byte-identical"},
	{code: 100, text: "redirect_uri", class: classLoginRedirect, source: "META §7.2"},
	{code: 100, text: "verification code", class: classLoginLate, source: "META §7.2"},

	// The token, in every way that it dies.
	{code: 190, subcode: 458, class: classTokenApp, source: "META §6"},
	{code: 190, subcode: 459, class: classTokenCheckpoint, source: "META §6"},
	{code: 190, subcode: 490, class: classTokenCheckpoint, source: "php-business-sdk issue 367"},
	{code: 190, subcode: 460, class: classTokenPassword, source: "META §6"},
	{code: 190, subcode: 463, class: classTokenExpired, source: "META §6; PAINS A"},
	{code: 190, subcode: 464, class: classTokenUnconfirmed, source: "META §6"},
	{code: 190, subcode: 467, class: classTokenLoggedOut, source: "META §6, §7.9"},
	{code: 190, subcode: 492, class: classTokenRole, source: "META §6; PEERS §3.3"},
	{code: 190, subcode: 493, class: classTokenIdle, source: "PAINS A; META §7.6"},
	{code: 190, text: "impersonating a user's page", class: classPermission, cure: &pageToken, source: "META §6: a page-impersonation permission problem"},
	{code: 190, text: "page access token", class: classPermission, cure: &pageToken, source: "pages_08"},
	{code: 190, text: "expired", class: classTokenExpired, source: "META §6: also without a subcode"},
	{code: 190, text: "not authorized application", class: classTokenApp, source: "catalogue (458)"},
	{code: 190, class: classTokenInvalid, source: "META §6"},
	{code: 102, class: classTokenSession, source: "META §6"},
	{code: 2500, text: "active access token", class: classTokenMissing, source: "META §6"},
	{code: noCode, text: "access token", class: classTokenInvalid, source: "pages_04: its code is not there to read"},

	// Reports and lists.
	{code: 2601, class: classNotReady, source: "2601_1815107_async_not_ready"},
	{code: 2637, class: classNotReady, source: "META §4.9; PEERS §3.2"},
	{code: 2642, class: classCursor, source: "2642_invalid_cursors"},
	{code: 3018, class: classTooOld, source: "err_3018_beyond_37_months"},
	{code: 2635, class: classVersion, source: "2635_deprecated_version"},
	{code: -2, subcode: 2490547, class: classReportFailed, source: "META §4.7"},
	{code: 2, subcode: 1504041, class: classCombination, source: "META §4.7"},
	{code: 2, subcode: 1504042, class: classCombination, source: "META §4.7"},

	// One field, one record, one object.
	{code: anyCode, subcode: 2446289, class: classRecord, source: "PAINS A (100/2446289)"},
	{code: 100, subcode: 33, class: classGone, source: "err_100_33_unsupported_get"},
	{code: 100, text: "does not exist, cannot be loaded", class: classGone, source: "PAINS A: also without a subcode"},
	{code: 803, class: classGone, source: "PEERS §3.3"},
	{code: 100, text: "not valid for fields param", class: classField, source: "err_100_fields_not_valid_after_v19; 100_invalid_insights_fields"},
	{code: 100, text: "nonexisting", class: classField, source: "err_100_nonexisting_field_date_start; PAINS A (summary field)"},
	{code: 100, text: "in summary param", class: classField, cure: &summaryField, source: "META §4.4 (f); PEERS §3.2"},
	{code: 100, text: "unsupported request - method type", class: classField, cure: &fieldNeedsMore, source: "PEERS §3.3 (funding_source_details)"},
	{code: 12, text: "field is deprecated", class: classField, source: "PEERS §3.4 (12)"},
	{code: 12, class: classVersion, source: "PEERS §3.4 (12)"},
	{code: 10, to: 299, text: "business_management", class: classField, cure: &fieldNeedsMore, source: "META §2.2 SIM-7; PAINS A"},
	{code: 10, to: 299, text: "funding_source", class: classField, cure: &fieldNeedsMore, source: "META §2.2 SIM-7"},
	{code: 100, text: "combination of data breakdown columns", class: classCombination, source: "100_breakdown_combination_invalid"},
	{code: 100, text: "valid for breakdowns param", class: classCombination, source: "META §2.5 SIM-10"},
	{code: 100, text: "valid for action_breakdowns param", class: classCombination, source: "META §2.5 SIM-10"},
	{code: 1, subcode: 2853001, class: classEdge, source: "META §6"},

	// What a person must allow.
	{code: 200, text: "api access blocked", class: classRestricted, source: "PAINS A"},
	{code: 200, text: "provide valid app id", class: classApp, cure: &noAppID, source: "issues of Meta's SDKs: 200, Provide valid app ID"},
	{code: 200, text: "non-active account", class: classPermission, cure: &inactiveAccount, source: "issues of Meta's SDKs: 200, … disabled for non-active accounts"},
	{code: 1404078, class: classBlocked, source: "META §6"},
	{code: 1404082, class: classBlocked, source: "META §6"},
	{code: 1404163, class: classBlocked, source: "META §6"},
	{code: 2859015, class: classBlocked, source: "META §6"},
	{code: 368, class: classBlocked, source: "META §6"},
	{code: anyCode, subcode: 1404078, class: classBlocked, source: "META §6"},
	{code: anyCode, subcode: 1404082, class: classBlocked, source: "META §6"},
	{code: anyCode, subcode: 1404163, class: classBlocked, source: "META §6"},
	{code: anyCode, subcode: 2859015, class: classBlocked, source: "META §6"},
	{code: 100, subcode: 3191001, class: classPermission, source: "META §4.7"},
	{code: 100, text: "missing perm", class: classPermission, source: "PAINS A"},
	{code: 100, text: "permission denied", class: classPermission, source: "err_100_permission_denied_adspixels_stats"},
	{code: 3, class: classPermission, source: "3_no_capability"},
	{code: 10, class: classPermission, source: "10_permission_denied"},
	{code: 200, to: 299, class: classPermission, source: "META §6; 273_user_not_admin; 294_real_text_2014"},

	// What is ours.
	{code: 100, class: classBadRequest, source: "META §6; err_100_invalid_date_preset; 100_1487561_run_status_not_valid"},
	{code: 2500, class: classBadRequest, source: "err_2500_unknown_path_adset"},
	{code: noCode, text: "unknown path components", class: classBadRequest, source: "pages_02: its code is not there to read"},
	{code: 506, class: classBadRequest, source: "META §6: not relevant to reads"},
	{code: 1609005, class: classBadRequest, source: "META §6: not relevant to reads"},

	// What passes.
	{code: 1, class: classPassing, heavy: true, source: "META §6; PEERS §3.2 (1/99)"},
	{code: 2, subcode: 1504044, class: classPassing, heavy: true, source: "PAINS A"},
	{code: 2, class: classPassing, source: "META §6"},
	{code: -1000, to: -1, class: classPassing, heavy: true, source: "META §4.7: negative codes are internal errors"},
	manyRequests,
	{code: anyCode, status: 500, class: classPassing, source: "PEERS §3.4"},
	{code: noCode, status: 403, class: classPermission, source: "META §6: 403 is for code 200"},
	{code: noCode, class: classPassing, source: "META §6: no code"},
}
