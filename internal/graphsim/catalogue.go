package graphsim

import (
	"fmt"
	"net/http"
)

// catalogue lists the errors that reading ads can cause, with Meta's texts. Scripts name
// an error by its code and subcode, which means the first entry that has them.
var catalogue = []refusal{
	{Status: 500, Code: 1, Message: tooMuchText},
	{Status: 500, Code: 1, Subcode: 99, Message: "An unknown error occurred"},
	{Code: 1, Subcode: 2853001, Message: "An unknown error occurred", Title: "profile is not linked to delegate page"},
	{Status: 503, Code: 2, Message: "(#2) Service temporarily unavailable", Transient: yes()},
	{Code: 2, Subcode: 1504038, Message: "Service temporarily unavailable", Title: "Request Timed Out"},
	{Code: 2, Subcode: 1504041, Message: "Service temporarily unavailable", Title: "Invalid Breakdowns"},
	{Code: 2, Subcode: 1504042, Message: "Service temporarily unavailable", Title: "Invalid Custom Metrics"},
	{Code: 2, Subcode: 1504043, Message: "Service temporarily unavailable", Title: "Intermittent Error"},
	{Code: 2, Subcode: 1504044, Message: "Service temporarily unavailable", Title: "Unknown Error Occurred", Transient: no()},
	{Code: -2, Subcode: 2490547, Message: "Report Failed", Title: "Report Failed"},
	{Code: -3, Subcode: 1504045, Message: "Report Too Large", Title: "Report Too Large"},
	{Code: 3, Message: "(#3) Application does not have the capability to make this API call."},
	{Code: 4, Message: "(#4) Application request limit reached", Transient: yes()},
	{Code: 4, Subcode: 1504022, Message: appText},
	{Code: 4, Subcode: 1504039, Message: appText},
	{Code: 10, Message: "(#10) Application does not have permission for this action"},
	{Code: 17, Message: "(#17) User request limit reached", Transient: yes()},
	{Code: 17, Subcode: 2446079, Message: "User request limit reached", Title: "Ad Account Has Too Many API Calls", Transient: no()},
	{Code: 32, Message: "(#32) Page request limit reached"},
	{Code: 100, Message: "(#100) Permission Denied"},
	{Code: 100, Subcode: 33, Type: "GraphMethodException", Message: "Unsupported get request. Object does not exist, cannot be loaded due to missing permissions, or does not support this operation. Please read the Graph API documentation at https://developers.facebook.com/docs/graph-api"},
	{Code: 100, Subcode: 1487534, Message: "Invalid parameter", Title: "Data per call limit exceeded"},
	{Code: 100, Subcode: 1487561, Message: "Invalid parameter", Title: "Run Status not valid", Text: "Only certain values may be specified for run status.  The value specified was invalid.", Transient: no()},
	{Code: 100, Subcode: 1504018, Message: "Invalid parameter", Title: "Request Timed Out"},
	{Code: 100, Subcode: 2446289, Message: "Invalid parameter", Title: "Ad Creative Is Incomplete", Text: "The post or media that this ad creative is made of is no longer available.", Transient: no()},
	{Code: 100, Subcode: 3191001, Message: "Invalid parameter", Title: "Permission Error"},
	{Code: 100, Subcode: 36009, Message: "This authorization code has been used."},
	{Code: 101, Message: "Error validating application. Cannot get application info due to a system error."},
	{Code: 102, Message: "API Session"},
	{Code: 104, Message: "Incorrect signature"},
	{Code: 105, Message: "(#105) The number of parameters exceeded the maximum for this operation"},
	{Code: 190, Message: "Invalid OAuth access token - Cannot parse access token"},
	{Code: 190, Subcode: 458, Message: "Error validating access token: The user has not authorized application " + appID + "."},
	{Code: 190, Subcode: 459, Message: "Error validating access token: You cannot access the app till you log in to www.facebook.com and follow the instructions given."},
	{Code: 190, Subcode: 460, Message: "Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons."},
	{Code: 190, Subcode: 463, Message: "Error validating access token: Session has expired."},
	{Code: 190, Subcode: 464, Message: "Error validating access token: Sessions for the user are not allowed because the user is not a confirmed user."},
	{Code: 190, Subcode: 467, Message: "Error validating access token: The session is invalid because the user logged out."},
	{Code: 190, Subcode: 490, Message: "Error validating access token: The user is enrolled in a blocking, logged-in checkpoint"}, // php-business-sdk issue 367
	{Code: 190, Subcode: 492, Message: "Invalid session: the user has no sufficient role on the page or app."},
	{Code: 190, Subcode: 493, Message: "Error validating access token: The user has not engaged with the app for longer than 90 days."},
	{Status: 403, Code: 200, Message: "(#200) Ad account owner has NOT grant ads_management or ads_read permission"},
	{Code: 273, Message: "(#273) This Ads API call requires the user to be admin of the ad account. User is not admin on ad account"},
	{Code: 294, Message: "(#294) Managing advertisements requires the extended permission ads_management and an application that is whitelisted to access the Ads API"},
	{Code: 341, Message: "Application limit reached"},
	{Code: 368, Message: "The action attempted has been deemed abusive or is otherwise disallowed"},
	{Code: 613, Message: "(#613) Calls to this api have exceeded the rate limit."},
	{Code: 613, Subcode: 1487742, Message: "There have been too many calls from this ad-account. Please wait a bit and try again."},
	{Code: 613, Subcode: 1996, Message: "(#613) Calls to this api have exceeded the rate limit."},
	{Code: 803, Message: "(#803) Some of the aliases you requested do not exist"},
	{Code: 960, Message: "Request aborted due to timeout"},
	{Code: 2500, Message: "Unknown path components: /x"},
	{Code: 2601, Subcode: 1815107, Message: "Error accessing adreport job.", Title: "Loading Async Ads Report Failed", Text: notReadyText, Transient: yes()},
	{Code: 2635, Message: "(#2635) You are calling a deprecated version of the Ads API. Please update to the latest version: " + latest + "."},
	{Code: 2642, Message: "(#2642) Invalid cursors values"},
	{Code: 3018, Message: "(#3018) The start date of the time range cannot be beyond 37 months from the current date"},
	{Code: 80000, Subcode: 2446079, Message: "(#80000) There have been too many calls from this ad-account. Wait a bit and try again. For more info, please refer to " + limitsPage},
	{Code: 80003, Subcode: 2446079, Message: "(#80003) There have been too many calls to this ad-account. Wait a bit and try again. For more info, please refer to " + limitsPage},
	{Code: 80004, Subcode: 2446079, Message: "(#80004) There have been too many calls to this ad-account. Wait a bit and try again. For more info, please refer to " + limitsPage},
}

const (
	tooMuchText  = "Please reduce the amount of data you're asking for, then retry your request"
	appText      = "There have been too many calls from this app. Wait a bit and try again."
	notReadyText = "Sorry, the report cannot be loaded successfully. Please check if your job status is completed instead of failed or running before fetching the data."
	limitsPage   = "https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
	latest       = "v26.0"
)

func yes() *bool { is := true; return &is }

func no() *bool { return new(bool) }

// catalogued returns the error with a code and subcode; nil if the catalogue has none.
func catalogued(code, subcode int) *refusal {
	for _, r := range catalogue {
		if r.Code == code && r.Subcode == subcode {
			return &r
		}
	}
	return nil
}

// must returns an error that is known to be in the catalogue.
func must(code, subcode int) *refusal {
	r := catalogued(code, subcode)
	if r == nil {
		panic(fmt.Sprintf("graphsim: the catalogue has no %d/%d", code, subcode))
	}
	return r
}

// codeless returns an error without a code, with status 503.
func codeless() answer {
	return answer{status: http.StatusServiceUnavailable, header: http.Header{}, body: []byte(`{"error":{"message":"Call was not successful"}}`)}
}
