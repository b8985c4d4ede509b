package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// plain is a writer that escapes control characters, so that a name from a platform
// cannot move the cursor, set a title or change the direction of writing. It writes them
// as \u001b, which is also valid JSON. Line breaks and tabs pass; shown escapes those
// inside a name.
type plain struct {
	to   io.Writer
	mu   sync.Mutex
	half []byte // the first bytes of a character that continues in the next Write
}

func (p *plain) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out strings.Builder
	rest := slices.Concat(p.half, text)
	for len(rest) > 0 && utf8.FullRune(rest) {
		r, n := utf8.DecodeRune(rest)
		if r == '\n' || r == '\t' || !harmful(r) {
			out.Write(rest[:n])
		} else {
			fmt.Fprintf(&out, `\u%04x`, r)
		}
		rest = rest[n:]
	}
	p.half = append([]byte(nil), rest...)
	if _, err := io.WriteString(p.to, out.String()); err != nil {
		return 0, err
	}
	return len(text), nil
}

// harmful reports whether a character has an effect when printed: control characters,
// line separators and direction overrides.
func harmful(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// shown returns a text from outside on one line, with control characters escaped.
func shown(s string) string {
	var out strings.Builder
	for _, r := range s {
		switch {
		case r == '\n':
			out.WriteString(`\n`)
		case r == '\t':
			out.WriteString(`\t`)
		case harmful(r):
			fmt.Fprintf(&out, `\u%04x`, r)
		default:
			out.WriteRune(r)
		}
	}
	return out.String()
}

// beneath returns the writer inside a plain writer.
func beneath(w io.Writer) io.Writer {
	if p, ok := w.(*plain); ok {
		return p.to
	}
	return w
}
