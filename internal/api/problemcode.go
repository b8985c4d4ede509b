package api

import (
	"net/http"
	"slices"
	"strings"

	"adtally"
)

// problemCode is the HTTP status of a fault and its sentence in the reference.
type problemCode struct {
	status int
	text   string
}

// problemCodes are the faults that a caller is told of. A fault with another code is
// internal: the caller gets the ID under which it was logged, and no detail.
var problemCodes = map[string]problemCode{
	"bad_request":        {http.StatusBadRequest, "The request is not valid JSON, or its body ended early."},
	"unauthenticated":    {http.StatusUnauthorized, "The request has no valid session or API key."},
	"wrong_login":        {http.StatusUnauthorized, "The e-mail address or the password is wrong."},
	"forbidden":          {http.StatusForbidden, "The caller lacks the role or the permission, or is a key where a person is required."},
	"cross_origin":       {http.StatusForbidden, "A browser sent the request from another site."},
	"https_required":     {http.StatusForbidden, "The request would send a key without encryption."},
	"mcp_off":            {http.StatusForbidden, "An admin has not turned on the MCP server."},
	"foreign_host":       {http.StatusMisdirectedRequest, "The Host header is not a name of this server."},
	"wrong_code":         {http.StatusForbidden, "The set-up code is wrong."},
	"wrong_password":     {http.StatusForbidden, "The current password is wrong."},
	"oidc_stale":         {http.StatusForbidden, "The OIDC login was started in another browser, or has expired."},
	"login_stale":        {http.StatusForbidden, "The login at the platform is unknown or was started elsewhere."},
	"login_foreign":      {http.StatusForbidden, "Somebody else started the login at the platform, or another browser did."},
	"oidc_refused":       {http.StatusForbidden, "The OIDC provider refused the login, or its answer is invalid."},
	"oidc_unverified":    {http.StatusForbidden, "The OIDC provider has not verified the e-mail address."},
	"oidc_unknown":       {http.StatusForbidden, "The e-mail address is not invited, or its user is disabled."},
	"reveal_off":         {http.StatusForbidden, "Revealing tokens is turned off in the settings."},
	"link_gone":          {http.StatusNotFound, "The connect link is invalid, used, revoked or expired."},
	"login_used":         {http.StatusConflict, "The login at the platform has already been used."},
	"share_gone":         {http.StatusGone, "The share link was revoked, has expired, or shows nothing any more."},
	"share_password":     {http.StatusUnauthorized, "The share link has a password; give it first."},
	"share_wrong":        {http.StatusUnauthorized, "The password of the share link is wrong."},
	"share_busy":         {http.StatusTooManyRequests, "The share link was used too often; until says when to try again."},
	"share_download":     {http.StatusForbidden, "The share link does not allow downloads."},
	"share_refused":      {http.StatusUnprocessableEntity, "The tile cannot be shown under the filters of the share link."},
	"not_found":          {http.StatusNotFound, "The path or the object does not exist."},
	"reset_gone":         {http.StatusNotFound, "The link to a new password is invalid, used or expired."},
	"invite_gone":        {http.StatusNotFound, "The invite is invalid, used, revoked or expired."},
	"method_not_allowed": {http.StatusMethodNotAllowed, "The path does not support this method."},
	"timeout":            {http.StatusRequestTimeout, "The body of the request arrived too slowly."},
	"conflict":           {http.StatusConflict, "The state of the object does not allow the operation."},
	"email_taken":        {http.StatusConflict, "A user with this e-mail address exists."},
	"dataset_taken":      {http.StatusConflict, "Another source writes to this dataset."},
	"name_used":          {http.StatusConflict, "Other data has this name."},
	"run_on":             {http.StatusConflict, "A run of this source is in progress; object names it."},
	"not_running":        {http.StatusConflict, "The run has already ended."},
	"last_admin":         {http.StatusConflict, "The change would leave no admin who can log in."},
	"setup_done":         {http.StatusConflict, "The first admin already exists."},
	"stale_edit":         {http.StatusPreconditionFailed, "The object has changed since the version in If-Match."},
	"too_large":          {http.StatusRequestEntityTooLarge, "The body of the request is larger than 1 MB."},
	"unsupported_media":  {http.StatusUnsupportedMediaType, "The body of the request is not application/json."},
	"invalid":            {http.StatusUnprocessableEntity, "One or more fields are invalid; errors lists them."},
	"dataset_foreign":    {http.StatusUnprocessableEntity, "The dataset exists and was not created by Adtally."},
	"key_reused":         {http.StatusUnprocessableEntity, "The Idempotency-Key was used with another request."},
	"name_needed":        {http.StatusUnprocessableEntity, "The deletion must be confirmed with the name of the source."},
	"bad_schedule":       {http.StatusUnprocessableEntity, "The time or the time zone is not valid."},
	"bad_cursor":         {http.StatusUnprocessableEntity, "The cursor does not belong to this list or to these filters."},
	"weak_password":      {http.StatusUnprocessableEntity, "The new password is too short, too long, or the e-mail address."},
	"accounts_lost":      {http.StatusConflict, "The token cannot see every ad account that the source reads; send confirm to accept it."},
	"edit_unconditional": {http.StatusPreconditionRequired, "The header If-Match is missing."},
	"too_many_tries":     {http.StatusTooManyRequests, "There were too many failed logins; until says when to try again."},
	"sql_refused":        {http.StatusUnprocessableEntity, "The statement is not one SELECT of the modelled tables with allowed functions."},
	"sql_failed":         {http.StatusUnprocessableEntity, "The warehouse refused the statement, or failed while it ran."},
	"sql_memory":         {http.StatusUnprocessableEntity, "The statement needs more memory than a statement may use."},
	"sql_off":            {http.StatusUnprocessableEntity, "SQL cannot be run on this server."},
	"sql_stopped":        {http.StatusConflict, "Somebody stopped the statement."},
	"sql_running":        {http.StatusConflict, "The caller already runs a statement."},
	"sql_rate":           {http.StatusTooManyRequests, "The caller has run too many statements; until says when to try again."},
	"sql_busy":           {http.StatusServiceUnavailable, "Too many statements wait for their turn, or a load is writing."},
	"busy":               {http.StatusServiceUnavailable, "The server or the login provider is overloaded; try again soon."},
	"not_ready":          {http.StatusServiceUnavailable, "A dependency of the server is not available."},
}

