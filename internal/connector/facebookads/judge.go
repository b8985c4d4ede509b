package facebookads

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// errTooMuch says that the question was too big. It never leaves the connector:
// the cure is a smaller question.
var errTooMuch = errors.New("too much data at once")

// errGone says that Meta knows no such object, or shows it not to this token.
var errGone = errors.New("no such object")

// errNotReady says that a report was read before it was done.
var errNotReady = errors.New("the report is not ready")

// graphError is Meta's error body; every key but message may be missing.
type graphError struct {
	Message   string `json:"message"`
	Type      string `json:"type"`
	Code      int    `json:"code"`
	Subcode   int    `json:"error_subcode"`
	UserTitle string `json:"error_user_title"`
	UserMsg   string `json:"error_user_msg"`
	Trace     string `json:"fbtrace_id"`
}

func (e *graphError) Error() string {
	text := "Meta says: " + e.Message
	if e.UserMsg != "" {
		text += " (" + e.UserMsg + ")"
	}
	code := strconv.Itoa(e.Code)
	if e.Subcode != 0 {
		code += "/" + strconv.Itoa(e.Subcode)
	}
	return fmt.Sprintf("%s [code %s, trace %s]", text, code, e.Trace)
}

// judge turns an answer into nil or an error. The body is looked at first and
// the status second: errors come with 200, and throttles with 400.
func judge(a fetch.Answer) error {
	body := bytes.TrimSpace(a.Body)
	if a.Status < 400 && whole(body) && !bytes.HasPrefix(body, []byte(`{"error"`)) {
		return nil
	}
	var wrapped struct{ Error *graphError }
	if err := json.Unmarshal(body, &wrapped); err != nil || wrapped.Error == nil {
		return &adtally.Fault{Act: adtally.Retry, Code: "bad_answer",
			Message: fmt.Sprintf("Meta's answer (status %d) could not be read", a.Status),
			Hint:    "This usually passes; the same command goes on where it stopped."}
	}
	return classify(wrapped.Error, a)
}

// whole says whether a body looks like JSON that was not cut off.
func whole(body []byte) bool {
	n := len(body)
	return n > 1 && (body[0] == '{' && body[n-1] == '}' || body[0] == '[' && body[n-1] == ']')
}

// rule is one row of the classifier. Codes are Meta's; messages are localised
// and change, so text is looked at only where a code alone says too little.
type rule struct {
	code, subcode int    // subcode 0 = any
	text          string // "" = any
	make          func(*graphError, fetch.Answer) error
}

// The rows come from META_API.md §6 and its error catalogue. The first that
// fits decides, so a subcode stands before its code.
var rules = []rule{
	{1, 0, "reduce the amount of data", tooMuch},
	{100, 1487534, "", tooMuch}, {-3, 1504045, "", tooMuch},
	{100, 1504018, "", tooMuch}, {2, 1504038, "", tooMuch},
	{100, 33, "", gone}, {803, 0, "", gone},
	{2601, 0, "", notReady}, {2637, 0, "", notReady},
	{190, 463, "", dead("token_expired", "The access token has expired")},
	{190, 460, "", dead("password_changed", "The access token died when its owner changed the password")},
	{190, 458, "", dead("app_removed", "The owner of the access token has removed the app")},
	{190, 459, "", dead("checkpoint", "Facebook wants the owner of the access token to log in and confirm who they are")},
	{190, 464, "", dead("unconfirmed", "The owner of the access token has an unconfirmed Facebook account")},
	{190, 0, "", dead("token_invalid", "The access token is not valid")},
	{102, 0, "", dead("session_ended", "The session behind the access token has ended")},
	{2500, 0, "active access token", dead("token_invalid", "The access token is not valid")},
	{104, 0, "", configure("appsecret_proof", "Meta wants a valid appsecret_proof with this token", "Set the app secret of the app that the token belongs to, or turn off \"Require app secret\" in that app.")},
	{4, 0, "", throttled}, {17, 0, "", throttled}, {32, 0, "", throttled}, {613, 0, "", throttled}, {341, 0, "", throttled},
	{80000, 0, "", throttled}, {80001, 0, "", throttled}, {80002, 0, "", throttled}, {80003, 0, "", throttled}, {80004, 0, "", throttled},
	{80005, 0, "", throttled}, {80006, 0, "", throttled}, {80008, 0, "", throttled}, {80009, 0, "", throttled}, {80014, 0, "", throttled},
	{3018, 0, "", configure("too_old", "Meta serves no figures older than 37 months", "Choose a later --since.")},
	{2635, 0, "", configure("version_ended", "This version of Meta's API has ended", "Update Adtally.")},
	{3, 0, "", forbidden}, {10, 0, "", forbidden}, {294, 0, "", forbidden}, {273, 0, "", forbidden},
	{100, 0, "missing permission", forbidden}, {100, 0, "permission denied", forbidden}, {100, 3191001, "", forbidden},
	{368, 0, "", configure("blocked", "Meta has blocked this person or app for a policy reason", "See the account's support page at Meta; the token itself is fine.")},
	{1, 0, "", passing}, {2, 0, "", passing}, {-2, 0, "", passing}, {960, 0, "", passing},
}

