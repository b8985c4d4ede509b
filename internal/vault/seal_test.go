package vault_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/vault"
)

func TestWhatIsSealedOpens(t *testing.T) {
	t.Parallel()
	key := vault.NewKey()
	rapid.Check(t, func(t *rapid.T) {
		text, name, version := rapid.String().Draw(t, "text"), rapid.String().Draw(t, "name"), rapid.Int64().Draw(t, "version")
		sealed := vault.Seal(key, adtally.NewSecret(text), name, version)
		if len(text) > 3 && bytes.Contains(sealed.Bytes, []byte(text)) {
			t.Fatal("the text can be read")
		}
		got, err := vault.Unseal(key, sealed)
		if err != nil || got.Reveal() != text {
			t.Fatalf("%q became %q, %v", text, got.Reveal(), err)
		}
	})
}

// A secret opens nowhere else: with no other key, for no other credential or
// version, and not when a single bit has changed.
func TestNothingElseOpens(t *testing.T) {
	t.Parallel()
	key, other := vault.NewKey(), vault.NewKey()
	rapid.Check(t, func(t *rapid.T) {
		name, version := rapid.StringN(0, 40, -1).Draw(t, "name"), rapid.Int64().Draw(t, "version")
		s := vault.Seal(key, adtally.NewSecret("EAAtopsecret"), name, version)
		bit := rapid.IntRange(0, len(s.Bytes)*8-1).Draw(t, "bit")
		flipped := s
		flipped.Bytes = bytes.Clone(s.Bytes)
		flipped.Bytes[bit/8] ^= 1 << (bit % 8)
		cut := s
		cut.Bytes = s.Bytes[:rapid.IntRange(0, len(s.Bytes)-1).Draw(t, "cut")]
		moved, later := s, s
		moved.Credential = rapid.String().Filter(func(s string) bool { return s != name }).Draw(t, "other name")
		later.Version = rapid.Int64().Filter(func(v int64) bool { return v != version }).Draw(t, "other version")
		for what, s := range map[string]adtally.Sealed{"flipped": flipped, "cut": cut, "moved": moved, "another version": later} {
			refused(t, what, key, s)
		}
		refused(t, "another key", other, s)
	})
}

func refused(t *rapid.T, what string, key vault.Key, s adtally.Sealed) {
	got, err := vault.Unseal(key, s)
	if err == nil || !got.IsZero() {
		t.Fatalf("%s: it opens: %q", what, got.Reveal())
	}
	if strings.Contains(err.Error(), "secret") && strings.Contains(err.Error(), "EAA") {
		t.Fatalf("%s: the error tells: %v", what, err)
	}
}

// Names whose concatenation is equal are still different contexts.
func TestPlace_IsUnambiguous(t *testing.T) {
	t.Parallel()
	key := vault.NewKey()
	s := vault.Seal(key, adtally.NewSecret("x"), "a\x00\x00\x00\x00\x00\x00\x00\x01", 1)
	s.Credential = "a"
	if _, err := vault.Unseal(key, s); err == nil {
		t.Error("it opens elsewhere")
	}
}

func TestKey_CheckFitsOnlyItsKey(t *testing.T) {
	t.Parallel()
	key, other := vault.NewKey(), vault.NewKey()
	check := vault.Check(key)
	if !vault.Fits(key, check) || vault.Fits(other, check) {
		t.Error("the check knows the wrong key")
	}
	// A secret is not a check, and a check is not a secret.
	if _, err := vault.Unseal(key, adtally.Sealed{Credential: key.ID(), Key: key.ID(), Bytes: check.Check}); err == nil {
		t.Error("a check opens as a secret")
	}
	as := vault.Seal(key, adtally.NewSecret("this is the right key"), key.ID(), 0)
	if vault.Fits(key, adtally.SealKey{ID: key.ID(), Check: as.Bytes}) {
		t.Error("a secret passes as a check")
	}
}

func TestSeal_NoncesAreUnique(t *testing.T) {
	t.Parallel()
	key, seen := vault.NewKey(), map[string]bool{}
	for range 20000 {
		seen[vault.NonceOf(vault.Seal(key, adtally.NewSecret("x"), "c", 1).Bytes)] = true
	}
	if len(seen) != 20000 {
		t.Errorf("%d nonces for 20000 seals", len(seen))
	}
}

func TestAKeyIsNeverPrinted(t *testing.T) {
	t.Parallel()
	key := vault.NewKey()
	text := key.Text().Reveal()
	raw, err := vault.ParseKey(text)
	if err != nil || raw.ID() != key.ID() {
		t.Fatalf("read back: %v", err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		if said := fmt.Sprintf(verb, key); said != "[secret]" {
			t.Errorf("%s prints %s", verb, said)
		}
	}
	var log bytes.Buffer
	holder := struct {
		K vault.Key
		R vault.Ring
		V *vault.Vault
	}{key, vault.Ring{key}, &vault.Vault{Keys: vault.Given{Name: "ADTALLY_KEY", Text: key.Text()}}}
	slog.New(slog.NewTextHandler(&log, nil)).Info("x", "key", key, "in", holder, "given", holder.V.Keys)
	said := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		said += fmt.Sprintf(verb+verb+verb+verb, key, &key, holder, *holder.V)
	}
	for _, v := range []any{key, holder.R, holder.V.Keys} {
		if text, err := json.Marshal(v); err == nil {
			t.Errorf("a key became JSON: %s", text)
		}
	}
	bytesOf := fmt.Sprintf("%d", decode(t, text)) // as %v prints an array
	for _, form := range []string{text, fmt.Sprintf("%x", decode(t, text)), strings.Trim(bytesOf, "[]")} {
		if strings.Contains(said, form) {
			t.Errorf("it is printed: %s", said)
		}
	}
}

func TestParseKey_AcceptsAnyBase64(t *testing.T) {
	t.Parallel()
	key := vault.NewKey()
	text := key.Text().Reveal()
	for _, form := range []string{text, text + "\n", "  " + strings.TrimRight(text, "="), strings.NewReplacer("+", "-", "/", "_").Replace(text)} {
		if got, err := vault.ParseKey(form); err != nil || got.ID() != key.ID() {
			t.Errorf("%q: %v", form, err)
		}
	}
	for _, form := range []string{"", "x", text[:40], text + text, "correct horse battery staple", strings.Repeat("*", 44)} {
		_, err := vault.ParseKey(form)
		if err == nil || form != "" && len(form) > 2 && strings.Contains(err.Error(), form) {
			t.Errorf("%q: %v", form, err)
		}
	}
}

func FuzzOpening(f *testing.F) {
	key, err := vault.ParseKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		f.Fatal(err)
	}
	own := vault.Seal(key, adtally.NewSecret("EAA"), "c", 1)
	f.Add(own.Bytes)
	f.Add(own.Bytes[:9])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, sealed []byte) {
		got, err := vault.Unseal(key, adtally.Sealed{Credential: "other", Version: 1, Key: key.ID(), Bytes: sealed})
		if err == nil || !got.IsZero() {
			t.Errorf("%x opens as %q", sealed, got.Reveal())
		}
	})
}

// The format is stable: an old seal still opens.
func TestOpen_StoredSealStillOpens(t *testing.T) {
	t.Parallel()
	key, err := vault.ParseKey("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")
	if err != nil {
		t.Fatal(err)
	}
	s := adtally.Sealed{Credential: "c", Version: 1, Key: key.ID(), Bytes: sealedInThePast}
	if got, err := vault.Unseal(key, s); err != nil || got.Reveal() != "EAAtopsecret" {
		t.Errorf("%q, %v", got.Reveal(), err)
	}
}
