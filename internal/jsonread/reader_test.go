package jsonread_test

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/jsonread"
)

// A Reader accepts what jsontext accepts, and finds the same names and values.
func FuzzReader(f *testing.F) {
	for _, text := range texts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := read(jsonread.New(text))
		want, wrong := expected(jsonread.Sanitized(text))
		if (err == nil) != (wrong == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%q: %q %v, jsontext: %q %v", text, got, err, want, wrong)
		}
	})
}

var texts = []string{
	``, ` `, `{`, `}`, `{}`, `[]`, `[1]`, `[1,]`, `[,1]`, `{"a"}`, `{"a":}`, `{"a":1,}`, `{"a":1 "b":2}`, `{a:1}`, `{"a":1}{}`, `[1][2]`, "\ufeff{}",
	` { "a" : [ 1 , 2.50 , -0 , 1E+2 , 1e-7 ] , "b" : { "c" : null } } `, "\t{\"a\":\r\n\"b\"}\n", "{\"a\":\v1}",
	`{"a":01}`, `{"a":-}`, `{"a":1.}`, `{"a":.5}`, `{"a":1e}`, `{"a":+1}`, `{"a":1e+}`, `{"a":00}`, `{"a":1.5e3x}`, `{"a":0x1}`,
	`{"a":tru}`, `{"a":true}`, `{"a":truex}`, `{"a":nul`, `{"a":False}`, `{"a":false}`, `{"a":NaN}`, `{"a":t`,
	`{"a\"b":"c\\","d":"\u00fc\/\b\f\n\r\t"}`, `{"a":"\x"}`, `{"a":"\u12"}`, `{"a":"\u12g4"}`, `{"a":"\`, `{"a":"b`, `{"a":"\ud83d\ude00\ud83d"}`, `{"\u0061":"\u0062"}`,
	"{\"a\":\"\x01\",\"b\":\"\xff\"}", "{\"\x00\":1}", `[[[[["deep"]]]],{"a":{"b":{}}}]`, `[}`, `{]`, `["a":1]`, `{"a":[1,2}`, `{"a":1,"a":2}`, `{'a':1}`, `/**/{}`,
}

func TestReader(t *testing.T) {
	t.Parallel()
	for _, text := range texts {
		got, err := read(jsonread.New([]byte(text)))
		want, wrong := expected(jsonread.Sanitized([]byte(text)))
		if (err == nil) != (wrong == nil) || err == nil && !slices.Equal(got, want) {
			t.Errorf("%q: %q %v, jsontext: %q %v", text, got, err, want, wrong)
		}
	}
}

func TestReader_CutOff(t *testing.T) {
	t.Parallel()
	whole := `{"a":[1.5,true,null,"x\u00fcy\\"],"b":{"c":-1e+3}}`
	for n := range len(whole) {
		if _, err := read(jsonread.New([]byte(whole[:n]))); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%q: %v", whole[:n], err)
		}
	}
}

func TestReader_NestedTooDeep(t *testing.T) {
	t.Parallel()
	for n, accepted := range map[int]bool{5_000: true, 20_000: false} {
		text := strings.Repeat("[", n) + strings.Repeat("]", n)
		_, err := jsonread.New([]byte(text)).Value()
		if (err == nil) != accepted || jsontext.Value(text).IsValid() != accepted {
			t.Errorf("%d brackets: %v", n, err)
		}
	}
}

// A value that f does not read, or reads twice, is an error, not another value.
func TestReader_UnreadValue(t *testing.T) {
	t.Parallel()
	for name, times := range map[string]int{"unread": 0, "twice": 2} {
		r := jsonread.New([]byte(`{"a":1,"b":2}`))
		err := r.Members(func([]byte) (err error) {
			for range times {
				if _, err = r.Value(); err != nil {
					return err
				}
			}
			return nil
		})
		if _, ok := errors.AsType[*jsonread.SyntaxError](err); !ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// read lists names and values of a text. It goes into objects and lists of the first two levels
// and reads others as a whole.
func read(r *jsonread.Reader) (list []string, err error) {
	if err := readInto(r, 2, &list); err != nil {
		return nil, err
	}
	return list, r.End()
}

func readInto(r *jsonread.Reader, levels int, list *[]string) error {
	kind := r.Kind()
	switch {
	case levels > 0 && kind == '{':
		return r.Members(func(name []byte) error {
			*list = append(*list, string(name))
			return readInto(r, levels-1, list)
		})
	case levels > 0 && kind == '[':
		return r.Elements(func() error { return readInto(r, levels-1, list) })
	}
	value, err := r.Value()
	if err == nil && value.Kind() != kind {
		return errors.New("another kind")
	}
	*list = append(*list, string(value))
	return err
}

// expected does the same with jsontext.
func expected(text []byte) (list []string, err error) {
	dec := jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	if err := expectInto(dec, 2, &list); err != nil {
		return nil, err
	}
	if _, err := dec.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return list, nil
}

func expectInto(dec *jsontext.Decoder, levels int, list *[]string) error {
	kind := dec.PeekKind()
	if levels == 0 || kind != '{' && kind != '[' {
		value, err := dec.ReadValue()
		*list = append(*list, string(value))
		return err
	}
	if _, err := dec.ReadToken(); err != nil {
		return err
	}
	for end := dec.PeekKind(); end != '}' && end != ']'; end = dec.PeekKind() {
		if kind == '{' {
			name, err := dec.ReadToken()
			if err != nil {
				return err
			}
			*list = append(*list, name.String())
		}
		if err := expectInto(dec, levels-1, list); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// An escaped backslash before the letters of an escape hides neither half of a pair.
func TestSanitized_BackslashBeforeHalfAPair(t *testing.T) {
	t.Parallel()
	for sent, want := range map[string]string{
		`"a\\ud83d\ude00b"`: `"a\\ud83d` + "\uFFFD" + `b"`, `"\\ud83d\\ude00"`: `"\\ud83d\\ude00"`, `"\\\ud83d\ude00"`: `"\\\ud83d\ude00"`,
		`"\\ud83d"`: `"\\ud83d"`, `"\\\ud83d"`: `"\\` + "\uFFFD" + `"`, `"\\\\ud83d\ude00"`: `"\\\\ud83d` + "\uFFFD" + `"`,
	} {
		if got := string(jsonread.Sanitized([]byte(sent))); got != want {
			t.Errorf("%s: %s, want %s", sent, got, want)
		}
	}
}
