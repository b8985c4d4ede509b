package facebookads

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// Explanation describes what an error of the Graph API means, for people and programs.
type Explanation struct {
	Act     string `json:"act"` // retry, wait, shrink, reconnect, configure or bug
	Class   string `json:"class"`
	Message string `json:"message"`
	Hint    string `json:"hint"`
	Code    *int   `json:"code"`    // nil if Meta sends none
	Subcode *int   `json:"subcode"` // nil if Meta sends none

	// WaitSeconds is how long to wait; omitted if waiting does not help.
	WaitSeconds float64 `json:"wait_seconds,omitempty"`

	Said string        `json:"-"` // Meta's own text, "" if there is none
	Wait time.Duration `json:"-"` // for wait: how long
}

// Explain classifies an answer of the Graph API: a body, a part of a batch, or a
// failed report job. status is 0 if unknown. It returns a fault if the answer is not
// an error: it contains none and its status is below 400.
func Explain(status int, header http.Header, body []byte) (Explanation, error) {
	a := fetch.Answer{Status: status, Header: header, Body: bytes.TrimSpace(body)}
	err := errorAnywhere(&a)
	if err == nil {
		return Explanation{}, &adtally.Fault{Act: adtally.Configure, Code: "no_error", Message: "This is not an error: Meta's answer is good",
			Hint: "Provide the body of an answer that contains an error."}
	}
	return explained(refusalOf(err)), nil
}

func explained(r *refusal) Explanation {
	x := Explanation{Act: string(r.act), Class: string(r.class), Message: r.fault.Message, Hint: r.fault.Hint, Wait: r.wait, WaitSeconds: r.wait.Seconds()}
	if r.graph == nil {
		return x
	}
	x.Said, x.Code, x.Subcode = r.graph.Error(), given(r.graph.Code), given(r.graph.Subcode)
	if r.class == classUnknown || r.class == classBadRequest {
		x.Message += ". " + x.Said // there is no better hint
	}
	return x
}

func given(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

// errorAnywhere looks for an error in any form in which a person may have saved it.
func errorAnywhere(a *fetch.Answer) error {
	for range maxDepth {
		inner, ok := unwrapped(a)
		if !ok {
			break
		}
		*a = inner
	}
	if e := errorIn(a.Body); e != nil {
		return classify(e, *a)
	}
	if e, run := bareError(a.Body); e != nil && run {
		return classifyRun(e, *a)
	} else if e != nil {
		return classify(e, *a)
	}
	if a.Status < http.StatusBadRequest && whole(a.Body) && json.Valid(a.Body) {
		return nil
	}
	return unreadable(*a)
}

// maxDepth is how many wrappings are opened: a recorded exchange that holds a batch
// that holds a part.
const maxDepth = 3

// unwrapped extracts an answer from a part of a batch, {code, headers, body}, or from
// a recorded exchange, {response: {status, headers, body}}. Of a whole batch it
// returns the first part that is an error.
func unwrapped(a *fetch.Answer) (fetch.Answer, bool) {
	var list []json.RawMessage
	if json.Unmarshal(a.Body, &list) == nil && list != nil {
		return firstRefused(list, a)
	}
	var w struct {
		Response json.RawMessage
		Code     int
		Status   int
		Headers  json.RawMessage
		Body     json.RawMessage
	}
	if err := json.Unmarshal(a.Body, &w); err != nil && w.Response == nil && w.Body == nil {
		return fetch.Answer{}, false
	}
	if w.Response != nil {
		return fetch.Answer{Status: a.Status, Header: a.Header, Body: w.Response}, true
	}
	if w.Body == nil {
		return fetch.Answer{}, false
	}
	inner := fetch.Answer{Status: a.Status, Header: partHeaders(a.Header, w.Headers), Body: bytes.TrimSpace([]byte(textIn(w.Body)))}
	if n := max(w.Code, w.Status); n > 0 {
		inner.Status = n
	}
	return inner, true
}

// firstRefused returns the first part of a batch that is an error, or else a part that
// timed out.
func firstRefused(parts []json.RawMessage, a *fetch.Answer) (fetch.Answer, bool) {
	timedOut := false
	for _, raw := range parts {
		inner := fetch.Answer{Status: a.Status, Header: a.Header, Body: raw}
		switch {
		case string(raw) == "null":
			timedOut = true
		case errorAnywhere(&inner) != nil:
			return inner, true
		}
	}
	return fetch.Answer{Status: a.Status}, timedOut
}

// partHeaders adds the headers of a part (a list of names and values) or of an
// exchange (an object).
func partHeaders(outer http.Header, raw json.RawMessage) http.Header {
	h := outer.Clone()
	if h == nil {
		h = http.Header{}
	}
	var list []struct{ Name, Value looseText }
	if json.Unmarshal(raw, &list) == nil {
		for _, x := range list {
			h.Set(string(x.Name), string(x.Value))
		}
		return h
	}
	var object map[string]looseText
	if json.Unmarshal(raw, &object) == nil {
		for name, value := range object {
			h.Set(name, string(value))
		}
	}
	return h
}

// bareError decodes an error without its wrapping: one from inside debug_token's data,
// or one of a failed report job, whose member names begin with error_.
func bareError(body []byte) (e *graphError, run bool) {
	var b struct {
		Data     json.RawMessage
		Message  json.RawMessage
		Code     json.RawMessage
		RunCode  json.RawMessage `json:"error_code"`
		Said     json.RawMessage `json:"error_message"`
		Title    json.RawMessage `json:"error_user_title"`
		UserSaid json.RawMessage `json:"error_user_msg"`
		Subcode  json.RawMessage `json:"error_subcode"`
	}
	if json.Unmarshal(body, &b) != nil {
		return nil, false
	}
	switch {
	case b.RunCode != nil:
		e := &graphError{Message: plain(b.Said), UserTitle: plain(b.Title), UserMsg: plain(b.UserSaid)}
		e.Code, e.hidden = codeIn(b.RunCode)
		e.Subcode, _ = codeIn(b.Subcode)
		return e, true
	case b.Message != nil && b.Code != nil:
		e = &graphError{}
		return e, json.Unmarshal(body, e) != nil // never fails: UnmarshalJSON accepts every form
	}
	return errorIn(b.Data), false
}
