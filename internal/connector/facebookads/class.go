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
	temporary     = "This usually passes; the next try goes on where this one stopped."
	reconnectHint = "Reconnect with a new token, or set up long-term access with a system user's token, which does not expire. Nothing else changes, and what is missing is filled in then."
	pleaseReport  = "Nothing is lost: this part is left out and tried again next time. Please report it, with Meta's text and its trace."
)

var cures = map[class]cure{
	classThrottle:       {act: actWait, message: "Meta allows no more calls for now", hint: "Nothing is lost; it goes on where it stopped."},
	classReachQuota:     {act: actWait, message: "Meta gives this ad account no more old reach with breakdowns today", hint: "Meta allows ten such questions per ad account and day; the columns are filled on a later day."},
	classTooMuch:        {act: actShrink, message: "Meta finds the question too big", hint: "Adtally asks for less at once: fewer days, fewer objects, smaller pages. It is no throttle, and waiting does not help."},
	classTimeout:        {act: actShrink, message: "Meta needed too long for the question", hint: "Adtally asks for less at once, or by a report job. Waiting does not help."},
	classPassing:        {act: actRetry, message: "Meta has trouble answering", hint: temporary},
	classBadAnswer:      {act: actRetry, message: "Meta's answer could not be read", hint: temporary},
	classNotReady:       {act: actRetry, another: true, message: "The report is not ready, although Meta may have said so", hint: "Adtally looks again, and then asks for the report anew."},
	classReportFailed:   {act: actRetry, another: true, message: "Meta could not make the report", hint: "Adtally asks for it anew, and then for smaller ones."},
	classCursor:         {act: actRetry, another: true, message: "The place in a list is no longer valid", hint: "Adtally begins that list again."},
	classRecord:         {act: actShrink, message: "One creative is incomplete at Meta and sinks the page that holds it", hint: "Adtally reads smaller pages until it stands alone, and leaves it out. Its post was probably deleted: see the ad in Ads Manager."},
	classField:          {act: actBug, another: true, message: "Meta does not offer a field that was asked for", hint: "Adtally asks without it; the column stays empty and the field is listed as a gap."},
	classCombination:    {act: actConfigure, message: "Meta does not offer this combination of breakdowns and fields", hint: "Choose fewer breakdowns for the report, or other ones."},
	classBadRequest:     {act: actBug, message: "Meta does not understand the request", hint: pleaseReport},
	classTooOld:         {act: actConfigure, message: "Meta serves no figures older than 37 months", hint: "Choose a later --since."},
	classVersion:        {act: actConfigure, message: "This version of Meta's API has ended", hint: "Adtally goes on with the next version that it knows. Where there is none, update Adtally."},
	classGone:           {act: actConfigure, message: "The object is not there, or this token may not see it", hint: "Check the account's number, and that the token's owner has access to it."},
	classEdge:           {act: actConfigure, message: "Meta does not serve this list, because a page is not linked", hint: "Link the page to the business portfolio, or leave the table out."},
	classPermission:     {act: actConfigure, message: "The token is not allowed to read this", hint: "Grant the app ads_read, and give the token's owner \"View performance\" on the ad account."},
	classBlocked:        {act: actConfigure, message: "Meta has blocked this person, app or account for a policy reason", hint: "See the account's support page at Meta; the token itself is fine."},
	classRestricted:     {act: actConfigure, message: "Meta has blocked the app's access to the API", hint: "See the app's dashboard at Meta: its mode, its review and its alerts. The token itself is fine."},
	classProof:          {act: actConfigure, message: "Meta wants a valid appsecret_proof with this token", hint: "Set the app secret of the app that the token belongs to, or turn off \"Require app secret\" in that app."},
	classApp:            {act: actConfigure, message: "Meta does not know the app, or its secret is wrong", hint: "Check the app's id and secret."},
	classLoginCode:      {act: actReconnect, message: "The login's code has been used already", hint: "Log in again from the beginning."},
	classLoginCancelled: {act: actReconnect, message: "The login was cancelled at Facebook", hint: "Nothing was changed. Begin again, and choose Continue there."},
	classLoginRefused:   {act: actReconnect, message: "Facebook did not let the login through", hint: "Nothing was changed. Begin again; if it stays, log in at facebook.com and see what it asks."},
	classLoginLate:      {act: actReconnect, message: "The login took too long", hint: "Nothing was changed. Begin again; Facebook gives ten minutes."},
	classLoginRedirect:  {act: actConfigure, message: "Facebook does not know the address that the login comes back to", hint: "In the app's dashboard at Meta, under Facebook Login, add the callback address that Adtally shows to \"Valid OAuth Redirect URIs\", letter for letter."},
	classNoApp:          {act: actConfigure, message: "No Meta app is set up, so nobody can log in with Facebook here", hint: "An admin enters the id and the secret of your app at Meta in the settings. Pasting a token works without one."},
	classNotRenewable:   {act: actConfigure, message: "The token was made for an app that is not set up here, so it cannot be extended", hint: "Reconnect before it ends, or use a system user's token that never expires."},
	classUnshared:       {act: actConfigure, message: "The token no longer sees this ad account", hint: "Share the ad account with the token's owner again (\"View performance\"), or take it off the source. Its data stays, and the next sync after that fills the gap."},
	classUnknown:        {act: actBug, message: "Meta refused a request, and Adtally does not know this refusal", hint: pleaseReport},

	classTokenExpired:     {act: actReconnect, message: "The access token has expired", hint: reconnectHint},
	classTokenPassword:    {act: actReconnect, message: "The access token died when its owner changed the password", hint: reconnectHint},
	classTokenApp:         {act: actReconnect, message: "The owner of the access token has removed the app", hint: "Let them log in to the app again, or take another token. Nothing else changes, and what is missing is filled in then."},
	classTokenCheckpoint:  {act: actReconnect, message: "Facebook wants the owner of the access token to log in and confirm who they are", hint: "Let the token's owner log in at facebook.com and do what it asks; the same token then works again."},
	classTokenUnconfirmed: {act: actReconnect, message: "The owner of the access token has an unconfirmed Facebook account", hint: "Let the token's owner log in at facebook.com and confirm the account; the same token then works again."},
	classTokenLoggedOut:   {act: actReconnect, message: "The access token is no longer valid: its owner logged out, or Facebook ended the session", hint: reconnectHint},
	classTokenRole:        {act: actReconnect, message: "The owner of the access token no longer has the role that it needs", hint: "Give the token's owner the role in the app again. Where the app is in development mode, only people with a role in it can use it: switch it to Live in its dashboard at Meta. Then get a new token."},
	classTokenIdle:        {act: actReconnect, message: "The app's access to data has expired, because the token's owner did not use it for 90 days", hint: "Let the token's owner log in to the app again; extending the token does not help. A system user's token does not expire so."},
	classTokenSession:     {act: actReconnect, message: "The session behind the access token has ended", hint: reconnectHint},
	classTokenMissing:     {act: actReconnect, message: "Meta wants an access token", hint: "Set the access token again."},
	classTokenMalformed:   {act: actReconnect, message: "This is no access token", hint: "Copy the token again and paste the whole of it."},
	classTokenInvalid:     {act: actReconnect, message: "The access token is not valid", hint: reconnectHint + " Where a system user's token is refused at every call, its app may want appsecret_proof."},
}

// Cures for special cases of a class.
var (
	fieldNeedsMore = cure{act: actConfigure, another: true, message: "A field wants a permission that the token does not have",
		hint: "Adtally asks without it; the column stays empty. Whoever wants it grants the permission that Meta names."}
	summaryField = cure{act: actRetry, another: true, message: "Meta cannot sum up a field of a report",
		hint: "Adtally reads the report again, without a summary."}
	noAppID = cure{act: actConfigure, message: "Meta misses the app behind the token, or does not take it",
		hint: "Set the id of the app that the token was made for, and see in that app's dashboard at Meta that it has the Marketing API and is Live. Else make a new token with an app that has."}
	inactiveAccount = cure{act: actConfigure, message: "Meta gives this no longer, because the ad account is not active",
		hint: "See the ad account in Ads Manager: it is disabled, closed or has an open bill. When it is active again, the next sync goes on; or take it off the source. What the warehouse has stays."}
	pageToken = cure{act: actConfigure, message: "Meta wants the right to act for a page",
		hint: "Grant the page permission that Meta names, or leave the table out. The token itself is fine."}
)