func classify(e *graphError, a fetch.Answer) error {
	for _, r := range rules {
		if r.code == e.Code && (r.subcode == 0 || r.subcode == e.Subcode) && strings.Contains(strings.ToLower(e.Message), r.text) {
			return r.make(e, a)
		}
	}
	switch {
	case e.Code >= 200 && e.Code <= 299:
		return forbidden(e, a)
	case a.Status >= 500, e.Code == 0:
		return passing(e, a)
	}
	return &adtally.Fault{Act: adtally.Bug, Code: "refused", Message: "Meta refused a request", Err: e}
}

func tooMuch(e *graphError, _ fetch.Answer) error {
	return fmt.Errorf("%w: %w", errTooMuch, permanent(e))
}
func gone(e *graphError, _ fetch.Answer) error { return fmt.Errorf("%w: %w", errGone, permanent(e)) }
func notReady(e *graphError, _ fetch.Answer) error {
	return fmt.Errorf("%w: %w", errNotReady, permanent(e))
}

// permanent keeps fetch from sending the same request again.
func permanent(e *graphError) error {
	return &adtally.Fault{Act: adtally.Bug, Code: "refused", Message: "Meta refused a request", Err: e}
}

func passing(e *graphError, _ fetch.Answer) error {
	return &adtally.Fault{Act: adtally.Retry, Code: "meta_trouble", Message: "Meta has trouble answering",
		Hint: "This usually passes; the same command goes on where it stopped.", Err: e}
}

const renew = "Get a new token, or set up a system user's token, which does not expire; then run the same command again: it goes on where it stopped."

func dead(code, message string) func(*graphError, fetch.Answer) error {
	return func(e *graphError, _ fetch.Answer) error {
		return &adtally.Fault{Act: adtally.Reconnect, Code: code, Message: message, Hint: renew, Err: e}
	}
}

func configure(code, message, hint string) func(*graphError, fetch.Answer) error {
	return func(e *graphError, _ fetch.Answer) error {
		return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint, Err: e}
	}
}

func forbidden(e *graphError, _ fetch.Answer) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "permission", Message: "The token is not allowed to read this",
		Hint: "Grant the app ads_read, and give the token's owner \"View performance\" on the ad account.", Err: e}
}

// Waits where the answer states none: the block of the score budget is 300 s on
// the Limited tier (META_API.md §5).
const defaultBlock = 5 * time.Minute

// throttled reads from the usage headers when to come back; the errors carry
// them too, and there is no Retry-After.
func throttled(e *graphError, a fetch.Answer) error {
	wait := max(businessWait(a.Header), accountWait(a.Header))
	if wait == 0 {
		wait = defaultBlock
	}
	return &adtally.Fault{Act: adtally.Wait, Code: "throttled", Message: "Meta allows no more calls for now",
		Hint: "Nothing is lost; the same command goes on where it stopped.", Until: time.Now().Add(wait), Err: e}
}

func businessWait(h http.Header) time.Duration {
	var usage map[string][]struct {
		Minutes int `json:"estimated_time_to_regain_access"`
	}
	if json.Unmarshal([]byte(h.Get("X-Business-Use-Case-Usage")), &usage) != nil {
		return 0 // no header, or not in the known form: the caller has a default
	}
	minutes := 0
	for _, uses := range usage {
		for _, u := range uses {
			minutes = max(minutes, u.Minutes)
		}
	}
	return time.Duration(minutes) * time.Minute
}

func accountWait(h http.Header) time.Duration {
	var usage struct {
		Seconds int `json:"reset_time_duration"`
	}
	if json.Unmarshal([]byte(h.Get("X-Ad-Account-Usage")), &usage) != nil {
		return 0
	}
	return time.Duration(usage.Seconds) * time.Second
}
