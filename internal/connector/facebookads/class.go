package facebookads

import "adtally"

// class names a kind of error from Meta. It becomes the fault's code, so its values
// are stable.
type class string

// The classes. cures tells what each means and who must act.
const (
	classThrottle     class = "throttled"
	classReachQuota   class = "reach_quota"
	classTooMuch      class = "too_much"
	classTimeout      class = "timeout"
	classPassing      class = "meta_trouble"
	classBadAnswer    class = "bad_answer"
	classNotReady     class = "not_ready"
	classReportFailed class = "report_failed"
	classCursor       class = "cursor"
	classRecord       class = "record"
	classField        class = "field"
	classCombination  class = "combination"
	classBadRequest   class = "bad_request"
	classTooOld       class = "too_old"
	classVersion      class = "version_ended"
	classGone         class = "gone"
	classEdge         class = "edge_unavailable"
	classPermission   class = "permission"
	classBlocked      class = "blocked"
	classRestricted   class = "app_restricted"
	classProof        class = "appsecret_proof"
	classApp          class = "app_config"
	classLoginCode    class = "login_code_used"

	classLoginCancelled class = "login_cancelled"
	classLoginRefused   class = "login_refused"
	classLoginLate      class = "login_code_expired"
	classLoginRedirect  class = "login_redirect"
	classNoApp          class = "no_app"
	classNotRenewable   class = "not_renewable"
	classUnshared       class = "account_unshared"
	classUnknown        class = "unknown"

	classTokenExpired     class = "token_expired"
	classTokenPassword    class = "token_password_changed"
	classTokenApp         class = "token_app_removed"
	classTokenCheckpoint  class = "token_checkpoint"
	classTokenUnconfirmed class = "token_unconfirmed"
	classTokenLoggedOut   class = "token_logged_out"
	classTokenRole        class = "token_role"
	classTokenIdle        class = "token_data_access_expired" //nolint:gosec // the name of a class, no credential
	classTokenSession     class = "token_session_ended"
	classTokenMissing     class = "token_missing"
	classTokenInvalid     class = "token_invalid"
	classTokenMalformed   class = "token_malformed"
)

// actor tells who must act: an adtally.Act, or shrink, which never leaves this
// package.
type actor string

const (
	actRetry     = actor(adtally.Retry)
	actWait      = actor(adtally.Wait)
	actShrink    = actor("shrink") // request less
	actReconnect = actor(adtally.Reconnect)
	actConfigure = actor(adtally.Configure)
	actBug       = actor(adtally.Bug)
)

// cure is the text that people see for a class, and who must act.
type cure struct {
	act     actor
	message string // one sentence without its full stop
	hint    string
	// another means that the same request is not sent again; a different one is.
	another bool
}

const (
	temporary     = "This is usually temporary; the next attempt continues where this one stopped."
	reconnectHint = "Reconnect with a new token, or set up long-term access with a system user's token, which does not expire. Nothing else changes, and missing data is filled in then."
	pleaseReport  = "Nothing is lost: this part is left out and tried again next time. Please report it together with Meta's message and trace ID."
)

