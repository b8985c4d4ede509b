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

// result is the outcome of a sync, for people and programs.
type result struct {
	Run     string           `json:"run"`
	State   string           `json:"state"`   // finished, incomplete, interrupted
	Summary string           `json:"summary"` // the state in a sentence
	To      string           `json:"to"`
	Resumed bool             `json:"resumed"`
	Notes   []string         `json:"notes,omitempty"`
	Slices  int              `json:"slices"`
	Rows    int64            `json:"rows"`
	Tables  map[string]int64 `json:"rows_by_table"`
	Gaps    int64            `json:"gaps"` // what Meta did not return; listed in _gaps
	// Quarantined counts values that could not be loaded; listed in _quarantine.
	Quarantined int64           `json:"quarantined"`
	Drifts      []adtally.Drift `json:"drifts,omitempty"`
	Failures    []failure       `json:"failures,omitempty"`
	Pictures    *pictures       `json:"pictures,omitempty"`
	Seconds     float64         `json:"seconds"`

	accounts int
	lacking  map[string]*adtally.Fault // accounts that are not up to date, and the worst reason
}

// failure is one failed part of a sync, and who must act.
type failure struct {
	Account string `json:"account"`
	Slice   string `json:"slice,omitempty"`
	Act     string `json:"act"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Detail  string `json:"detail,omitempty"`
	Hint    string `json:"hint,omitempty"`
	Until   string `json:"until,omitempty"` // RFC 3339; do not try again earlier

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
	if !f.Until.IsZero() {
		out.Until = f.Until.UTC().Format(time.RFC3339)
	}
	return out
}

// add records how an account's step ended. whole is the error that ended all of it.
func (r *result) add(a adtally.Account, done adtally.Done, whole *adtally.Fault) {
	for _, o := range done.Outcomes {
		if o.Fault != nil {
			r.fails(a, &o.Slice, o.Fault)
		}
	}
	if whole != nil && whole.Act != adtally.Reconnect && !r.has(a, whole) {
		r.fails(a, nil, whole)
	}
	if r.Drifts = append(r.Drifts, done.Drifts...); len(done.Drifts) > 0 {
		r.lacks(a.ID, drifted(done.Drifts))
	}
}

// counts adds the loads of the run, including those of interrupted attempts.
func (r *result) counts(loads []adtally.Outcome) {
	for _, o := range loads {
		r.Slices++
		r.Rows += o.Rows
		for name, n := range o.ByTable() {
			r.Tables[name] += n
		}
	}
	notLoaded := map[string]int64{}
	for _, o := range adtally.Latest(loads) {
		r.Gaps += o.Gaps
		r.Quarantined += o.Quarantined
		notLoaded[o.Slice.Account] += o.Quarantined
	}
	for account, n := range notLoaded {
		if n > 0 {
			r.lacks(account, adtally.NotLoaded(account, n))
		}
	}
}

func (r *result) fails(a adtally.Account, s *adtally.Slice, f *adtally.Fault) {
	r.Failures = append(r.Failures, failureOf(a, s, f))
	r.lacks(a.ID, f)
}

// has reports whether the fault is already listed for one of the account's slices.
func (r *result) has(a adtally.Account, f *adtally.Fault) bool {
	return slices.ContainsFunc(r.Failures, func(x failure) bool { return x.Account == "act_"+a.ID && x.fault == f })
}

// worst orders faults by urgency.
var worst = []adtally.Act{adtally.Reconnect, adtally.Configure, adtally.Bug, adtally.Wait, adtally.Retry}

func (r *result) lacks(account string, f *adtally.Fault) {
	if r.lacking == nil {
		r.lacking = map[string]*adtally.Fault{}
	}
	before := r.lacking[account]
	if before == nil || slices.Index(worst, f.Act) < slices.Index(worst, before.Act) {
		r.lacking[account] = f
	}
}

// drifted is the fault of a run whose sums differ from Meta's totals.
func drifted(list []adtally.Drift) *adtally.Fault {
	d := list[0]
	return &adtally.Fault{Act: adtally.Retry, Code: "drift",
		Message: fmt.Sprintf("act_%s differs from Meta's own total: %s", d.Account, d.Sentence("Meta")),
		Hint:    "The days were read again with the same result, and are read once more tomorrow. See the table _reconciliation."}
}

func (r *result) finish(took time.Duration) {
	r.Seconds = took.Seconds()
	r.State = "finished"
	if len(r.Failures)+len(r.Drifts) > 0 || r.Quarantined > 0 {
		r.State = "incomplete"
	}
	r.Summary = r.sentence()
}

// failure returns the first failure as the error of the sync.
func (r *result) failure() error {
	if len(r.Failures) > 0 {
		return r.Failures[0].fault
	}
	if len(r.Drifts) > 0 {
		return drifted(r.Drifts)
	}
	for _, f := range r.lacking {
		if f.Code == adtally.CodeNotLoaded {
			return f
		}
	}
	return nil
}

// sentence summarises the accounts: "41 of 43 accounts are up to date; 2 wait
// for Meta until 14:32."
func (r *result) sentence() string {
	parts := []string{fmt.Sprintf("%d of %s up to date", r.accounts-len(r.lacking), counted(r.accounts, "account is", "accounts are"))}
	if r.accounts == 1 && len(r.lacking) == 0 {
		parts[0] = "The account is up to date"
	} else if r.accounts == 1 {
		parts[0] = "The account is not up to date"
	}
	byAct := map[adtally.Act]int{}
	var until time.Time
	for _, f := range r.lacking {
		if byAct[f.Act]++; f.Until.After(until) {
			until = f.Until
		}
	}
	for _, act := range worst {
		if n := byAct[act]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, lackWords(act, n, until)))
		}
	}
	if r.Gaps > 0 {
		parts = append(parts, counted(int(r.Gaps), "gap is", "gaps are")+" listed in _gaps")
	}
	if r.Quarantined > 0 {
		parts = append(parts, counted(int(r.Quarantined), "value is", "values are")+" listed in _quarantine")
	}
	return strings.Join(parts, "; ") + "."
}

func lackWords(act adtally.Act, n int, until time.Time) string {
	s := map[bool]string{true: "s", false: ""}[n == 1]
	switch act {
	case adtally.Reconnect:
		return "need" + s + " a new token"
	case adtally.Configure:
		return "need" + s + " somebody to change something"
	case adtally.Wait:
		return "wait" + s + " for Meta until " + until.Local().Format(layoutFor(time.Until(until)))
	case adtally.Retry:
		return map[bool]string{true: "is", false: "are"}[n == 1] + " tried again at the next sync"
	}
	return "failed in a way that Adtally does not know"
}

// layoutFor returns the time layout for a moment: the time alone is clear within half a
// day.
func layoutFor(left time.Duration) string {
	if left > 12*time.Hour {
		return "2 January 15:04"
	}
	return "15:04"
}

func counted(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

func (r *result) print(p *program, asJSON bool) error {
	if asJSON {
		enc := json.NewEncoder(p.out)
		return enc.Encode(r)
	}
	var b strings.Builder
	width := 18
	for name := range r.Tables {
		width = max(width, len(name))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
		fmt.Fprintf(&b, "  %-*s %12s rows\n", width, name, grouped(r.Tables[name]))
	}
	for _, f := range r.Failures {
		fmt.Fprintf(&b, "  not done: %s %s: %s\n", f.Account, f.Slice, shown(f.Message))
	}
	for _, d := range r.Drifts {
		fmt.Fprintf(&b, "  differs: act_%s %s\n", d.Account, d.Sentence("Meta"))
	}
	if r.Slices == 0 && len(r.Failures) == 0 {
		b.WriteString("  Nothing was due: all of it is in the warehouse already.\n")
	}
	return p.printf("%s%s rows in %s, in %s.\n%s\n%s", b.String(), grouped(r.Rows), took(r.Seconds), r.To, r.Summary, r.Pictures.sentence())
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
