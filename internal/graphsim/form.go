package graphsim

import (
	"fmt"
	"net/http"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// Which clauses a line may have.
var (
	calls  = []string{"who", "call", "when", "after", "often", "for"}
	facts  = []string{"who", "call", "when", "for"} // states, which do not end after a number of calls
	stated = []string{"who", "for"}                 // states of an account
	ofJobs = []string{"who", "when", "after", "often", "jobs", "for"}
)

// forms are the lines of a script.
var forms = joinedForms(errorForms, limitForms, jobForms, pageForms, lostForms, oddForms, wrongForms, wireForms)

func joinedForms(lists ...[]pattern) (all []pattern) {
	for _, list := range lists {
		all = append(all, list...)
	}
	return all
}

var errorForms = []pattern{
	{words: "error CODE", once: true, takes: append([]string{"words"}, calls...), finish: complete,
		make: func(f *Fault, v []any) error { f.refusal = v[0].(refusal); return nil }},
	{words: "error without code", once: true, takes: calls,
		make: func(f *Fault, _ []any) error { f.replace = func(*event) answer { return codeless() }; return nil }},
	{words: "too much", takes: append([]string{"as"}, calls...), make: tooMuch},
	{words: "field NAME needs NAME", takes: facts, make: func(f *Fault, v []any) error {
		f.checks = append(f.checks, func(e *event) bool { return e.asksFor(v[0].(string)) })
		f.refuse = refusing(&refusal{Status: http.StatusForbidden, Code: 200, Message: fmt.Sprintf("(#200) Requires %s permission to manage the object", v[1])})
		return nil
	}},
	{words: "field NAME unknown", takes: facts, make: func(f *Fault, v []any) error {
		name := v[0].(string)
		f.checks = append(f.checks, func(e *event) bool { return e.asksFor(name) })
		f.refuse = func(e *event) *refusal { return e.unknownField(name) }
		return nil
	}},
	{words: "creative ID is broken", takes: stated, make: func(f *Fault, v []any) error {
		f.breaks = func(k kind, id string) *refusal {
			if k.object != advertiser.Creative || id != v[0] {
				return nil
			}
			return must(100, 2446289)
		}
		return nil
	}},
	{words: "account ACCOUNT is forbidden", takes: []string{"for"}, make: func(f *Fault, v []any) error {
		f.Account, f.refuse = v[0].(string), refusing(must(200, 0))
		return nil
	}},
	{words: "account ACCOUNT is gone", takes: []string{"for"}, make: func(f *Fault, v []any) error {
		f.Account = v[0].(string)
		f.refuse = func(e *event) *refusal { return unsupported(e.call.method, e.call.path[0]) }
		f.hides = func(k kind, id string) bool { return k.word == accountKind.word }
		return nil
	}},
	{words: "breakdown NAME refused", takes: facts, make: func(f *Fault, v []any) error {
		name := v[0].(string)
		f.distort = func(r *report) { r.wrong.forbidden = append(r.wrong.forbidden, name) }
		return isBreakdown(name)
	}},
	{words: "breakdown NAME refused with actions", takes: facts, make: func(f *Fault, v []any) error {
		name := v[0].(string)
		f.distort = func(r *report) { r.wrong.actionless = append(r.wrong.actionless, name) }
		return isBreakdown(name)
	}},
	{words: "version VERSION ended", takes: facts, make: func(f *Fault, v []any) error {
		f.checks = append(f.checks, func(e *event) bool { return e.call.version.asked == v[0] })
		f.refuse = refusing(must(2635, 0))
		return nil
	}},
	{words: "version VERSION upgraded to VERSION", make: func(f *Fault, v []any) error {
		f.upgrades = [2]string{v[0].(string), v[1].(string)}
		return nil
	}},
	{words: "token dead", once: true, takes: []string{"after"}, make: func(f *Fault, _ []any) error { return dies(f, 0) }},
	{words: "token dead NUMBER", once: true, takes: []string{"after"}, make: func(f *Fault, v []any) error { return dies(f, v[0].(int)) }},
	{words: "token lives", once: true, takes: []string{"after"}, make: func(f *Fault, _ []any) error {
		f.order = func(s *Server, _ *Fault) { s.keys.revoke(0, "") }
		return nil
	}},
	{words: "scope NAME missing", once: true, takes: []string{"after"}, make: func(f *Fault, v []any) error {
		f.order = func(s *Server, _ *Fault) { s.keys.dropScope(v[0].(string)) }
		return nil
	}},
}

func refusing(r *refusal) func(*event) *refusal { return func(*event) *refusal { return r } }

// complete takes the text of an error from the catalogue if the line does not give it.
func complete(f *Fault) error {
	known := catalogued(f.Code, f.Subcode)
	if known == nil {
		if f.Message == "" {
			return fmt.Errorf(`%w: add saying "…"`, unlisted(f.refusal))
		}
		return nil
	}
	r := *known
	if f.Message != "" {
		r.Message, r.Title, r.Text = f.Message, "", ""
	}
	if f.Status != 0 {
		r.Status = f.Status
	}
	if f.Type != "" {
		r.Type = f.Type
	}
	f.refusal = r
	return nil
}

// tooMuch rejects a request because of its size. For a report job, the job fails
// (docs/meta-api.md#report-jobs).
func tooMuch(f *Fault, _ []any) error {
	f.refuse = func(e *event) *refusal {
		if e.startsJob() {
			return nil
		}
		if f.as != nil {
			return f.as
		}
		return must(1, 0)
	}
	f.checks = append(f.checks, func(e *event) bool { return e.startsJob() || e.call.method == "GET" && !isPoll(e) })
	f.job = func(j *job) {
		j.behaviour, j.why = "fail", must(100, 1487534)
		if f.as != nil {
			j.why = f.as
		}
	}
	return nil
}

func isPoll(e *event) bool { return e.node.job != nil && len(e.call.path) == 1 }

// dies kills the token with a subcode of 190.
func dies(f *Fault, subcode int) error {
	r := catalogued(190, subcode)
	if r == nil {
		return unlisted(refusal{Code: 190, Subcode: subcode})
	}
	f.order = func(s *Server, _ *Fault) { s.keys.kill(r) }
	return nil
}

// unknownField returns Graph's error for a field that does not exist on the call's node or list.
func (e *event) unknownField(name string) *refusal {
	if isInsights(e.call) {
		return badRequest("%s are not valid for fields param. please check https://developers.facebook.com/docs/marketing-api/reference/ads-insights/ for all valid values", name)
	}
	k := e.node.kind
	if len(e.call.path) > 1 {
		k = kindOf(k.edges[e.call.path[1]].kind)
	}
	return noField(name, k.graph)
}

func isBreakdown(name string) error {
	if !known["breakdowns"][name] {
		return fmt.Errorf("%q is not a breakdown", name)
	}
	return nil
}

var wireForms = []pattern{
	{words: "truncate at NUMBER bytes", once: true, takes: calls, make: func(f *Fault, v []any) error { f.Cut = max(v[0].(int), 1); return nil }},
	{words: "reset connection", once: true, takes: calls, make: func(f *Fault, _ []any) error { f.Drop = true; return nil }},
	{words: "html NUMBER", once: true, takes: calls, make: func(f *Fault, v []any) error {
		f.Body = fmt.Sprintf("<!DOCTYPE html><html><head><title>Error</title></head><body><h1>%d</h1><p>Sorry, something went wrong.</p></body></html>", v[0])
		return readStatus(f, v)
	}},
	{words: "body TEXT", once: true, takes: append([]string{"words"}, calls...), make: func(f *Fault, v []any) error {
		f.Body, f.blank = v[0].(string), true
		return nil
	}, finish: func(f *Fault) error {
		if f.Message != "" || f.Type != "" {
			return fmt.Errorf("a body is its own words")
		}
		return nil
	}},
	{words: "slow DURATION", takes: calls, make: func(f *Fault, v []any) error {
		f.DelayMS = int(v[0].(time.Duration) / time.Millisecond)
		return nil
	}},
	{words: "trickle NUMBER bytes per second", takes: calls, make: func(f *Fault, v []any) error {
		rate := max(v[0].(int), 1)
		f.change = func(_ *event, a answer) answer { a.mishap.rate = rate; return a }
		return nil
	}},
}
