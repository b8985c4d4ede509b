package facebookads

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// judge returns nil or a refusal for an answer. It checks the body before the status,
// because Meta sends errors with 200 and throttles with 400.
func judge(a fetch.Answer) error {
	body := bytes.TrimSpace(a.Body)
	e := errorIn(body)
	switch {
	case e != nil && (!e.none || a.Status >= http.StatusBadRequest):
		return classify(e, a)
	case a.Status < 400 && whole(body):
		return nil
	}
	return unreadable(a)
}

// errorIn returns the error in an object, or nil. A page of rows is parsed only if it
// may contain one.
func errorIn(body []byte) *graphError {
	if len(body) == 0 || body[0] != '{' || !bytes.Contains(body, []byte(`"error"`)) {
		return nil
	}
	var wrapped struct{ Error *graphError }
	if json.Unmarshal(jsonread.Sanitized(body), &wrapped) != nil {
		return nil
	}
	return wrapped.Error
}

// whole reports whether a body looks like JSON that was not cut off.
func whole(body []byte) bool {
	n := len(body)
	return n > 1 && (body[0] == '{' && body[n-1] == '}' || body[0] == '[' && body[n-1] == ']')
}

// unreadable classifies an answer that is neither data nor an error from Graph: HTML,
// an empty body, or a body that was cut off. Only a proxy's status carries
// information.
func unreadable(a fetch.Answer) error {
	if a.Status == manyRequests.status {
		return refuse(manyRequests, nil, a)
	}
	bad := refuse(rule{class: classBadAnswer, heavy: isStubborn(a.Status)}, nil, a)
	bad.fault.Err = fmt.Errorf("status %d, %d bytes", a.Status, len(a.Body))
	return bad
}

// isStubborn reports whether an unreadable answer may mean that the request is too
// big: Meta's edge servers answer some of those with HTML and 400 or 404 every time,
// and a gateway with 504. A repeated answer of this kind is not chance.
func isStubborn(status int) bool {
	return status >= http.StatusBadRequest && status < http.StatusInternalServerError || status == http.StatusGatewayTimeout
}

// classify finds the rule for an error. An error without a rule is reported as a bug
// of ours, with everything that Meta said.
func classify(e *graphError, a fetch.Answer) error {
	row := rule{class: classUnknown}
	for _, r := range rules {
		if r.fits(e, a.Status) {
			row = r
			break
		}
	}
	if row.class == classPermission && row.cure == nil && len(namedFields(e.Message)) > 0 {
		row.class, row.cure = classField, &fieldNeedsMore // only one part of the request needs the permission
	}
	out := refuse(row, e, a)
	// is_transient is a hint. true always allows a retry; false never forbids one,
	// because Meta sets it on throttles as well (docs/meta-api.md#errors).
	if e.Transient && (out.act == actBug || out.act == actConfigure) {
		return refuse(rule{class: classPassing}, e, a)
	}
	return out
}

// classifyRun classifies the error fields of a failed report job
// (docs/meta-api.md#report-jobs). A transient error is cured by a new job, not by
// polling this one.
func classifyRun(e *graphError, a fetch.Answer) error {
	out := refusalOf(classify(e, a))
	if out.act == actRetry {
		out = refuse(rule{class: classReportFailed, heavy: out.heavy}, e, a)
	}
	out.job = true
	return out
}
