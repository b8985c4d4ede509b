// Package password is for passwords: their hashes, and what makes one good
// enough.
//
// It may not keep, log or return a password. The one rule it keeps: a wrong
// answer costs as much as a right one, whether or not there is anything to
// compare it with.
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

// Hasher hashes with argon2id. It works at a few passwords at once and lets the
// others wait, so that a flood of logins takes no memory from the rest.
type Hasher struct {
	time   uint32
	memory uint32 // KiB
	turns  chan struct{}
	decoy  string // the hash of a password that nobody knows, for where there is none
}

// The least that OWASP's password storage cheat sheet asks for.
const (
	Time   = 2
	Memory = 19 * 1024 // KiB
)

const saltBytes, sumBytes = 16, 32

// New gives a hasher that costs so many rounds over so many KiB, and works at so
// many passwords at once.
func New(rounds, memory uint32, atOnce int) *Hasher {
	h := &Hasher{time: rounds, memory: memory, turns: make(chan struct{}, atOnce)}
	h.decoy = h.sum(rand.Text())
	return h
}

// Hash gives what is kept of a password.
func (h *Hasher) Hash(ctx context.Context, password string) (adtally.Secret, error) {
	if err := h.enter(ctx); err != nil {
		return adtally.Secret{}, err
	}
	defer h.leave()
	return adtally.NewSecret(h.sum(password)), nil
}

// Matches says whether a password is the one that was hashed. A zero hash
// matches none, and takes its time over it.
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
		return &adtally.Fault{Act: adtally.Retry, Code: "busy", Message: "Too many people are logging in at once",
			Hint: "Try again in a moment.", Err: context.Cause(ctx)}
	}
}

func (h *Hasher) leave() { <-h.turns }

// layout is how others write argon2id hashes too, so that one can be moved.
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

var errNoHash = errors.New("what is kept of the password cannot be read")

// compare hashes again with the cost that stands in the hash.
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

// Length is between Shortest characters and Longest bytes: NIST SP 800-63B asks
// for length and for nothing else; the longest keeps a hash from costing more.
const (
	Shortest = 12
	Longest  = 256
)

// Check says what is wrong with a new password of somebody.
func Check(password, email string) error {
	short := utf8.RuneCountInString(password) < Shortest
	own := strings.EqualFold(strings.TrimSpace(password), email)
	if !short && !own && len(password) <= Longest {
		return nil
	}
	return &adtally.Fault{Act: adtally.Configure, Code: "weak_password",
		Message: "This password cannot be used",
		Hint:    fmt.Sprintf("Use at least %d characters, at most %d bytes, and not the e-mail address.", Shortest, Longest)}
}
