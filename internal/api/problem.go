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

// statuses are the faults that a caller may be told of, and how HTTP says them.
// A fault with another code is ours: the caller gets a number that stands in the
// log, and no word of what is inside.
var statuses = map[string]int{
	"bad_request":        http.StatusBadRequest,
	"unauthenticated":    http.StatusUnauthorized,
	"wrong_login":        http.StatusUnauthorized,
	"forbidden":          http.StatusForbidden,
	"cross_origin":       http.StatusForbidden,
	"foreign_host":       http.StatusMisdirectedRequest,
	"wrong_code":         http.StatusForbidden,
	"wrong_password":     http.StatusForbidden,
	"oidc_stale":         http.StatusForbidden,
	"login_stale":        http.StatusForbidden,
	"login_foreign":      http.StatusForbidden,
	"oidc_refused":       http.StatusForbidden,
	"oidc_unverified":    http.StatusForbidden,
	"oidc_unknown":       http.StatusForbidden,
	"reveal_off":         http.StatusForbidden,
	"link_gone":          http.StatusNotFound,
	"login_used":         http.StatusConflict,
	"not_found":          http.StatusNotFound,
	"reset_gone":         http.StatusNotFound,
	"invite_gone":        http.StatusNotFound,
	"method_not_allowed": http.StatusMethodNotAllowed,
	"timeout":            http.StatusRequestTimeout,
	"conflict":           http.StatusConflict,
	"email_taken":        http.StatusConflict,
	"dataset_taken":      http.StatusConflict,
	"run_on":             http.StatusConflict,
	"not_running":        http.StatusConflict,
	"last_admin":         http.StatusConflict,
	"setup_done":         http.StatusConflict,
	"stale_edit":         http.StatusPreconditionFailed,
	"too_large":          http.StatusRequestEntityTooLarge,
	"unsupported_media":  http.StatusUnsupportedMediaType,
	"invalid":            http.StatusUnprocessableEntity,
	"dataset_foreign":    http.StatusUnprocessableEntity,
	"key_reused":         http.StatusUnprocessableEntity,
	"name_needed":        http.StatusUnprocessableEntity,
	"bad_cursor":         http.StatusUnprocessableEntity,
	"weak_password":      http.StatusUnprocessableEntity,
	"accounts_lost":      http.StatusConflict,
	"edit_unconditional": http.StatusPreconditionRequired,
	"too_many_tries":     http.StatusTooManyRequests,
	"busy":               http.StatusServiceUnavailable,
	"not_ready":          http.StatusServiceUnavailable,
}

// spoken is what is said where HTTP, and no fault of ours, is the reason.
var spoken = map[int]adtally.Fault{
	http.StatusBadRequest:            {Code: "bad_request", Hint: "The request cannot be read; send JSON."},
	http.StatusNotFound:              {Code: "not_found", Hint: "Look for the address in the reference at /api/docs."},
	http.StatusMethodNotAllowed:      {Code: "method_not_allowed", Hint: "Look for the address in the reference at /api/docs."},
	http.StatusRequestTimeout:        {Code: "timeout", Hint: "Send the request faster."},
	http.StatusRequestEntityTooLarge: {Code: "too_large", Hint: "A request may have at most 1 MB."},
	http.StatusUnsupportedMediaType:  {Code: "unsupported_media", Hint: "Send JSON as application/json."},
	http.StatusUnprocessableEntity:   {Code: "invalid", Hint: "Correct the fields that are named in errors."},
}

// Problem is how every refusal looks: RFC 9457, with our own members.
type Problem struct {
	Type    string       `json:"type" doc:"Names the sort of problem; the same as code" example:"urn:adtally:problem:stale_edit"`
	Title   string       `json:"title" doc:"What the status means"`
	Status  int          `json:"status" doc:"The HTTP status"`
	Detail  string       `json:"detail" doc:"What is wrong, in one sentence"`
	Code    string       `json:"code" doc:"Stable, for programs" example:"stale_edit"`
	Act     adtally.Act  `json:"act" enum:"retry,wait,reconnect,configure,bug" doc:"Who must do what: retry a little later; wait until the moment named; reconnect a credential; configure: change the request or a setting; bug: ours"`
	Hint    string       `json:"hint,omitempty" doc:"What to do about it"`
	Until   *time.Time   `json:"until,omitempty" doc:"Not before this moment, where one must wait"`
	Request string       `json:"request" doc:"Names this request in the server's log"`
	Object  string       `json:"object,omitempty" doc:"What is in the way" example:"run:0198c0de"`
	Errors  []FieldError `json:"errors,omitempty" nullable:"false" doc:"The fields that are wrong"`

	Checks []TokenCheck `json:"checks,omitempty" nullable:"false" doc:"What was found of a token"`
	Lost   []AdAccount  `json:"lost,omitempty" nullable:"false" doc:"Ad accounts that are read and that the token does not see"`
	Gained []AdAccount  `json:"gained,omitempty" nullable:"false" doc:"Ad accounts that no token of the source saw before"`
	retry  time.Duration
}

