package graphsim

import (
	"fmt"
	"slices"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// clauses can follow in a line: which calls the fault affects, when, and how often.
var clauses = append([]pattern{
	{words: "COUNT", group: "often", make: func(f *Fault, v []any) error { f.Times = v[0].(int); return nil }},
	{words: "always", group: "often", make: func(f *Fault, _ []any) error { f.Times = Always; return nil }},
	{words: "for NUMBER jobs", group: "jobs", make: func(f *Fault, v []any) error { f.Times = max(v[0].(int), 1); return nil }},
	{words: "for every job", group: "jobs", make: func(f *Fault, _ []any) error { f.Times = Always; return nil }},
	{words: "on ACCOUNT", group: "who", make: func(f *Fault, v []any) error { f.Account = v[0].(string); return nil }},
	{words: "on TARGET", group: "call", make: func(f *Fault, v []any) error { f.Match = v[0].(string); return nil }},
	{words: "after NUMBER calls", group: "after", make: func(f *Fault, v []any) error { f.After = v[0].(int); return nil }},
	{words: "for DURATION", group: "for", make: func(f *Fault, v []any) error { f.lasts = v[0].(time.Duration); return nil }},
	{words: "status NUMBER", group: "words", make: readStatus},
	{words: "saying TEXT", group: "words", make: func(f *Fault, v []any) error { f.Message = v[0].(string); return nil }},
	{words: "type NAME", group: "words", make: func(f *Fault, v []any) error { f.Type = v[0].(string); return nil }},
	{words: "as CODE", group: "as", make: readAs},
	{words: "and calling prolongs it", group: "block", make: func(f *Fault, _ []any) error { f.prolongs = true; return nil }},
}, conditionClauses()...)

// circumstances are the conditions that a fault can have.
var circumstances = []struct {
	words string
	holds func(v []any) check
}{
	{"rows > NUMBER", func(v []any) check { return func(e *event) bool { return len(e.rows()) > v[0].(int) } }},
	{"all rows > NUMBER", func(v []any) check { return func(e *event) bool { return e.allRows() > v[0].(int) } }},
	{"days > NUMBER", func(v []any) check { return func(e *event) bool { return e.dayCount() > v[0].(int) } }},
	{"limit > NUMBER", func(v []any) check {
		return func(e *event) bool { return e.page > 0 && limitOr(e.call.params) > v[0].(int) }
	}},
	{"fields > NUMBER", func(v []any) check { return func(e *event) bool { return e.fieldCount() > v[0].(int) } }},
	{"field NAME", func(v []any) check { return func(e *event) bool { return e.asksFor(v[0].(string)) } }},
	{"day DATE", func(v []any) check { return func(e *event) bool { return e.isAbout(v[0].(advertiser.Date)) } }},
	{"ad ID", holdsAt(advertiser.LevelAd)},
	{"adset ID", holdsAt(advertiser.LevelAdSet)},
	{"campaign ID", holdsAt(advertiser.LevelCampaign)},
	{"creative ID", holdsAt(advertiser.LevelAccount)},
	{"level LEVEL", func(v []any) check {
		return func(e *event) bool { r := e.report(); return r != nil && string(r.level) == v[0] }
	}},
	{"breakdown NAME", func(v []any) check {
		return func(e *event) bool { r := e.report(); return r != nil && slices.Contains(r.breakdowns, v[0].(string)) }
	}},
	{"version VERSION", func(v []any) check { return func(e *event) bool { return e.call.version.asked == v[0] } }},
	{"page NUMBER", func(v []any) check { return func(e *event) bool { return e.page == v[0].(int) } }},
	{"param NAME", func(v []any) check { return func(e *event) bool { return e.call.params.Get(v[0].(string)) != "" } }},
	{"no param NAME", func(v []any) check { return func(e *event) bool { return e.call.params.Get(v[0].(string)) == "" } }},
	{"param NAME is TEXT", func(v []any) check {
		return func(e *event) bool { return e.call.params.Get(v[0].(string)) == v[1] }
	}},
}

func holdsAt(level advertiser.Level) func([]any) check {
	return func(v []any) check { return func(e *event) bool { return e.holds(level, v[0].(string)) } }
}

// conditionClauses returns the conditions as clauses. A day or a page may also follow "on".
func conditionClauses() (all []pattern) {
	for _, c := range circumstances {
		before := []string{"when ", "and "}
		if c.words == "day DATE" || c.words == "page NUMBER" {
			before = append(before, "on ")
		}
		for _, b := range before {
			all = append(all, pattern{words: b + c.words, group: "when", make: func(f *Fault, v []any) error {
				f.checks = append(f.checks, c.holds(v))
				return nil
			}})
		}
	}
	return all
}

func readStatus(f *Fault, v []any) error {
	f.Status = v[0].(int)
	if f.Status < 200 || f.Status > 599 {
		return fmt.Errorf("%d is not an HTTP status", f.Status)
	}
	return nil
}

func readAs(f *Fault, v []any) error {
	r := v[0].(refusal)
	if f.as = catalogued(r.Code, r.Subcode); f.as == nil {
		return unlisted(r)
	}
	return nil
}

func unlisted(r refusal) error {
	return fmt.Errorf("the error %d/%d is not in the catalogue", r.Code, r.Subcode)
}
