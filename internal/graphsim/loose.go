package graphsim

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// parseLoose parses a parameter like Graph does: JSON that also allows single quotes and
// unquoted keys (recorded: {'since':'2024-01-01'} and {field: "x"}). It returns string,
// bool, nil, []any and map[string]any; numbers stay text.
func parseLoose(text string) (any, error) {
	p := looseParser{text: text}
	v, err := p.value(0)
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(p.text) {
		return nil, p.unexpected()
	}
	return v, nil
}

type looseParser struct {
	text string
	at   int
}

// deepest limits nested brackets; a request needs four.
const deepest = 32

func (p *looseParser) value(depth int) (any, error) {
	if depth > deepest {
		return nil, fmt.Errorf("more than %d brackets are open", deepest)
	}
	p.space()
	switch p.peek() {
	case '{':
		return p.object(depth)
	case '[':
		return p.list(depth)
	case '"', '\'':
		return p.quoted()
	}
	word := p.word()
	switch word {
	case "":
		return nil, p.unexpected()
	case "true", "false":
		return word == "true", nil
	case "null":
		return nil, nil
	}
	return word, nil
}

func (p *looseParser) object(depth int) (any, error) {
	o := map[string]any{}
	return o, p.elements('}', func() error {
		key, err := p.key()
		if err != nil {
			return err
		}
		if p.space(); p.peek() != ':' {
			return p.unexpected()
		}
		p.at++
		o[key], err = p.value(depth + 1)
		return err
	})
}

func (p *looseParser) list(depth int) (any, error) {
	l := []any{}
	err := p.elements(']', func() error {
		v, err := p.value(depth + 1)
		l = append(l, v)
		return err
	})
	return l, err
}

// elements parses a comma-separated list between brackets.
func (p *looseParser) elements(end byte, one func() error) error {
	p.at++ // the opening bracket
	for first := true; ; first = false {
		p.space()
		if p.peek() == end {
			p.at++
			return nil
		}
		if !first {
			if p.peek() != ',' {
				return p.unexpected()
			}
			p.at++
			p.space()
		}
		if err := one(); err != nil {
			return err
		}
	}
}

func (p *looseParser) key() (string, error) {
	if c := p.peek(); c == '"' || c == '\'' {
		return p.quoted()
	}
	if word := p.word(); word != "" {
		return word, nil
	}
	return "", p.unexpected()
}

func (p *looseParser) quoted() (string, error) {
	quote := p.peek()
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case quote:
			p.at++
			return b.String(), nil
		case '\\':
			if err := p.escape(&b); err != nil {
				return "", err
			}
		default:
			b.WriteByte(c)
		}
	}
	return "", fmt.Errorf("a quote is not closed")
}

func (p *looseParser) escape(b *strings.Builder) error {
	if p.at++; p.at >= len(p.text) {
		return fmt.Errorf("a quote is not closed")
	}
	switch c := p.text[p.at]; c {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'u':
		var r rune
		if p.at+4 >= len(p.text) {
			return fmt.Errorf("a quote is not closed")
		}
		if _, err := fmt.Sscanf(p.text[p.at+1:p.at+5], "%04x", &r); err != nil {
			return fmt.Errorf("\\u%s is not a character", p.text[p.at+1:p.at+5])
		}
		b.WriteRune(r)
		p.at += 4
	default:
		b.WriteByte(c)
	}
	return nil
}

func (p *looseParser) word() string {
	start := p.at
	for p.at < len(p.text) && !strings.ContainsRune("{}[]:,'\" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
	return p.text[start:p.at]
}

func (p *looseParser) space() {
	for p.at < len(p.text) && strings.ContainsRune(" \t\r\n", rune(p.text[p.at])) {
		p.at++
	}
}

func (p *looseParser) peek() byte {
	if p.at < len(p.text) {
		return p.text[p.at]
	}
	return 0
}

func (p *looseParser) unexpected() error {
	if p.at >= len(p.text) {
		return fmt.Errorf("it ends too early")
	}
	r, _ := utf8.DecodeRuneInString(p.text[p.at:])
	return fmt.Errorf("unexpected %q at character %d", r, p.at)
}

// textsOf parses a list: JSON or comma-separated words.
func textsOf(text string) ([]string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	if !strings.HasPrefix(text, "[") {
		var words []string
		for word := range strings.SplitSeq(text, ",") {
			if word = strings.TrimSpace(word); word != "" {
				words = append(words, word)
			}
		}
		return words, nil
	}
	v, err := parseLoose(text)
	if err != nil {
		return nil, err
	}
	return texts(v)
}

func texts(v any) ([]string, error) {
	list, isList := v.([]any)
	if !isList {
		list = []any{v}
	}
	words := make([]string, 0, len(list))
	for _, element := range list {
		switch element := element.(type) {
		case string:
			words = append(words, element)
		case bool:
			words = append(words, fmt.Sprint(element))
		default:
			return nil, fmt.Errorf("a list of texts was expected")
		}
	}
	return words, nil
}