// FieldError is one field that is wrong. It does not repeat the value, which may
// be a password.
type FieldError struct {
	Field   string `json:"field" doc:"Where" example:"body.email"`
	Message string `json:"message" doc:"What is wrong with it"`
}

func (p *Problem) Error() string { return p.Detail }

// GetStatus is for huma.
func (p *Problem) GetStatus() int { return p.Status }

const problemJSON = "application/problem+json"

// ContentType is for huma.
func (p *Problem) ContentType(string) string { return problemJSON }

// GetHeaders is for huma.
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

// refusal is a fault of the caller's.
func refusal(code, message, hint string) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Configure, Code: code, Message: message, Hint: hint}
}

// fieldRefusal is a fault that names the field.
type fieldRefusal struct {
	*adtally.Fault
	field string
}

func (f fieldRefusal) Unwrap() error { return f.Fault }

// invalid says what is wrong with one field.
func invalid(field, message string) error {
	return fieldRefusal{refusal("invalid", message, "Correct the fields that are named in errors."), field}
}

// problem makes of an error what the caller is told; what they are not told is
// logged, under the same number.
func (s *shell) problem(ctx context.Context, err error) *Problem {
	id := visitOf(ctx).id
	if p, ok := errors.AsType[*Problem](err); ok {
		p.Request = id
		return p
	}
	f := adtally.FaultOf(err)
	status, known := statuses[f.Code]
	if !known {
		if ctx.Err() == nil { // a caller who went away is no error of ours
			s.Log.ErrorContext(ctx, "a request failed", "request", id, "code", f.Code, "error", err)
		}
		return unexpected(id)
	}
	p := &Problem{Status: status, Detail: f.Message, Code: f.Code, Act: f.Act, Hint: f.Hint, Request: id}
	if !f.Until.IsZero() {
		until := f.Until.UTC()
		p.Until, p.retry = &until, until.Sub(s.Now())
	}
	if field, ok := errors.AsType[fieldRefusal](err); ok {
		p.Errors = []FieldError{{Field: field.field, Message: f.Message}}
	}
	return p.named()
}

func (p *Problem) named() *Problem {
	p.Type, p.Title = "urn:adtally:problem:"+p.Code, http.StatusText(p.Status)
	return p
}

func unexpected(id string) *Problem {
	p := &Problem{Status: http.StatusInternalServerError, Code: "unexpected", Act: adtally.Bug, Request: id,
		Detail: "Something went wrong in Adtally", Hint: "The server's log says what, at the request that is named here."}
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
		s.Log.DebugContext(r.Context(), "nobody read the answer", "request", p.Request, "error", err)
	}
}

// ofHTTP is the problem that HTTP itself sees.
func ofHTTP(status int, detail, id string, fields []FieldError) *Problem {
	f, ok := spoken[status]
	if !ok {
		return unexpected(id)
	}
	p := &Problem{Status: status, Detail: sentence(cmp.Or(detail, http.StatusText(status))), Code: f.Code, Hint: f.Hint,
		Act: adtally.Configure, Request: id, Errors: fields}
	return p.named()
}

func sentence(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Huma makes problems where it reads a request; this has it make ours.
func init() {
	huma.NewErrorWithContext = func(c huma.Context, status int, detail string, errs ...error) huma.StatusError {
		if strings.HasPrefix(detail, "cannot read request body") {
			status = http.StatusBadRequest // they stopped sending it
		}
		return ofHTTP(status, detail, visitOf(c.Context()).id, fieldErrors(errs))
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

// fieldOf is where something is wrong. Of a property that is missing huma names what
// lacks it, and the property in its words only.
func fieldOf(d *huma.ErrorDetail) string {
	before, after, _ := strings.Cut(validation.MsgExpectedRequiredProperty, "%s")
	name, is := strings.CutPrefix(d.Message, before)
	if name, whole := strings.CutSuffix(name, after); is && whole {
		return d.Location + "." + name
	}
	return d.Location
}
