package graphsim

import (
	"encoding/json"
	"strings"
)

var pageForms = []pattern{
	{words: "cursor dies after page NUMBER", once: true, takes: calls, make: func(f *Fault, v []any) error {
		f.checks = append(f.checks, func(e *event) bool { return e.page > v[0].(int) })
		f.refuse = func(e *event) *refusal {
			e.server.pages.kill(e.call)
			return deadCursor()
		}
		return nil
	}},
	{words: "empty page with next", once: true, takes: calls, make: func(f *Fault, _ []any) error {
		f.checks = append(f.checks, isPage)
		f.replace = emptyPage
		return nil
	}},
	{words: "empty answer", takes: calls, make: func(f *Fault, _ []any) error {
		f.checks = append(f.checks, isPage)
		f.replace = func(*event) answer { return ok([]byte(`{"data":[]}`)) }
		return nil
	}},
	{words: "rows lost", takes: calls, make: func(f *Fault, _ []any) error {
		f.checks = append(f.checks, isPage)
		f.change = func(_ *event, a answer) answer { return a.losing(-1) }
		return nil
	}},
	{words: "NUMBER rows lost", takes: calls, make: func(f *Fault, v []any) error {
		f.checks = append(f.checks, isPage)
		f.change = func(_ *event, a answer) answer { return a.losing(v[0].(int)) }
		return nil
	}},
}

func isPage(e *event) bool { return e.page > 0 }

// losing returns the page without its last n elements, and without an error; -1 removes all.
func (a answer) losing(n int) answer {
	rows, isList := elements(a)
	if !isList {
		return a
	}
	if n < 0 {
		n = len(rows)
	}
	return a.holding(rows[:max(len(rows)-n, 0)])
}

// holding returns the page with other elements.
func (a answer) holding(rows []json.RawMessage) answer {
	texts := make([]string, len(rows))
	for i, row := range rows {
		texts[i] = string(row)
	}
	rest := map[string]json.RawMessage{}
	if json.Unmarshal(a.body, &rest) != nil {
		return a
	}
	b := []byte(`{"data":[` + strings.Join(texts, ",") + `]`)
	for _, name := range []string{"paging", "summary"} {
		if value, isThere := rest[name]; isThere {
			b = append(append(appendKey(b, name, true), ':'), value...)
		}
	}
	b = append(b, '}')
	a.body = b
	return a
}
