package facebookads

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// graphError is Meta's error body; every key but message may be missing.
type graphError struct {
	Message   string
	Type      string
	Code      int // 0 = none
	Subcode   int // 0 = none
	UserTitle string
	UserMsg   string
	Trace     string
	Transient bool
	hidden    bool // there is a code, and it is no number
}

func (e *graphError) Error() string {
	text := "Meta says: " + e.Message
	if said := strings.TrimSpace(e.UserTitle + " " + e.UserMsg); said != "" {
		text += " (" + said + ")"
	}
	code := strconv.Itoa(e.Code)
	if e.Subcode != 0 {
		code += "/" + strconv.Itoa(e.Subcode)
	}
	return fmt.Sprintf("%s [code %s, trace %s]", text, code, e.Trace)
}

// UnmarshalJSON takes whatever form an error has: a number may be a text, a
// text may be an object, and all of it may be a text.
func (e *graphError) UnmarshalJSON(raw []byte) error {
	var m map[string]json.RawMessage
	if json.Unmarshal(raw, &m) != nil {
		*e = graphError{Message: plain(raw)}
		return nil
	}
	*e = graphError{Message: plain(m["message"]), Type: plain(m["type"]), UserTitle: plain(m["error_user_title"]),
		UserMsg: plain(m["error_user_msg"]), Trace: plain(m["fbtrace_id"]), Transient: plain(m["is_transient"]) == "true"}
	e.Code, e.hidden = codeIn(m["code"])
	e.Subcode, _ = codeIn(m["error_subcode"])
	if e.Subcode == 0 {
		e.Subcode, _ = codeIn(m["subcode"]) // debug_token calls it so
	}
	if found := codeInText.FindStringSubmatch(e.Message); e.Code == 0 && found != nil {
		e.Code, _ = strconv.Atoi(found[1]) // three to six digits: it cannot fail
	}
	return nil
}

// codeInText is the code that Meta writes before most messages.
var codeInText = regexp.MustCompile(`^\(#(\d{1,6})\)`)

// codeIn reads a number or a text that is one. Something else is hidden.
func codeIn(raw json.RawMessage) (n int, hidden bool) {
	text := strings.Trim(string(raw), `" `)
	if text == "" || text == "null" {
		return 0, false
	}
	n, ok := wholeNumber(text)
	return n, !ok
}

// wholeNumber reads a whole number, as 100, 100.0 or 1e2.
func wholeNumber(text string) (int, bool) {
	if n, err := strconv.Atoi(text); err == nil {
		return n, true
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || f != math.Trunc(f) || math.Abs(f) > math.MaxInt32 {
		return 0, false
	}
	return int(f), true
}

// plain is textIn for people.
func plain(raw json.RawMessage) string { return clean(textIn(raw)) }

// clean takes out of a text what may be a secret or would upset a terminal, and
// keeps a sensible length.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	s = secrets.ReplaceAllString(s, "[secret]")
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}

// longest is how much of a text is kept: recorded ones are below 500 bytes.
const longest = 2000

// Meta's texts may hold what it was sent (META_API.md §7.10: treat them as
// secret-bearing). Tokens begin with EAA; an app's is its id and its secret.
var secrets = regexp.MustCompile(`EAA[0-9A-Za-z_-]+` +
	`|\b\d{5,}\|[0-9A-Za-z_-]{8,}` +
	`|(?i:malformed access token )\S+` +
	`|(?i:\b(?:access_token|input_token|fb_exchange_token|revoke_token|client_secret|appsecret_proof)=)[^&\s"']+`)