var cures = map[class]cure{
	classThrottle:       {act: actWait, message: "Meta allows no more calls for now", hint: "Nothing is lost; Adtally continues where it stopped."},
	classReachQuota:     {act: actWait, message: "Meta's daily quota for old reach with breakdowns is used up for this ad account", hint: "Meta allows ten such requests per ad account and day; the columns are filled on a later day."},
	classTooMuch:        {act: actShrink, message: "Meta says that a request is too big", hint: "Adtally requests less at a time: fewer days, fewer objects, smaller pages. This is not a rate limit, so waiting does not help."},
	classTimeout:        {act: actShrink, message: "Meta took too long to answer", hint: "Adtally requests less at a time, or uses a report job. Waiting does not help."},
	classPassing:        {act: actRetry, message: "Meta could not answer", hint: temporary},
	classBadAnswer:      {act: actRetry, message: "Meta's answer could not be read", hint: temporary},
	classNotReady:       {act: actRetry, another: true, message: "The report is not ready, even if Meta says that it is", hint: "Adtally checks again, and then requests a new report."},
	classReportFailed:   {act: actRetry, another: true, message: "Meta could not create the report", hint: "Adtally requests a new report, and then smaller ones."},
	classCursor:         {act: actRetry, another: true, message: "Meta no longer accepts the cursor of a list", hint: "Adtally reads the list again from its beginning."},
	classRecord:         {act: actShrink, message: "One creative is incomplete at Meta and makes its page fail", hint: "Adtally reads smaller pages until only this creative fails, and leaves it out. Its post was probably deleted: check the ad in Ads Manager."},
	classField:          {act: actBug, another: true, message: "Meta does not offer a requested field", hint: "Adtally reads the rest without it; the column stays empty and the field is listed as a gap."},
	classCombination:    {act: actConfigure, message: "Meta does not offer this combination of breakdowns and fields", hint: "Choose fewer or different breakdowns for the report."},
	classBadRequest:     {act: actBug, message: "Meta does not understand the request", hint: pleaseReport},
	classTooOld:         {act: actConfigure, message: "Meta serves no figures older than 37 months", hint: "Choose a later first day."},
	classVersion:        {act: actConfigure, message: "This version of Meta's API has ended", hint: "Adtally continues with the next version that it knows. If there is none, update Adtally."},
	classGone:           {act: actConfigure, message: "The object does not exist, or this token may not see it", hint: "Check the account's number, and that the token's owner has access to it."},
	classEdge:           {act: actConfigure, message: "Meta does not serve this list because a page is not linked", hint: "Link the page to the business portfolio, or leave the table out."},
	classPermission:     {act: actConfigure, message: "The token is not allowed to read this", hint: "Grant the app ads_read, and give the token's owner \"View performance\" on the ad account."},
	classBlocked:        {act: actConfigure, message: "Meta has blocked this person, app or account for a policy reason", hint: "See the account's support page at Meta; the token itself is fine."},
	classRestricted:     {act: actConfigure, message: "Meta has blocked the app's access to the API", hint: "See the app's dashboard at Meta: its mode, its review and its alerts. The token itself is fine."},
	classProof:          {act: actConfigure, message: "Meta requires a valid appsecret_proof with this token", hint: "Set the app secret of the app that the token belongs to, or turn off \"Require app secret\" in that app."},
	classApp:            {act: actConfigure, message: "Meta does not know the app, or its secret is wrong", hint: "Check the app's id and secret."},
	classLoginCode:      {act: actReconnect, message: "The login code has already been used", hint: "Log in again from the beginning."},
	classLoginCancelled: {act: actReconnect, message: "The login was cancelled on Facebook", hint: "Nothing was changed. Begin again, and choose Continue there."},
	classLoginRefused:   {act: actReconnect, message: "Facebook rejected the login", hint: "Nothing was changed. Begin again; if it happens again, log in at facebook.com and follow the instructions there."},
	classLoginLate:      {act: actReconnect, message: "The login took too long", hint: "Nothing was changed. Begin again; Facebook allows ten minutes."},
	classLoginRedirect:  {act: actConfigure, message: "Facebook does not accept the callback address of the login", hint: "In the app's dashboard at Meta, under Facebook Login, add the callback address that Adtally shows to \"Valid OAuth Redirect URIs\", exactly as shown."},
	classNoApp:          {act: actConfigure, message: "No Meta app is set up, so nobody can log in with Facebook here", hint: "An admin enters the id and the secret of your app at Meta in the settings. Pasting a token works without one."},
	classNotRenewable:   {act: actConfigure, message: "The token was made for an app that is not set up here, so it cannot be extended", hint: "Reconnect before it expires, or use a system user's token that never expires."},
	classUnshared:       {act: actConfigure, message: "The token no longer sees this ad account", hint: "Share the ad account with the token's owner again (\"View performance\"), or remove it from the source. Its data stays, and the next sync after it is shared again fills the gap."},
	classUnknown:        {act: actBug, message: "Meta refused a request with an error that Adtally does not know", hint: pleaseReport},

	classTokenExpired:     {act: actReconnect, message: "The access token has expired", hint: reconnectHint},
	classTokenPassword:    {act: actReconnect, message: "The access token became invalid when its owner changed their password", hint: reconnectHint},
	classTokenApp:         {act: actReconnect, message: "The owner of the access token has removed the app", hint: "Ask them to log in to the app again, or use another token. Nothing else changes, and missing data is filled in then."},
	classTokenCheckpoint:  {act: actReconnect, message: "Facebook requires the owner of the access token to log in and confirm their identity", hint: "Ask the token's owner to log in at facebook.com and follow the instructions; the same token then works again."},
	classTokenUnconfirmed: {act: actReconnect, message: "The owner of the access token has an unconfirmed Facebook account", hint: "Ask the token's owner to log in at facebook.com and confirm the account; the same token then works again."},
	classTokenLoggedOut:   {act: actReconnect, message: "The access token is no longer valid: its owner logged out, or Facebook ended the session", hint: reconnectHint},
	classTokenRole:        {act: actReconnect, message: "The owner of the access token no longer has the required role", hint: "Give the token's owner the role in the app again. If the app is in development mode, only people with a role can use it: switch it to Live in its dashboard at Meta. Then get a new token."},
	classTokenIdle:        {act: actReconnect, message: "The app's access to data has expired, because the token's owner did not use it for 90 days", hint: "Ask the token's owner to log in to the app again; extending the token does not help. A system user's token has no such limit."},
	classTokenSession:     {act: actReconnect, message: "The access token's session has ended", hint: reconnectHint},
	classTokenMissing:     {act: actReconnect, message: "Meta requires an access token", hint: "Set the access token again."},
	classTokenMalformed:   {act: actReconnect, message: "This is not an access token", hint: "Copy the whole token again and paste it."},
	classTokenInvalid:     {act: actReconnect, message: "The access token is not valid", hint: reconnectHint + " If a system user's token fails on every call, its app may require appsecret_proof."},
}

// Cures for special cases of a class.
var (
	fieldNeedsMore = cure{act: actConfigure, another: true, message: "A field needs a permission that the token does not have",
		hint: "Adtally reads the rest without it; the column stays empty. To fill it, grant the permission that Meta names."}
	summaryField = cure{act: actRetry, another: true, message: "Meta cannot summarize a field of a report",
		hint: "Adtally reads the report again, without a summary."}
	noAppID = cure{act: actConfigure, message: "Meta cannot find the token's app, or does not accept it",
		hint: "Set the id of the app that the token was made for, and check in that app's dashboard at Meta that it has the Marketing API and is Live. Otherwise create a new token with an app that is."}
	inactiveAccount = cure{act: actConfigure, message: "Meta no longer serves this because the ad account is not active",
		hint: "Check the ad account in Ads Manager: it is disabled, closed or has an unpaid bill. The next sync after it is active again continues. Or remove it from the source; the data in the warehouse stays."}
	pageToken = cure{act: actConfigure, message: "Meta requires permission to act for a page",
		hint: "Grant the page permission that Meta names, or leave the table out. The token itself is fine."}
)
