package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally"
)

// result is what a sync did, for a person or a program.
type result struct {
	Run      string           `json:"run"`
	State    string           `json:"state"` // finished, incomplete
	To       string           `json:"to"`
	Resumed  bool             `json:"resumed"`
	Notes    []string         `json:"notes,omitempty"`
	Slices   int              `json:"slices"`
	Rows     int64            `json:"rows"`
	Tables   map[string]int64 `json:"rows_by_stream"`
	Failures []failure        `json:"failures,omitempty"`
	Seconds  float64          `json:"seconds"`
}

// failure is one thing that did not work, and who must act.
type failure struct {
	Account string `json:"account"`
	Slice   string `json:"slice,omitempty"`
	Act     string `json:"act"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`

	fault *adtally.Fault
}

func failureOf(a adtally.Account, s *adtally.Slice, f *adtally.Fault) failure {
	out := failure{Account: "act_" + a.ID, Act: string(f.Act), Code: f.Code, Message: sentence(f), Hint: f.Hint, fault: f}
	if s != nil {
		out.Slice = s.Stream + " " + s.Window.String()
	}
	if f.Err != nil {
		out.Detail = f.Err.Error()
	}
	return out
}

func (r *result) add(a adtally.Account, outcomes []adtally.Outcome) {
	for _, o := range outcomes {
		if o.Fault != nil {
			r.Failures = append(r.Failures, failureOf(a, &o.Slice, o.Fault))
			continue
		}
		r.Slices++
		r.Rows += o.Rows
		r.Tables[o.Slice.Stream] += o.Rows
	}
}

func (r *result) finish(took time.Duration) {
	r.Seconds = took.Seconds()
	r.State = "finished"
	if len(r.Failures) > 0 {
		r.State = "incomplete"
	}
}

// failure is the first thing that failed, as the error of the whole.
func (r *result) failure() error {
	if len(r.Failures) == 0 {
		return nil
	}
	return r.Failures[0].fault
}

func (r *result) print(p *program, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(p.out)
		return enc.Encode(r)
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
		fmt.Fprintf(&b, "  %-18s %12s rows\n", name, grouped(r.Tables[name]))
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "  not done: %s %s: %s\n", f.Account, f.Slice, f.Message)
	}
	if r.Slices == 0 && len(r.Failures) == 0 {
		b.WriteString("  Nothing was due: all of it is in the warehouse already.\n")
	}
	return p.printf("%s%s rows in %s, in %s.\n", b.String(), grouped(r.Rows), took(r.Seconds), r.To)
}

func took(seconds float64) string {
	return time.Duration(seconds * float64(time.Second)).Round(100 * time.Millisecond).String()
}

// grouped prints 1234567 as 1,234,567.
func grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
