// Package password hashes passwords, compares them and checks their strength.
//
// It never stores, logs or returns a password. Its one rule: a wrong password takes as
// long as a right one, even if the user does not exist.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"adtally"
)

// Hasher hashes with argon2id. It limits how many passwords are hashed at the same
// time, so that a flood of logins cannot exhaust the memory.
type Hasher struct {
	time   uint32
	memory uint32 // KiB
	turns  chan struct{}
	decoy  string // hash of a random password, used if there is none to compare with
}

// Minimum parameters of the OWASP Password Storage Cheat Sheet.
const (
	Time   = 2
	Memory = 19 * 1024 // KiB
)

const saltBytes, sumBytes = 16, 32

// New returns a hasher with so many rounds over so many KiB of memory, for so many
// passwords at the same time.
func New(rounds, memory uint32, atOnce int) *Hasher {
	h := &Hasher{time: rounds, memory: memory, turns: make(chan struct{}, atOnce)}
	h.decoy = h.sum(rand.Text())
	return h
}

// Hash returns the hash to store.
func (h *Hasher) Hash(ctx context.Context, password string) (adtally.Secret, error) {
	if err := h.enter(ctx); err != nil {
		return adtally.Secret{}, err
	}
	defer h.leave()
	return adtally.NewSecret(h.sum(password)), nil
}

// Matches reports whether password has the given hash. A zero hash matches no password
// and takes as long as any other.
func (h *Hasher) Matches(ctx context.Context, password string, hash adtally.Secret) (bool, error) {
	if err := h.enter(ctx); err != nil {
		return false, err
	}
	defer h.leave()
	kept := hash.Reveal()
	if hash.IsZero() {
		kept = h.decoy
	}
	return compare(password, kept)
}

func (h *Hasher) enter(ctx context.Context) error {
	select {
	case h.turns <- struct{}{}:
		return nil
	case <-ctx.Done():
		return &adtally.Fault{Act: adtally.Retry, Code: "busy", Message: "Too many logins are in progress",
			Hint: "Try again in a moment.", Err: context.Cause(ctx)}
	}
}

func (h *Hasher) leave() { <-h.turns }

// layout is the common encoding of argon2id hashes, so that hashes can be imported and
// exported.
const layout = "$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s"

func (h *Hasher) sum(password string) string {
	salt := make([]byte, saltBytes)
	_, _ = rand.Read(salt) // it never fails
	sum := argon2.IDKey([]byte(password), salt, h.time, h.memory, 1, sumBytes)
	return fmt.Sprintf(layout, argon2.Version, h.memory, h.time, encode(salt), encode(sum))
}

var (
	encode = base64.RawStdEncoding.EncodeToString
	decode = base64.RawStdEncoding.DecodeString
)

var errNoHash = errors.New("the stored password hash is malformed")

// compare hashes the password with the parameters of the stored hash.
func compare(password, hash string) (bool, error) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false, errNoHash
	}
	var version int
	var memory, rounds uint32
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=1", &version, &memory, &rounds); err != nil {
		return false, errNoHash
	}
	salt, err := decode(parts[4])
	if err != nil {
		return false, errNoHash
	}
	want, err := decode(parts[5])
	if err != nil || version != argon2.Version || rounds == 0 || len(want) != sumBytes {
		return false, errNoHash
	}
	got := argon2.IDKey([]byte(password), salt, rounds, memory, 1, sumBytes)
	return subtle.ConstantTimeCompare(got, want) == 1, nil
}

// Limits of a password, in characters (Shortest) and bytes (Longest): NIST SP 800-63B
// requires length and no other rule; the maximum bounds the cost of a hash.
const (
	Shortest = 12
	Longest  = 256
)

// Check returns a fault if a new password is too weak.
func Check(password, email string) error {
	short := utf8.RuneCountInString(password) < Shortest
	own := strings.EqualFold(strings.TrimSpace(password), email)
	if !short && !own && len(password) <= Longest {
		return nil
	}
	return &adtally.Fault{Act: adtally.Configure, Code: "weak_password",
		Message: "This password is too weak",
		Hint:    fmt.Sprintf("Use at least %d characters, at most %d bytes, and not the e-mail address.", Shortest, Longest)}
}
