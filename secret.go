package adtally

import (
	"errors"
	"fmt"
	"log/slog"
)

// Secret holds a value that must not be printed. It formats as [secret] and cannot be
// marshalled to JSON; only Reveal returns the value. Secrets cannot be compared with ==.
type Secret struct {
	// value is a pointer because fmt does not follow pointers inside other values: for a verb
	// that does not fit, fmt prints the fields without calling Format.
	value *string
	app   string
	_     [0]func() // makes == a compile error
}

const masked = "[secret]"

// NewSecret returns a Secret that holds value.
func NewSecret(value string) Secret { return Secret{value: &value} }

// Reveal returns the value. Call it just before use, for example in the Authorization header.
func (s Secret) Reveal() string {
	if s.value == nil {
		return ""
	}
	return *s.value
}

// For returns the secret with the ID of the platform's app that it was issued for; "" if unknown.
func (s Secret) For(app string) Secret {
	s.app = app
	return s
}

// App returns the ID of the app that the secret was issued for; "" if unknown.
func (s Secret) App() string { return s.app }

// IsZero reports whether the value is empty.
func (s Secret) IsZero() bool { return s.Reveal() == "" }

func (s Secret) String() string { return masked }

// Format hides the value from every verb, %#v and %x among them.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, masked) }

// LogValue hides the value in structured logs.
func (s Secret) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalJSON always fails: a secret must not get into a document.
func (s Secret) MarshalJSON() ([]byte, error) {
	return nil, errors.New("a secret cannot be written as JSON")
}

// MarshalText always fails, for the same reason.
func (s Secret) MarshalText() ([]byte, error) {
	return nil, errors.New("a secret cannot be written as text")
}
