package facebookads

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// jsonOf reads a body that Meta sent. A character that JSON forbids costs itself
// and nothing else. A member that stands twice is its column's affair.
func jsonOf(body []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(mended(body)), jsontext.AllowDuplicateNames(true))
}

// mended is a body whose texts hold no character that JSON forbids: U+FFFD stands
// for half a surrogate pair and for bytes that are no UTF-8, and a raw control
// character is written as an escape. Nearly always that is the body itself.
func mended(body []byte) []byte {
	if !hasControl(body) && !hasHalfPair(body) && utf8.Valid(body) {
		return body
	}
	m := mender{in: body, out: make([]byte, 0, len(body)+64)}
	for m.at < len(m.in) {
		m.step()
	}
	return m.out
}

// hasControl looks at eight bytes at a time: a byte below 0x20 borrows from its
// highest bit when 0x20 is taken away ("Determine if a word has a byte less than
// n", Bit Twiddling Hacks). Line breaks between members are found too, and mended
// to themselves.
func hasControl(body []byte) bool {
	const each, high = 0x0101010101010101, 0x8080808080808080
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

// hasHalfPair says whether an escape may be half of a surrogate pair. An escaped
// backslash before a u may be taken for one; the mender knows better.
func hasHalfPair(body []byte) bool {
	for {
		i := bytes.Index(body, []byte(`\u`))
		if i < 0 {
			return false
		}
		body = body[i:]
		switch unit := unitAt(body); {
		case isHigh(unit) && isLow(unitAt(body[escape:])):
			body = body[2*escape:]
		case isHigh(unit) || isLow(unit):
			return true
		default:
			body = body[2:]
		}
	}
}

// escape is the length of \uXXXX.
const escape = 6

// unitAt is the UTF-16 unit that an escape at the beginning stands for; -1 = there
// is none.
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

// mender copies a body, one character or escape after the other.
type mender struct {
	in, out []byte
	at      int
	text    bool // between quotes
}

func (m *mender) step() {
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
		m.out = utf8.AppendRune(m.out, r) // U+FFFD for a byte that is no UTF-8
		m.at += n
	}
}

func (m *mender) escaped() {
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

func (m *mender) keep(n int) {
	m.out = append(m.out, m.in[m.at:m.at+n]...)
	m.at += n
}
