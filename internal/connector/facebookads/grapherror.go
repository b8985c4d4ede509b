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

// graphError is Meta's error body. Every member except message may be missing.
type graphError struct {
	Message   string
	Type      string
	Code      int // 0 = none
	Subcode   int // 0 = none
	UserTitle string
	UserMsg   string
	Trace     string
	Transient bool
	hidden    bool // the code is present but not a number
	none      bool // an empty value, which is how PHP may write that there is none
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

// UnmarshalJSON accepts every form of an error that was seen or that a proxy may make of
// it: a number as a string, a string as an object, the whole error as a string or a
// list, or an error inside an error.
func (e *graphError) UnmarshalJSON(raw []byte) error {
	*e = graphError{none: isEmpty(raw)}
	var m map[string]json.RawMessage
	if json.Unmarshal(errorInside(raw, maxWrappings), &m) != nil {
		e.Message = plain(raw)
	} else {
		e.read(m)
	}
	e.codeFromMessage()
	return nil
}

func (e *graphError) read(m map[string]json.RawMessage) {
	e.Message, e.Type, e.UserTitle = plain(m["message"]), plain(m["type"]), plain(m["error_user_title"])
	e.UserMsg, e.Trace, e.Transient = plain(m["error_user_msg"]), plain(m["fbtrace_id"]), plain(m["is_transient"]) == "true"
	e.Code, e.hidden = codeIn(m["code"])
	e.Subcode, _ = codeIn(m["error_subcode"])
	if e.Subcode == 0 {
		e.Subcode, _ = codeIn(m["subcode"]) // the name that debug_token uses
	}
}

// isEmpty reports whether a value is false, an empty text, list or object.
func isEmpty(raw []byte) bool {
	switch strings.Join(strings.Fields(string(raw)), "") {
	case `false`, `""`, `[]`, `{}`:
		return true
	}
	return false
}

// maxWrappings limits how deep an error is looked for.
const maxWrappings = 4

// errorInside returns the error inside a string, a list or another error.
func errorInside(raw []byte, most int) []byte {
	var inside struct{ Error, Message, Code json.RawMessage }
	var list []json.RawMessage
	var text string
	switch {
	case most == 0:
	case json.Unmarshal(raw, &list) == nil:
		for _, one := range list {
			if string(one) != "null" {
				return errorInside(one, most-1)
			}
		}
	case json.Unmarshal(raw, &text) == nil:
		return errorInside([]byte(text), most-1)
	case json.Unmarshal(raw, &inside) == nil && inside.Error != nil && inside.Message == nil && inside.Code == nil:
		return errorInside(inside.Error, most-1)
	}
	return raw
}

// codeFromMessage sets a missing code to the one in the message.
func (e *graphError) codeFromMessage() {
	if found := codeInText.FindStringSubmatch(e.Message); e.Code == 0 && found != nil {
		e.Code, _ = strconv.Atoi(found[1]) // one to six digits: cannot fail
	}
}

// codeInText matches the code that Meta writes before most messages.
var codeInText = regexp.MustCompile(`^\(#(\d{1,6})\)`)

// codeIn decodes a number, or a string that holds one. hidden is true for anything
// else.
func codeIn(raw json.RawMessage) (n int, hidden bool) {
	text := strings.Trim(string(raw), `" (#)`)
	if text == "" || text == "null" {
		return 0, false
	}
	n, ok := wholeNumber(text)
	return n, !ok
}

// wholeNumber parses a whole number written as 100, 100.0 or 1e2.
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

// plain is textIn with secrets removed.
func plain(raw json.RawMessage) string { return clean(textIn(raw)) }

// clean removes possible secrets and control characters from a text and limits its
// length.
func clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
	s = secrets.ReplaceAllString(s, "[secret]")
	if len(s) > maxTextLen {
		s = strings.ToValidUTF8(s[:maxTextLen], "") + "…"
	}
	return s
}

// maxTextLen is the longest text that is kept; texts in recordings are below 500
// bytes.
const maxTextLen = 2000

// Meta's messages may repeat what was sent to it, secrets included. Tokens begin with
// EAA; an app token is the app's ID and its secret (docs/meta-api.md#tokens).
var secrets = regexp.MustCompile(`EAA[0-9A-Za-z_-]+` +
	`|\b\d{5,}\|[0-9A-Za-z_-]{8,}` +
	`|(?i:malformed access token )\S+` +
	`|(?i:\b(?:access_token|input_token|fb_exchange_token|revoke_token|client_secret|appsecret_proof)=)[^&\s"']+`)
