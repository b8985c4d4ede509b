package facebookads

import (
	"bytes"
	"encoding/json"
	"fmt"

	"adtally/internal/fetch"
)

// judge turns an answer into nil or a refusal. The body is looked at first and
// the status second: errors come with 200, and throttles with 400.
func judge(a fetch.Answer) error {
	body := bytes.TrimSpace(a.Body)
	e := errorIn(body)
	switch {
	case e != nil:
		return classify(e, a)
	case a.Status < 400 && whole(body):
		return nil
	}
	return unreadable(a)
}

// errorIn is the error that an object holds, or nil. A page of rows is not
// parsed for it, unless it may hold one.
func errorIn(body []byte) *graphError {
	if len(body) == 0 || body[0] != '{' || !bytes.Contains(body, []byte(`"error"`)) {
		return nil
	}
	var wrapped struct{ Error *graphError }
	if json.Unmarshal(mended(body), &wrapped) != nil {
		return nil
	}
	return wrapped.Error
}

// whole says whether a body looks like JSON that was not cut off.
func whole(body []byte) bool {
	n := len(body)
	return n > 1 && (body[0] == '{' && body[n-1] == '}' || body[0] == '[' && body[n-1] == ']')
}

// unreadable is an answer that is neither good nor an error of Graph's: HTML,
// nothing at all, or cut off. Only what a proxy may say by its status is known.
func unreadable(a fetch.Answer) error {
	if a.Status == manyRequests.status {
		return refuse(manyRequests, nil, a)
	}
	bad := refuse(rule{class: classBadAnswer}, nil, a)
	bad.fault.Err = fmt.Errorf("status %d, %d bytes", a.Status, len(a.Body))
	return bad
}

// classify finds the row for an error. Where none fits, nobody foresaw it: that
// is a bug of ours, with all that Meta said.
func classify(e *graphError, a fetch.Answer) error {
	row := rule{class: classUnknown}
	for _, r := range rules {
		if r.fits(e, a.Status) {
			row = r
			break
		}
	}
	if row.class == classPermission && row.cure == nil && len(namedFields(e.Message)) > 0 {
		row.class, row.cure = classField, &fieldNeedsMore // only a part of the request is not allowed
	}
	out := refuse(row, e, a)
	// is_transient is a hint: true always allows another try, and false, which
	// stands on throttles as well, never forbids one (PEERS.md §3).
	if e.Transient && (out.act == actBug || out.act == actConfigure) {
		return refuse(rule{class: classPassing}, e, a)
	}
	return out
}

// classifyRun is for the error fields of a report job that failed (META_API.md
// §4.7). What would pass is cured by another job, not by asking about this one.
func classifyRun(e *graphError, a fetch.Answer) error {
	out := refusalOf(classify(e, a))
	if out.act == actRetry {
		out = refuse(rule{class: classReportFailed, heavy: out.heavy}, e, a)
	}
	out.job = true
	return out
}