// unexpectedText describes the code unexpected, which every operation can return.
const unexpectedText = "An internal error occurred; the log has the details under the request's ID."

// adapterCodes are faults of channels, reports and the warehouse that operations pass
// on unchanged, see platformProblem.
var adapterCodes = map[string]problemCode{
	"channel_setting":     {http.StatusUnprocessableEntity, "A setting of the channel is missing or invalid."},
	"channel_refused":     {http.StatusUnprocessableEntity, "The other side refused the message."},
	"channel_address":     {http.StatusUnprocessableEntity, "Messages cannot be sent to this address."},
	"channel_moved":       {http.StatusUnprocessableEntity, "The other side redirects messages to another host."},
	"channel_unreachable": {http.StatusServiceUnavailable, "The other side cannot be reached or reports an error."},
	"mail_unencrypted":    {http.StatusUnprocessableEntity, "The mail server does not offer STARTTLS."},
	"mail_login":          {http.StatusUnprocessableEntity, "The mail server refused the login."},
	"mailbox_refused":     {http.StatusUnprocessableEntity, "Some of the mailboxes refused the message."},
	"unknown_table":       {http.StatusUnprocessableEntity, "The report or the source names a table that does not exist."},
	"unknown_field":       {http.StatusUnprocessableEntity, "The report names a field that does not exist."},
	"unknown_breakdown":   {http.StatusUnprocessableEntity, "The report names a breakdown that does not exist."},
	"unknown_window":      {http.StatusUnprocessableEntity, "The report names an attribution window that does not exist."},
	"dead_field":          {http.StatusUnprocessableEntity, "The platform no longer returns a field of the report."},
	"dead_window":         {http.StatusUnprocessableEntity, "The platform no longer returns an attribution window of the report."},
	"combination":         {http.StatusUnprocessableEntity, "The platform does not allow this combination of breakdowns."},
	"field_by_breakdown":  {http.StatusUnprocessableEntity, "The platform does not return this field with this breakdown."},
	"report_name":         {http.StatusUnprocessableEntity, "The name of the report is invalid or taken."},
	"report_level":        {http.StatusUnprocessableEntity, "The level of the report is invalid."},
	"report_field":        {http.StatusUnprocessableEntity, "A field of the report is invalid."},
	"report_breakdown":    {http.StatusUnprocessableEntity, "A breakdown of the report is invalid."},
	"report_increment":    {http.StatusUnprocessableEntity, "The increment of the report is invalid."},
	"metric":              {http.StatusUnprocessableEntity, "A custom conversion is invalid."},
	"account_gone":        {http.StatusUnprocessableEntity, "The ad account does not exist any more, or is not shared with the token's owner."},
	"account_unshared":    {http.StatusUnprocessableEntity, "The ad account is not shared with the token's owner any more."},
	"throttled":           {http.StatusServiceUnavailable, "The platform's rate limit is used up; until says when to try again."},
	"reach_quota":         {http.StatusServiceUnavailable, "The platform's limit for reach breakdowns is used up."},
	"unreachable":         {http.StatusServiceUnavailable, "The platform cannot be reached."},
	"meta_trouble":        {http.StatusServiceUnavailable, "The platform reported a temporary error."},
	"bad_answer":          {http.StatusServiceUnavailable, "The platform's answer could not be read."},
	"report_failed":       {http.StatusServiceUnavailable, "The platform could not build the report."},
	"too_much":            {http.StatusUnprocessableEntity, "The request returns more data than the platform serves in one answer."},
	"gone":                {http.StatusUnprocessableEntity, "The object does not exist at the platform, or the token cannot see it."},
	"edge_unavailable":    {http.StatusUnprocessableEntity, "The platform does not serve this kind of object for the ad account."},
	"unknown":             {http.StatusUnprocessableEntity, "The platform reported an error that Adtally does not know."},
	"too_old":             {http.StatusUnprocessableEntity, "The day is older than the platform's retention."},
	"field":               {http.StatusUnprocessableEntity, "The platform does not know a field of the report."},
	"version_ended":       {http.StatusUnprocessableEntity, "The version of the platform's API has ended; install a newer adtally."},
	"bad_address":         {http.StatusUnprocessableEntity, "The configured address of the platform's API is not a URL."},
	"preview_slow":        {http.StatusServiceUnavailable, "The preview took too long."},
	"mixed_currency":      {http.StatusUnprocessableEntity, "A figure would add up several currencies; give a target currency."},
	"fx_missing":          {http.StatusUnprocessableEntity, "An exchange rate that the figure needs is missing."},
	"grain_not_held":      {http.StatusUnprocessableEntity, "The metric cannot be added up, and no figure for this grain or grouping was fetched."},
	"dimension_missing":   {http.StatusUnprocessableEntity, "One of the metrics does not have a dimension of the question."},
	"stale":               {http.StatusUnprocessableEntity, "The data was not read until the day of the question."},
	"unknown_metric":      {http.StatusUnprocessableEntity, "There is no metric with this name."},
	"unknown_dimension":   {http.StatusUnprocessableEntity, "There is no dimension with this name."},
	"unknown_column":      {http.StatusUnprocessableEntity, "A definition names a column that does not exist."},
	"lock_unsupported":    {http.StatusUnprocessableEntity, "A forced filter does not fit the metric."},
	"fee_unsupported":     {http.StatusUnprocessableEntity, "The metric uses amounts of the platform that a fee cannot be added to."},
	"no_data":             {http.StatusUnprocessableEntity, "Nothing was synced or uploaded yet."},
	"bad_definition":      {http.StatusUnprocessableEntity, "A file with definitions is not valid any more."},
	"bad_query":           {http.StatusUnprocessableEntity, "The question is invalid."},
	"bad_figure":          {http.StatusUnprocessableEntity, "The figure is not a number."},
	"unknown_account":     {http.StatusUnprocessableEntity, "The account is not synced from a platform that says where its figures are."},
	"file_invalid":        {http.StatusUnprocessableEntity, "The file cannot be read as CSV."},
	"file_mapping":        {http.StatusUnprocessableEntity, "The mapping of the file is incomplete or does not fit its rows."},
	"file_missing":        {http.StatusUnprocessableEntity, "The bytes of the file are no longer in the data folder."},
	"name_taken":          {http.StatusUnprocessableEntity, "Somebody else's table or view has a name that Adtally needs."},
	"warehouse_busy":      {http.StatusServiceUnavailable, "Another process is using the warehouse."},
}

