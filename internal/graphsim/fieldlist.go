package graphsim

import (
	"fmt"
	"net/url"
	"strings"
)

// field is an element of the fields parameter: a name, with parameters and fields for what
// it refers to: adsets.limit(5){id,ads{id}}.
type field struct {
	name   string
	params url.Values
	fields []field
}

// parseFields parses the fields parameter. Whitespace is ignored.
func parseFields(text string) ([]field, *refusal) {
	p := fieldParser{text: text}
	if strings.HasPrefix(strings.TrimSpace(text), "[") { // a JSON list is accepted too
		names, err := textsOf(text)
		if err != nil {
			return nil, badRequest("param fields must be an array. %v", err)
		}
		p.text = strings.Join(names, ",")
	}
	fields := p.list(0)
	if p.deep {
		return nil, must(1, 0)
	}
	if p.at < len(p.text) {
		// [recorded: err_2500_syntax_error_ampersand]
		return nil, &refusal{Code: 2500, Message: fmt.Sprintf("Syntax error \"Expected end of string instead of \"%s\".\" at character %d: %s", p.text[p.at:min(p.at+1, len(p.text))], p.at, p.text)}
	}
	return fields, nil
}

// deepestFields limits the nesting of fields. Meta's own limit is unknown; its error for
// deep expansion is "too much data" (docs/meta-api.md#errors).
const deepestFields = 10

type fieldParser struct {
	text string
	at   int
	deep bool
}

func (p *fieldParser) list(depth int) (fields []field) {
	if depth >= deepestFields {
		p.deep = true
		return nil
	}
	for {
		p.space()
		name := p.name()
		if name != "" {
			f := field{name: name, params: url.Values{}}
			if !p.modifiers(&f) {
				return fields
			}
			if p.space(); p.is('{') {
				p.at++
				f.fields = p.list(depth + 1)
				if !p.is('}') {
					return append(fields, f)
				}
				p.at++
				p.space()
			}
			fields = append(fields, f)
		}
		if p.space(); !p.is(',') {
			return fields
		}
		p.at++
	}
}

// modifiers parses .limit(5).time_range({'since':…}); false if it cannot.
func (p *fieldParser) modifiers(f *field) bool {
	for p.is('.') {
		open := strings.IndexByte(p.text[p.at:], '(')
		if open < 0 {
			return false
		}
		key := p.text[p.at+1 : p.at+open]
		end := closing(p.text[p.at+open:])
		if end < 0 {
			return false
		}
		f.params.Set(strings.TrimSpace(key), p.text[p.at+open+1:p.at+open+end])
		p.at += open + end + 1
		p.space()
	}
	return true
}

// closing returns the position of the bracket that closes the first one; -1 if there is none.
func closing(text string) int {
	depth := 0
	for i := range len(text) {
		switch text[i] {
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

func (p *fieldParser) name() string {
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune(",{}().&'\" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *fieldParser) space() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
}

func (p *fieldParser) is(c byte) bool { return p.at < len(p.text) && p.text[p.at] == c }
