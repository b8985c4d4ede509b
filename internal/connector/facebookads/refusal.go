package facebookads

import (
	"errors"
	"strings"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// refusal is an error from Meta with everything that is known about it. It wraps the
// fault that other packages see.
type refusal struct {
	class  class
	act    actor
	fault  *adtally.Fault
	graph  *graphError // nil if the answer was not an error from Graph
	scope  scope       // of a throttle
	wait   time.Duration
	fields []string // the fields that Meta names
	heavy  bool     // if retries fail, a smaller request may help
	job    bool     // it ended a report job
	gone   bool     // the report job does not exist
}

func (r *refusal) Error() string { return r.fault.Error() }
func (r *refusal) Unwrap() error { return r.fault }

// Errors that do not leave the connector: each is cured by a different request.
var (
	errTooMuch  = errors.New("too much data at once")
	errGone     = errors.New("no such object")
	errNotReady = errors.New("the report is not ready")
)

// Is reports whether the refusal is one of the internal errors.
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

// classOf returns the class of a refusal, or "" for other errors. An error whose text
// was cleaned of a secret is still recognised by its fault's code.
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

// refusedFields lists the fields that made a request fail, if Meta names them.
func refusedFields(err error) []string {
	if r := refusalOf(err); r != nil {
		return r.fields
	}
	return nil
}

// isHeavy reports whether requesting less may help: immediately, or, after a server
// error, once retries have failed.
func isHeavy(err error) bool {
	r := refusalOf(err)
	return r != nil && (r.act == actShrink || r.heavy)
}

// Repeats reports whether a retry is pointless because err came before. Package fetch
// calls it.
func (r *refusal) Repeats(before error) bool {
	return isUnreadable(r) && isUnreadable(before) && r.fault.Err.Error() == refusalOf(before).fault.Err.Error()
}

// isUnreadable reports whether the answer was unreadable and only a smaller request
// can help.
func isUnreadable(err error) bool {
	r := refusalOf(err)
	return r != nil && r.class == classBadAnswer && r.heavy
}

// publicFault converts a refusal to the form that other packages know: shrinking and
// different requests stay internal.
func publicFault(err error) error {
	r := refusalOf(err)
	if r == nil || r.fault.Act != adtally.Bug || r.act == actBug {
		return err
	}
	f := *r.fault
	f.Act, f.Err = adtally.Retry, err
	return &f
}

// refuse returns the error for one rule.
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
		if out.wait = waitFor(a.Header, a.At, r, ""); !a.At.IsZero() {
			out.fault.Until = a.At.Add(out.wait)
		}
	case c.act == actShrink, c.another && c.act != actConfigure:
		out.fault.Act = adtally.Bug // fetch does not retry bugs
	}
	switch r.class {
	case classThrottle:
		out.fault.Message = "Meta allows no more calls" + scopeWords[r.scope] + " for now"
	case classPermission:
		if names := namedPermissions(metaText(e)); names != "" {
			out.fault.Message += ": it needs " + names
		}
	case classField:
		if out.fields = namedFields(e.Message); len(out.fields) > 0 {
			out.fault.Message += ": " + strings.Join(out.fields, ", ")
		}
	}
	return out
}

// metaText returns Meta's own text.
func metaText(e *graphError) string {
	if e == nil {
		return ""
	}
	return strings.Join([]string{e.Message, e.UserTitle, e.UserMsg}, " ")
}

// scopeWords describe what a throttle blocks.
var scopeWords = map[scope]string{
	scopeApp: " to this app", scopeAccount: " about this ad account", scopeScore: " about this ad account",
	scopeInsights: " for reports of this ad account", scopeManagement: " for objects of this ad account",
}
