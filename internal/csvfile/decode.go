package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"unicode/utf16"
	"unicode/utf8"
)

// The encodings.
const (
	UTF8        = "utf-8"
	UTF16LE     = "utf-16le"
	UTF16BE     = "utf-16be"
	Windows1252 = "windows-1252"
)

// Encodings are all encodings that can be read.
var Encodings = []string{UTF8, UTF16LE, UTF16BE, Windows1252}

const blockSize = 64 << 10

// detectEncoding reads the whole stream: a single letter near the end can decide.
func detectEncoding(r io.Reader) (encoding, reason string, err error) {
	block, kept, first := make([]byte, blockSize), 0, true
	for {
		n, err := io.ReadFull(r, block[kept:])
		part := block[:kept+n]
		if first {
			if e, why := byMark(part); e != "" {
				return e, why, nil
			}
			first = false
		}
		end := err != nil
		if end && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return "", "", err
		}
		whole := len(part)
		if !end {
			whole -= incomplete(part)
		}
		if !utf8.Valid(part[:whole]) {
			return Windows1252, "It contains bytes that are not UTF-8, so the encoding is Windows-1252", nil
		}
		if end {
			return UTF8, "All of it is valid UTF-8", nil
		}
		kept = copy(block, part[whole:])
	}
}

// byMark recognizes byte order marks, and UTF-16 without one by the zeros in its Latin letters.
func byMark(part []byte) (encoding, reason string) {
	switch {
	case bytes.HasPrefix(part, []byte{0xEF, 0xBB, 0xBF}):
		return "", "" // UTF-8, if the rest is
	case bytes.HasPrefix(part, []byte{0xFF, 0xFE}):
		return UTF16LE, "It begins with the byte order mark of UTF-16 LE"
	case bytes.HasPrefix(part, []byte{0xFE, 0xFF}):
		return UTF16BE, "It begins with the byte order mark of UTF-16 BE"
	}
	even, odd := 0, 0
	for i, b := range part {
		if b == 0 && i%2 == 0 {
			even++
		} else if b == 0 {
			odd++
		}
	}
	switch {
	case odd > len(part)/4 && even <= odd/8:
		return UTF16LE, "Every other byte is zero, as in UTF-16 LE"
	case even > len(part)/4 && odd <= even/8:
		return UTF16BE, "Every other byte is zero, as in UTF-16 BE"
	}
	return "", ""
}

// incomplete returns how many bytes at the end begin a character that is not complete.
func incomplete(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if tail := b[len(b)-n:]; utf8.RuneStart(tail[0]) {
			if !utf8.FullRune(tail) {
				return n
			}
			return 0
		}
	}
	return 0
}

// decoder returns the text of a stream as UTF-8, without a byte order mark.
func decoder(r io.Reader, encoding string) *bufio.Reader {
	in := bufio.NewReaderSize(r, blockSize)
	switch encoding {
	case UTF16LE, UTF16BE:
		in = bufio.NewReaderSize(&translated{next: (&utf16Source{in, encoding == UTF16BE}).next}, blockSize)
	case Windows1252:
		source := in
		in = bufio.NewReaderSize(&translated{next: func() (rune, error) {
			b, err := source.ReadByte()
			return latin(b), err
		}}, blockSize)
	}
	if mark, err := in.Peek(3); err == nil && bytes.Equal(mark, []byte("\uFEFF")) {
		_, _ = in.Discard(3) // these bytes are buffered
	}
	return in
}

// translated writes runes as UTF-8.
type translated struct {
	next func() (rune, error)
	rest []byte
	err  error
}

func (t *translated) Read(p []byte) (n int, err error) {
	for n < len(p) {
		if len(t.rest) == 0 {
			if t.err != nil {
				break
			}
			var r rune
			if r, t.err = t.next(); t.err != nil {
				break
			}
			t.rest = utf8.AppendRune(t.rest[:0], r)
		}
		c := copy(p[n:], t.rest)
		t.rest = t.rest[c:]
		n += c
	}
	if n == 0 && len(p) > 0 {
		return 0, t.err
	}
	return n, nil
}

type utf16Source struct {
	in  *bufio.Reader
	big bool
}

func (u *utf16Source) unit() (rune, error) {
	a, err := u.in.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := u.in.ReadByte()
	if errors.Is(err, io.EOF) {
		return utf8.RuneError, nil // half a character at the end
	}
	if u.big {
		a, b = b, a
	}
	return rune(a) | rune(b)<<8, err
}

func (u *utf16Source) next() (rune, error) {
	first, err := u.unit()
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	second, err := u.unit()
	if errors.Is(err, io.EOF) {
		return utf8.RuneError, nil
	}
	return utf16.DecodeRune(first, second), err
}

// windows are the characters 0x80 to 0x9F of Windows-1252; the others are those of Unicode.
var windows = [32]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8D, 'Ž', 0x8F,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9D, 'ž', 'Ÿ',
}

func latin(b byte) rune {
	if b >= 0x80 && b < 0xA0 {
		return windows[b-0x80]
	}
	return rune(b)
}
