package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	"adtally"
)

// httpFaults are the faults that HTTP itself causes, by status.
var httpFaults = map[int]adtally.Fault{
	http.StatusBadRequest:            {Code: "bad_request", Hint: "Send a valid JSON document."},
	http.StatusNotFound:              {Code: "not_found", Hint: "See the reference at /api/docs for the valid paths."},
	http.StatusMethodNotAllowed:      {Code: "method_not_allowed", Hint: "See the reference at /api/docs for the valid methods."},
	http.StatusRequestTimeout:        {Code: "timeout", Hint: "Send the whole request without pauses."},
	http.StatusRequestEntityTooLarge: {Code: "too_large", Hint: "Send at most 1 MB."},
	http.StatusUnsupportedMediaType:  {Code: "unsupported_media", Hint: "Send JSON as application/json."},
	http.StatusUnprocessableEntity:   {Code: "invalid", Hint: "Correct the fields that are named in errors."},
}

// Problem is the body of every error: RFC 9457 with members of our own.
type Problem struct {
	Type    string       `json:"type" doc:"URI of the kind of problem: urn:adtally:problem: and the code" example:"urn:adtally:problem:stale_edit" format:"uri"`
	Title   string       `json:"title" doc:"Name of the HTTP status"`
	Status  int          `json:"status" doc:"HTTP status"`
	Detail  string       `json:"detail" doc:"What is wrong, in one sentence"`
	Code    string       `json:"code" doc:"Stable code for programs: see Problem codes in the reference" example:"stale_edit"`
	Act     adtally.Act  `json:"act" enum:"retry,wait,reconnect,configure,bug" doc:"Who must act: retry = send it again soon; wait = until the time in until; reconnect = replace a credential; configure = change the request or a setting; bug = report it"`
	Hint    string       `json:"hint,omitempty" doc:"How to fix it"`
	Until   *time.Time   `json:"until,omitempty" doc:"Earliest time to try again"`
	Request string       `json:"request" doc:"ID of the request in the server's log"`
	Object  string       `json:"object,omitempty" doc:"Object that is in the way, as kind:id" example:"run:0198c0de"`
	Errors  []FieldError `json:"errors,omitempty" nullable:"false" doc:"The invalid fields"`

	Checks []TokenCheck `json:"checks,omitempty" nullable:"false" doc:"Results of the checks of a token"`
	Lost   []AdAccount  `json:"lost,omitempty" nullable:"false" doc:"Ad accounts that the source reads and the token cannot see"`
	Gained []AdAccount  `json:"gained,omitempty" nullable:"false" doc:"Ad accounts that no earlier token of the source could see"`
	retry  time.Duration
}

