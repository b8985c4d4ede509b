package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"adtally"
)

// Exit codes: a script can tell who must act.
const (
	exitFailed      = 1 // unexpected error
	exitConfigure   = 2 // change the command line, a setting or a permission
	exitReconnect   = 3 // replace the token
	exitLater       = 4 // run the same command later
	exitInterrupted = 130
)

var exitCodes = map[adtally.Act]int{
	adtally.Bug: exitFailed, adtally.Configure: exitConfigure, adtally.Reconnect: exitReconnect,
	adtally.Retry: exitLater, adtally.Wait: exitLater,
}

// fail prints an error for people and returns the exit code.
func (p *program) fail(err error) int {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintln(p.err, "Stopped. What was committed stays; the same command goes on from there.")
		return exitInterrupted
	}
	f := adtally.FaultOf(err)
	fmt.Fprintln(p.err, "adtally: "+sentence(f))
	if f.Err != nil {
		fmt.Fprintln(p.err, "  "+shown(strings.ReplaceAll(f.Err.Error(), "\n", "; ")))
	}
	if f.Hint != "" {
		fmt.Fprintln(p.err, "  What to do: "+shown(f.Hint))
	}
	return exitCodes[f.Act]
}

func sentence(f *adtally.Fault) string {
	s := shown(f.Message)
	if f.Act == adtally.Wait && !f.Until.IsZero() {
		layout := layoutFor(time.Until(f.Until))
		if layout == "15:04" {
			layout += ":05"
		}
		s += ", until " + f.Until.Local().Format(layout)
	}
	return s + "."
}

func usage(err error) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "usage", Message: "The command line is invalid", Hint: "See adtally --help.", Err: err}
}

// wrong returns a fault that the user can fix. If format ends with ": %w", that error
// becomes the fault's cause.
func wrong(code, hint, format string, a ...any) error {
	said := fmt.Errorf(format, a...)
	f := &adtally.Fault{Act: adtally.Configure, Code: code, Message: said.Error(), Hint: hint, Err: errors.Unwrap(said)}
	if f.Err != nil {
		f.Message = strings.TrimSuffix(f.Message, ": "+f.Err.Error())
	}
	return f
}

func (p *program) printf(format string, a ...any) error {
	_, err := fmt.Fprintf(p.out, format, a...)
	return err
}
