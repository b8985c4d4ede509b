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

// plain is a writer to a terminal or a file on which names of others do nothing:
// what would move the cursor, set a title or turn the direction of writing is
// written as \u001b, which JSON reads as the same character. Line breaks and
// tabs are ours; shown escapes those in a name.
type plain struct {
	to   io.Writer
	mu   sync.Mutex
	half []byte // of a character whose rest comes with the next Write
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

// harmful are characters that do something where they are printed: controls,
// breaks of lines, and overrides of the direction of writing.
func harmful(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// shown is a name or a sentence of others in one line.
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

// beneath is what a writer was before it was made plain.
func beneath(w io.Writer) io.Writer {
	if p, ok := w.(*plain); ok {
		return p.to
	}
	return w
}
