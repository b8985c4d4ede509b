package jsonread

import (
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// Reader reads a JSON text that is in memory as a whole, from its beginning to its end. What it
// returns points into that text.
type Reader struct {
	text  []byte
	at    int
	plain bool // the last string has no escapes
}

// New returns a Reader of a text. Characters that JSON forbids are replaced: U+FFFD stands for
// lone surrogates and bytes that are not UTF-8, and raw control characters are escaped.
func New(text []byte) *Reader { return &Reader{text: Sanitized(text)} }

// SyntaxError says that a text is not JSON. A text that is cut off is io.ErrUnexpectedEOF.
type SyntaxError struct{ Offset int }

func (e *SyntaxError) Error() string { return fmt.Sprintf("not valid JSON at byte %d", e.Offset) }

// fail returns the error for the current position.
func (r *Reader) fail() error {
	if r.at >= len(r.text) {
		return io.ErrUnexpectedEOF
	}
	return &SyntaxError{r.at}
}

// Kind returns the kind of the next value without reading it; 0 if there is none.
func (r *Reader) Kind() jsontext.Kind {
	r.space()
	switch {
	case r.at == len(r.text):
		return 0
	case r.text[r.at] == '-' || isDigit(r.text[r.at]):
		return jsontext.KindNumber
	}
	return jsontext.Kind(r.text[r.at])
}

// Value reads the next value, with everything inside it.
func (r *Reader) Value() (jsontext.Value, error) {
	r.space()
	from := r.at
	if err := r.skip(0); err != nil {
		return nil, err
	}
	return r.text[from:r.at], nil
}

// Members reads an object and calls f with each name. f must read the value. Names can come twice.
func (r *Reader) Members(f func(name []byte) error) error {
	if !r.next('{') {
		return r.fail()
	}
	for done := r.next('}'); !done; {
		name, err := r.name()
		if err != nil {
			return err
		}
		if err := f(name); err != nil {
			return err
		}
		if done, err = r.ends('}'); err != nil {
			return err
		}
	}
	return nil
}

// Elements reads an array and calls f before each element. f must read it.
func (r *Reader) Elements(f func() error) error {
	if !r.next('[') {
		return r.fail()
	}
	for done := r.next(']'); !done; {
		err := f()
		if err == nil {
			done, err = r.ends(']')
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// End returns an error if something follows.
func (r *Reader) End() error {
	if r.space(); r.at < len(r.text) {
		return r.fail()
	}
	return nil
}

// name reads a member's name, without quotes and escapes, and the colon.
func (r *Reader) name() ([]byte, error) {
	r.space()
	from := r.at
	if err := r.skipText(); err != nil {
		return nil, err
	}
	quoted := r.text[from:r.at]
	if !r.next(':') {
		return nil, r.fail()
	}
	if r.plain {
		return quoted[1 : len(quoted)-1], nil
	}
	return jsontext.AppendUnquote(nil, quoted)
}

// ends reads what follows a member or an element: a comma or the given bracket.
func (r *Reader) ends(bracket byte) (bool, error) {
	switch {
	case r.next(','):
		return false, nil
	case r.next(bracket):
		return true, nil
	}
	return false, r.fail()
}

// next reads a character if it comes next.
func (r *Reader) next(c byte) bool {
	if r.space(); r.at < len(r.text) && r.text[r.at] == c {
		r.at++
		return true
	}
	return false
}

// space skips space between values.
func (r *Reader) space() {
	for r.at < len(r.text) && r.text[r.at] <= ' ' && isSpace(r.text[r.at]) {
		r.at++
	}
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }
