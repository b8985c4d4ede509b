package jsonread

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf8"
)

// Sanitized returns a text without characters that JSON forbids: U+FFFD replaces lone
// surrogates and invalid UTF-8, and raw control characters are escaped. Almost always
// the text is returned unchanged.
func Sanitized(body []byte) []byte {
	if !hasControl(body) && !hasSurrogate(body) && utf8.Valid(body) {
		return body
	}
	m := sanitizer{in: body, out: make([]byte, 0, len(body)+64)}
	for m.at < len(m.in) {
		m.step()
	}
	return m.out
}

// A one, and the highest bit, in each of eight bytes.
const each, high = 0x0101010101010101, 0x8080808080808080

// hasControl checks eight bytes at a time: subtracting 0x20 from a smaller byte
// borrows from its highest bit ("Determine if a word has a byte less than n", Bit
// Twiddling Hacks). It also finds line breaks between members, which sanitizing leaves
// unchanged.
func hasControl(body []byte) bool {
	for ; len(body) >= 8; body = body[8:] {
		w := binary.LittleEndian.Uint64(body)
		if (w-each*0x20)&^w&high != 0 {
			return true
		}
	}
	for _, c := range body {
		if c < 0x20 {
			return true
		}
	}
	return false
}

// hasSurrogate reports whether an escape may be half of a surrogate pair. If an escaped
// backslash may come before it, sanitizer decides exactly.
func hasSurrogate(body []byte) bool {
	for {
		i := bytes.Index(body, []byte(`\u`))
		if i < 0 {
			return false
		}
		isEscaped := i > 0 && body[i-1] == '\\'
		body = body[i:]
		switch unit := unitAt(body); {
		case isHigh(unit) && !isEscaped && isLow(unitAt(body[escape:])):
			body = body[2*escape:]
		case isHigh(unit) || isLow(unit):
			return true
		default:
			body = body[2:]
		}
	}
}

// escape is the length of \u and four digits.
const escape = 6

// unitAt returns the UTF-16 code unit of an escape at the start of text, or -1 if
// the text does not start with one.
func unitAt(text []byte) (unit int) {
	if len(text) < escape || text[0] != '\\' || text[1] != 'u' {
		return -1
	}
	for _, c := range text[2:escape] {
		switch {
		case c >= '0' && c <= '9':
			unit = unit<<4 | int(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			unit = unit<<4 | int(c|0x20-'a'+10)
		default:
			return -1
		}
	}
	return unit
}

func isHigh(unit int) bool { return unit >= 0xD800 && unit < 0xDC00 }
func isLow(unit int) bool  { return unit >= 0xDC00 && unit < 0xE000 }

// sanitizer copies a text character by character.
type sanitizer struct {
	in, out []byte
	at      int
	text    bool // inside a string
}

func (m *sanitizer) step() {
	c := m.in[m.at]
	switch {
	case c == '"':
		m.text = !m.text
		m.keep(1)
	case !m.text || c >= 0x20 && c < utf8.RuneSelf && c != '\\':
		m.keep(1)
	case c == '\\':
		m.escaped()
	case c < 0x20:
		m.out = fmt.Appendf(m.out, `\u%04x`, c)
		m.at++
	default:
		r, n := utf8.DecodeRune(m.in[m.at:])
		m.out = utf8.AppendRune(m.out, r) // U+FFFD for an invalid byte
		m.at += n
	}
}

func (m *sanitizer) escaped() {
	rest := m.in[m.at:]
	switch unit := unitAt(rest); {
	case isHigh(unit) && isLow(unitAt(rest[escape:])):
		m.keep(2 * escape)
	case isHigh(unit) || isLow(unit):
		m.out = append(m.out, "\uFFFD"...)
		m.at += escape
	default:
		m.keep(min(2, len(rest)))
	}
}

func (m *sanitizer) keep(n int) {
	m.out = append(m.out, m.in[m.at:m.at+n]...)
	m.at += n
}
