package adtally

import (
	"context"
	"errors"
	"time"
)

// Act says who must do what about a fault.
type Act string

// The acts. Shrinking a question that is too big is not among them: that stays
// inside a connector.
const (
	Retry     Act = "retry"     // the same request, a little later: fetch
	Wait      Act = "wait"      // not before Until, and only this account × use case
	Reconnect Act = "reconnect" // the credential is dead: a person must renew it
	Configure Act = "configure" // a person must change a setting; the hint says which
	Bug       Act = "bug"       // ours: this slice fails loudly, the rest goes on
)

// Interval says how often something is tried again that ended so.
func (a Act) Interval() string {
	switch a {
	case Retry:
		return "It is tried again by itself, soon and then more seldom."
	case Wait:
		return "It goes on by itself at the moment that the platform names."
	case Reconnect:
		return "Until then one try is made an hour."
	case Configure:
		return "Until then it is tried more and more seldom, every six hours at the least."
	}
	return "The rest goes on; this part is tried again at every sync."
}

// Fault is an error that knows who must act. It is made where the knowledge is
// and asked for once, at the edge.
type Fault struct {
	Act     Act
	Code    string    // stable, for programs: "token_expired"
	Message string    // one sentence for a person
	Hint    string    // what to do about it
	Until   time.Time // Wait: not before this moment
	Err     error     // what lies beneath, may be nil
}

func (f *Fault) Error() string {
	if f.Err == nil {
		return f.Message
	}
	return f.Message + ": " + f.Err.Error()
}

func (f *Fault) Unwrap() error { return f.Err }

// FaultOf finds the fault in err. What was called off is interrupted, whatever that
// made of it on the way. An error that is no fault is a bug: nobody foresaw it. A full
// disk is met wherever something is written, and so known here.
func FaultOf(err error) *Fault {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return &Fault{Act: Retry, Code: "interrupted", Message: "It was interrupted", Hint: "What was committed stays; the same command goes on from there.", Err: err}
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	if roomless(err) {
		return DiskFull("this machine", err)
	}
	return &Fault{Act: Bug, Code: "unexpected", Message: err.Error()}
}
