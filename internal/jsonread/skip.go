package jsonread

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"strings"
)

// maxDepth is how deep values may be nested. The limit of jsontext is the same.
const maxDepth = 10_000

// skip checks a value and goes to its end.
func (r *Reader) skip(depth int) error {
	if r.at >= len(r.text) || depth > maxDepth {
		return r.fail()
	}
	switch c := r.text[r.at]; {
	case c == '"':
		return r.skipText()
	case c == '{':
		return r.skipAll('}', depth+1, r.skipName)
	case c == '[':
		return r.skipAll(']', depth+1, nil)
	case c == '-' || isDigit(c):
		return r.skipNumber()
	}
	return r.skipWord()
}

// skipAll checks an object or an array; name, if not nil, reads what precedes each value.
func (r *Reader) skipAll(bracket byte, depth int, name func() error) error {
	r.at++
	for done := r.next(bracket); !done; {
		if name != nil {
			if err := name(); err != nil {
				return err
			}
		}
		r.space()
		err := r.skip(depth)
		if err == nil {
			done, err = r.ends(bracket)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Reader) skipName() error {
	r.space()
	if err := r.skipText(); err != nil {
		return err
	}
	if !r.next(':') {
		return r.fail()
	}
	return nil
}

// skipText checks a string.
func (r *Reader) skipText() error {
	if r.at >= len(r.text) || r.text[r.at] != '"' {
		return r.fail()
	}
	r.at++
	r.plain = true
	for {
		r.at += untilMark(r.text[r.at:])
		switch {
		case r.at == len(r.text):
			return r.fail()
		case r.text[r.at] == '"':
			r.at++
			return nil
		}
		r.plain = false
		if err := r.skipEscape(); err != nil {
			return err
		}
	}
}

// untilMark returns how many bytes precede the first quote or backslash. It looks at eight bytes
// at a time, because most strings are short: a byte is zero after the exclusive or if it is the
// one looked for, and subtracting 1 from zero borrows into its highest bit (see hasControl).
func untilMark(text []byte) int {
	n := 0
	for ; n+8 <= len(text); n += 8 {
		w := binary.LittleEndian.Uint64(text[n:])
		quote, slash := w^each*'"', w^each*'\\'
		if found := ((quote-each)&^quote | (slash-each)&^slash) & high; found != 0 {
			return n + bits.TrailingZeros64(found)/8
		}
	}
	for n < len(text) && text[n] != '"' && text[n] != '\\' {
		n++
	}
	return n
}

func (r *Reader) skipEscape() error {
	rest := r.text[r.at:]
	switch {
	case unitAt(rest) >= 0:
		r.at += escape
		return nil
	case len(rest) > 1 && strings.IndexByte(`"\/bfnrt`, rest[1]) >= 0:
		r.at += 2
		return nil
	case len(rest) < escape:
		r.at = len(r.text)
	}
	return r.fail()
}

// skipNumber checks a number: RFC 8259, section 6.
func (r *Reader) skipNumber() error {
	r.has("-")
	if !r.has("0") && !r.digits() {
		return r.fail()
	}
	if r.has(".") && !r.digits() {
		return r.fail()
	}
	if r.has("eE") {
		if r.has("+-"); !r.digits() {
			return r.fail()
		}
	}
	return nil
}

// has reads one of some characters if it comes next.
func (r *Reader) has(oneOf string) bool {
	if r.at < len(r.text) && strings.IndexByte(oneOf, r.text[r.at]) >= 0 {
		r.at++
		return true
	}
	return false
}

// digits reads digits and reports whether there were any.
func (r *Reader) digits() bool {
	from := r.at
	for r.at < len(r.text) && isDigit(r.text[r.at]) {
		r.at++
	}
	return r.at > from
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// skipWord checks true, false or null.
func (r *Reader) skipWord() error {
	for _, word := range []string{"null", "true", "false"} {
		if bytes.HasPrefix(r.text[r.at:], []byte(word)) {
			r.at += len(word)
			return nil
		}
		if rest := r.text[r.at:]; bytes.HasPrefix([]byte(word), rest) {
			r.at = len(r.text) // cut off
		}
	}
	return r.fail()
}