// documentedCode is an entry of x-problem-codes in the OpenAPI document.
type documentedCode struct {
	Code   string `json:"code"`
	Status int    `json:"status"`
	Text   string `json:"description"`
}

// documentedCodes returns every code that an operation can answer, ordered by code.
func (s *shell) documentedCodes() []documentedCode {
	all := map[string]problemCode{"unexpected": {http.StatusInternalServerError, unexpectedText}}
	if s.Service.Platforms != nil {
		for _, spec := range s.Service.Platforms.Catalog() {
			for _, f := range spec.Faults {
				all[f.Code] = problemCode{foreignStatus(f.Act), strings.TrimSuffix(f.Message, ".") + "."}
			}
		}
	}
	for _, f := range ownFaults {
		all[f.Code] = problemCode{foreignStatus(f.Act), f.Message + "."}
	}
	for _, known := range []map[string]problemCode{adapterCodes, problemCodes} {
		for code, p := range known {
			all[code] = p
		}
	}
	var out []documentedCode
	for code, p := range all {
		out = append(out, documentedCode{code, p.status, p.text})
	}
	slices.SortFunc(out, func(a, b documentedCode) int { return strings.Compare(a.Code, b.Code) })
	return out
}

// foreignStatus is the HTTP status of a fault that does not come from this package.
func foreignStatus(act adtally.Act) int {
	switch act {
	case adtally.Wait, adtally.Retry:
		return http.StatusServiceUnavailable
	case adtally.Bug:
		return http.StatusInternalServerError
	}
	return http.StatusUnprocessableEntity
}
