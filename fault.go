package adtally

import (
	"context"
	"errors"
	"time"
)

// Act says who must do what about a fault.
type Act string

// The acts. There is none for a request that was too large: connectors split those themselves.
const (
	Retry     Act = "retry"     // send the same request again a little later; package fetch does
	Wait      Act = "wait"      // not before Until; affects only this account and use case
	Reconnect Act = "reconnect" // the credential is dead: a person must replace it
	Configure Act = "configure" // a person must change a setting; the hint says which
	Bug       Act = "bug"       // ours: this slice fails, and the rest continues
)

// Interval says when a part of a sync that ended with this act is tried again.
func (a Act) Interval() string {
	switch a {
	case Retry:
		return "Adtally tries again automatically, at first soon and then less often."
	case Wait:
		return "Adtally continues automatically at the time that the platform names."
	case Reconnect:
		return "Until then, Adtally tries once an hour."
	case Configure:
		return "Until then, Adtally tries less and less often, but at least every six hours."
	}
	return "The rest continues; every sync tries this part again."
}

// Fault is an error that says who must act. It is created where the cause is known and
// looked up once, where the error is reported.
type Fault struct {
	Act     Act
	Code    string    // stable, for programs: "token_expired"
	Message string    // one sentence for a person
	Hint    string    // what to do about it
	Until   time.Time // for Wait: not before this time
	Err     error     // the cause; may be nil
}

func (f *Fault) Error() string {
	if f.Err == nil {
		return f.Message
	}
	return f.Message + ": " + f.Err.Error()
}

func (f *Fault) Unwrap() error { return f.Err }

// FaultOf returns the fault in err. A cancelled context is always reported as interrupted,
// even inside another fault. A full disk is recognized here because any write can meet
// one. Any other error is a bug.
func FaultOf(err error) *Fault {
	if err == nil {
		return nil
	}
	if errors.Is(err, context.Canceled) {
		return &Fault{Act: Retry, Code: "interrupted", Message: "The sync was interrupted", Hint: "Everything committed so far is kept. The next sync continues.", Err: err}
	}
	if f, ok := errors.AsType[*Fault](err); ok {
		return f
	}
	if isDiskFull(err) {
		return DiskFull("this machine", err)
	}
	return &Fault{Act: Bug, Code: "unexpected", Message: err.Error()}
}
