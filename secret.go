package adtally

import (
	"errors"
	"fmt"
	"log/slog"
)

// Secret holds bytes that must not be seen. It prints as [secret] in every
// format and refuses to become JSON; Reveal is the one way to what it holds. Two
// secrets are never compared with ==.
type Secret struct {
	// value is a pointer, because fmt follows none that is inside of something:
	// where a verb does not fit, it prints what is there without asking Format.
	value *string
	app   string
	_     [0]func() // the compiler refuses ==
}

const masked = "[secret]"

// NewSecret hides a value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal gives the hidden value: for the Authorization header, just before use.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// For says for which app of the platform's the secret was made; "" = nobody knows.
func (s Secret) For(app string) Secret {
	s.app = app
	return s
}

// App is the app that the secret was made for; "" = nobody knows.
func (s Secret) App() string { return s.app }

// IsZero says that nothing is hidden here.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

func (s Secret) String() string { return masked }

// Format keeps every verb from printing the value, %#v and %x among them.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, masked) }

// LogValue keeps the value out of structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalJSON always fails: a secret belongs in no document.
func (s Secret) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a secret cannot be written as JSON")
}

// MarshalText always fails, for the same reason.
func (s Secret) MarshalText() ([]byte, error) {
	return nil, errors.New("a secret cannot be written as text")
}
