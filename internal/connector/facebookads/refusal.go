package facebookads

import (
	"errors"
	"strings"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// refusal is what Meta said no to, and all that is known about why. It wraps
// the fault that the world outside sees.
type refusal struct {
	class  class
	act    verdict
	fault  *adtally.Fault
	graph  *graphError // nil where the answer was no error of Graph's
	scope  scope       // of a throttle
	wait   time.Duration
	fields []string // of a field: those that Meta names
	heavy  bool     // tried again in vain, it is a question for shrinking
	job    bool     // it ended a report job
	gone   bool     // the report job is not there
}

func (r *refusal) Error() string { return r.fault.Error() }
func (r *refusal) Unwrap() error { return r.fault }

// Errors that stay inside the connector: the cure is another request.
var (
	errTooMuch  = errors.New("too much data at once")
	errGone     = errors.New("no such object")
	errNotReady = errors.New("the report is not ready")
)

// Is says which of the errors that stay inside this is.
func (r *refusal) Is(target error) bool {
	switch target {
	case errTooMuch:
		return r.class == classTooMuch || r.class == classTimeout
	case errGone:
		return r.class == classGone
	case errNotReady:
		return r.class == classNotReady
	case errRunGone:
		return r.gone
	case errJob:
		return r.job && r.act != actReconnect && r.act != actConfigure && r.act != actWait
	}
	return false
}

func refusalOf(err error) *refusal {
	r, _ := errors.AsType[*refusal](err)
	return r
}

// classOf says what a refusal is; "" for whatever is none. An error whose text
// had to be cleaned of a secret is still known by its fault's code.
func classOf(err error) class {
	if r := refusalOf(err); r != nil {
		return r.class
	}
	if f, ok := errors.AsType[*adtally.Fault](err); ok {
		if _, known := cures[class(f.Code)]; known {
			return class(f.Code)
		}
	}
	return ""
}

// refusedFields are the fields that sank a request, where Meta names them.
func refusedFields(err error) []string {
	if r := refusalOf(err); r != nil {
		return r.fields
	}
	return nil
}

// isHeavy says whether asking for less may help: at once, or, where Meta only
// has trouble, after the same request was tried again.
func isHeavy(err error) bool {
	r := refusalOf(err)
	return r != nil && (r.act == actShrink || r.heavy)
}

// outside gives a refusal the form that others know: shrinking, and asking
// differently, stay inside.
func outside(err error) error {
	r := refusalOf(err)
	if r == nil || r.fault.Act != adtally.Bug || r.act == actBug {
		return err
	}
	f := *r.fault
	f.Act, f.Err = adtally.Retry, err
	return &f
}

// refuse makes the error of one row of the table.
func refuse(r rule, e *graphError, a fetch.Answer) *refusal {
	c := cures[r.class]
	if r.cure != nil {
		c = *r.cure
	}
	out := &refusal{class: r.class, act: c.act, graph: e, scope: r.scope, heavy: r.heavy,
		fault: &adtally.Fault{Act: adtally.Act(c.act), Code: string(r.class), Message: c.message, Hint: c.hint}}
	if e != nil {
		out.fault.Err = e
	}
	switch {
	case c.act == actWait:
		if out.wait = waitFor(a.Header, r, ""); !a.At.IsZero() {
			out.fault.Until = a.At.Add(out.wait)
		}
	case c.act == actShrink, c.another && c.act != actConfigure:
		out.fault.Act = adtally.Bug // fetch sends nothing twice that is a bug
	}
	switch r.class {
	case classThrottle:
		out.fault.Message = "Meta allows no more calls" + scopeWords[r.scope] + " for now"
	case classPermission:
		if names := namedPermissions(said(e)); names != "" {
			out.fault.Message += ": it wants " + names
		}
	case classField:
		if out.fields = namedFields(e.Message); len(out.fields) > 0 {
			out.fault.Message += ": " + strings.Join(out.fields, ", ")
		}
	}
	return out
}

// said are Meta's own words.
func said(e *graphError) string {
	if e == nil {
		return ""
	}
	return strings.Join([]string{e.Message, e.UserTitle, e.UserMsg}, " ")
}

// scopeWords say what a throttle holds back.
var scopeWords = map[scope]string{
	scopeApp: " to this app", scopeAccount: " about this ad account", scopeScore: " about this ad account",
	scopeInsights: " for reports of this ad account", scopeManagement: " for objects of this ad account",
}
