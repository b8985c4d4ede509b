package vault

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"

	"golang.org/x/crypto/chacha20poly1305"

	"adtally"
)

// Key seals and opens. Like a secret it prints as [secret], and refuses to
// become JSON.
type Key struct {
	id [idSize]byte
	// raw is a pointer, which fmt does not follow even where it asks no Format.
	raw *[chacha20poly1305.KeySize]byte
}

// idSize is how many bytes tell one key from another.
const idSize = 8

// NewKey makes a key that nobody has.
func NewKey() Key {
	var raw [chacha20poly1305.KeySize]byte
	_, _ = rand.Read(raw[:]) // it never fails, says crypto/rand
	return keyOf(raw)
}

// keyOf gives a key its id, from which nothing of the key can be learned.
func keyOf(raw [chacha20poly1305.KeySize]byte) Key {
	mac := hmac.New(sha256.New, raw[:])
	mac.Write([]byte("adtally key id"))
	return Key{id: [idSize]byte(mac.Sum(nil)), raw: &raw}
}

var errNoKey = errors.New("it is not 32 bytes in base64")

// ParseKey reads a key as Text writes it. Any sort of base64 will do.
func ParseKey(text string) (Key, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	raw, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil || len(raw) != chacha20poly1305.KeySize {
		return Key{}, errNoKey // the error of the decoding would show a part of it
	}
	return keyOf([chacha20poly1305.KeySize]byte(raw)), nil
}

// ID tells keys apart. It is no secret.
func (k Key) ID() string { return hex.EncodeToString(k.id[:]) }

// Text is the key itself, as a person may keep it in a safe place.
func (k Key) Text() adtally.Secret {
	return adtally.NewSecret(base64.StdEncoding.EncodeToString(k.raw[:]))
}

const masked = "[secret]"

func (k Key) String() string { return masked }

// Format keeps every verb from printing the key.
func (k Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, masked) }

// LogValue keeps the key out of structured logs.
func (k Key) LogValue() slog.Value { return slog.StringValue(masked) }

// MarshalJSON always fails: a key belongs in no document.
func (k Key) MarshalJSON() ([]byte, error) { return nil, errors.New("a key cannot be written as JSON") }

// Ring is the keys that are at hand.
type Ring []Key

// find gives the key with an id.
func (r Ring) find(id string) (Key, bool) {
	i := slices.IndexFunc(r, func(k Key) bool { return k.ID() == id })
	if i < 0 {
		return Key{}, false
	}
	return r[i], true
}