// FieldError is one invalid field. It never contains the value, which may be a
// password.
type FieldError struct {
	Field   string `json:"field" doc:"Path of the field" example:"body.email"`
	Message string `json:"message" doc:"What is wrong with it"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is called by huma.
func (p *Problem) GetStatus() int { return p.Status }

const problemJSON = "application/problem+json"

// ContentType is called by huma.
func (p *Problem) ContentType(string) string { return problemJSON }

// GetHeaders is called by huma.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	switch {
	case p.Status == http.StatusUnauthorized:
		h.Set("WWW-Authenticate", `Bearer realm="adtally"`)
	case p.Until != nil:
		h.Set("Retry-After", strconv.Itoa(int((p.retry+time.Second-1)/time.Second)))
	}
	return h
}

// refusal returns a fault that the caller can fix.
func refusal(code, message, hint string) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint}
}

// fieldRefusal is a fault with the path of the field.
type fieldRefusal struct {
	*adtally.Fault
	field string
}

func (f fieldRefusal) Unwrap() error { return f.Fault }

// invalid says what is wrong with one field.
func invalid(field, message string) error {
	return fieldRefusal{refusal("invalid", message, "Correct the fields that are named in errors."), field}
}

// problem converts an error into the answer for the caller. Details of internal errors
// are only logged, with the same request ID.
func (s *shell) problem(ctx context.Context, err error) *Problem {
	return shownProblem(ctx, s.fullProblem(ctx, err))
}

// shownProblem leaves out of a problem what a holder of a share link must not read.
func shownProblem(ctx context.Context, p *Problem) *Problem {
	if requestInfoOf(ctx).shared {
		return p.forHolder()
	}
	return p
}

func (s *shell) fullProblem(ctx context.Context, err error) *Problem {
	id := requestInfoOf(ctx).id
	if p, ok := errors.AsType[*Problem](err); ok {
		p.Request = id
		return p
	}
	f := adtally.FaultOf(err)
	kind, known := problemCodes[f.Code]
	if !known {
		if ctx.Err() == nil { // the client is gone
			s.Log.ErrorContext(ctx, "a request failed", "request", id, "code", f.Code, "error", err)
		}
		return unexpected(id)
	}
	answer := &Problem{Status: kind.status, Detail: f.Message, Code: f.Code, Act: f.Act, Hint: f.Hint, Request: id}
	if !f.Until.IsZero() {
		until := f.Until.UTC()
		answer.Until, answer.retry = &until, until.Sub(s.Now())
	}
	if field, ok := errors.AsType[fieldRefusal](err); ok {
		answer.Errors = []FieldError{{Field: field.field, Message: f.Message}}
	}
	return answer.named()
}

func (p *Problem) named() *Problem {
	p.Type, p.Title = "urn:adtally:problem:"+p.Code, http.StatusText(p.Status)
	return p
}

func unexpected(id string) *Problem {
	p := &Problem{Status: http.StatusInternalServerError, Code: "unexpected", Act: adtally.Bug, Request: id,
		Detail: "An internal error occurred", Hint: "See the server's log for this request ID, and report the error."}
	return p.named()
}

// refuse answers a request with a problem.
func (s *shell) refuse(w http.ResponseWriter, r *http.Request, err error) {
	s.write(w, r, s.problem(r.Context(), err))
}

func (s *shell) write(w http.ResponseWriter, r *http.Request, p *Problem) {
	for name, values := range p.GetHeaders() {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Type", problemJSON)
	w.WriteHeader(p.Status)
	if err := json.NewEncoder(w).Encode(p); err != nil {
		s.Log.DebugContext(r.Context(), "the client closed the connection before the answer was sent", "request", p.Request, "error", err)
	}
}

// ofHTTP returns the problem for an error that HTTP or huma found.
func ofHTTP(status int, detail, id string, fields []FieldError) *Problem {
	f, ok := httpFaults[status]
	if !ok {
		return unexpected(id)
	}
	p := &Problem{Status: status, Detail: sentence(cmp.Or(detail, http.StatusText(status))), Code: f.Code, Hint: f.Hint,
		Act: adtally.Configure, Request: id, Errors: fields}
	return p.named()
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Huma creates its own errors where it validates a request; init replaces them with
// problems.
func init() {
	huma.NewErrorWithContext = func(c huma.Context, status int, detail string, errs ...error) huma.StatusError {
		if strings.HasPrefix(detail, "cannot read request body") {
			status = http.StatusBadRequest // the client stopped sending
		}
		return shownProblem(c.Context(), ofHTTP(status, detail, requestInfoOf(c.Context()).id, fieldErrors(errs)))
	}
	huma.NewError = func(status int, detail string, errs ...error) huma.StatusError {
		return ofHTTP(status, detail, "", fieldErrors(errs))
	}
	huma.DefaultArrayNullable = false
}

func fieldErrors(errs []error) (all []FieldError) {
	for _, err := range errs {
		if d, ok := errors.AsType[*huma.ErrorDetail](err); ok {
			all = append(all, FieldError{Field: fieldOf(d), Message: d.Message})
		}
	}
	return all
}

// fieldOf returns the path of an invalid field. For a missing property huma gives the
// path of the parent, and the property only in its message.
func fieldOf(d *huma.ErrorDetail) string {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	name, is := strings.CutPrefix(d.Message, before)
	if name, whole := strings.CutSuffix(name, after); is && whole {
		return d.Location + "." + name
	}
	return d.Location
}
