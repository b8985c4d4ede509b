package graphsim

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// lostForms are answers that lead nowhere or are not what was requested.
var lostForms = []pattern{
	{words: "page leads to itself", once: true, takes: calls, make: func(f *Fault, _ []any) error {
		f.checks = append(f.checks, isPage)
		f.change = func(e *event, a answer) answer { return a.leading(e, e.from()) }
		return nil
	}},
	{words: "empty pages for ever", takes: calls, make: func(f *Fault, _ []any) error {
		f.checks = append(f.checks, isPage)
		f.replace = func(e *event) answer {
			e.call.params.Set("after", encodeCursor(opaqueMark+"nothing"+strconv.Itoa(e.page)))
			return emptyPage(e)
		}
		return nil
	}},
	jobForm("job is gone", func(j *job, _ []any) { j.behaviour = "gone" }),
	jobForm("job completes but its pages are gone", func(j *job, _ []any) { j.behaviour = "pagesgone" }),
	{words: "field NAME refused", takes: append([]string{"as"}, facts...), make: func(f *Fault, v []any) error {
		f.checks = append(f.checks, func(e *event) bool { return e.asksFor(v[0].(string)) })
		f.refuse = func(*event) *refusal {
			if f.as != nil {
				return f.as
			}
			return must(3, 0)
		}
		return nil
	}},
	{words: "batch loses NUMBER parts", once: true, takes: []string{"often", "after"}, make: func(f *Fault, v []any) error {
		f.batch = func(parts [][]byte) []byte { return batchOf(parts[:max(len(parts)-v[0].(int), 0)]) }
		return nil
	}},
	{words: "batch says TEXT", once: true, takes: []string{"often", "after"}, make: func(f *Fault, v []any) error {
		f.batch = func([][]byte) []byte { return []byte(v[0].(string)) }
		return nil
	}},
}

// from returns the cursor at which a page begins.
func (e *event) from() string {
	if after := e.call.params.Get("after"); after != "" {
		return after
	}
	if isInsights(e.call) {
		return encodeCursor("-1") // before row 0
	}
	return startCursor
}

// leading returns the page with another next cursor.
func (a answer) leading(e *event, after string) answer {
	rows, isList := elements(a)
	if !isList {
		return a
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return a
	}
	p := paging{before: after, after: after, limit: limitOr(e.call.params), address: e.call.address}
	a.body = append(p.append(append([]byte(`{"data":`), data...), false, true), '}')
	return a
}

// batchOf returns the answer of a batch.
func batchOf(parts [][]byte) []byte {
	return append(append([]byte{'['}, bytes.Join(parts, []byte{','})...), ']')
}

// batched returns the answer of a batch after faults were applied.
func (s *Server) batched(parts [][]byte) []byte {
	for _, f := range s.faults.all() {
		if f.batch != nil && s.faults.use(f) {
			return f.batch(parts)
		}
	}
	return batchOf(parts)
}
