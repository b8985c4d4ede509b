package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"adtally"
)

// seal signs state that callers carry for us, so that they cannot forge it. They can
// read it: it must hold no secrets.
type seal struct{ key adtally.Secret }

// close encodes and signs a value for one purpose.
func (s seal) close(purpose string, v any) (string, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(s.sign(purpose, content), content...)), nil
}

// open decodes a value that close signed for the same purpose, and reports whether it
// is valid.
func (s seal) open(purpose, text string, v any) bool {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil || len(raw) < sha256.Size {
		return false
	}
	sum, content := raw[:sha256.Size], raw[sha256.Size:]
	return hmac.Equal(sum, s.sign(purpose, content)) && json.Unmarshal(content, v) == nil
}

func (s seal) sign(purpose string, content []byte) []byte {
	h := hmac.New(sha256.New, []byte(s.key.Reveal()))
	fmt.Fprintf(h, "%d:%s", len(purpose), purpose)
	h.Write(content)
	return h.Sum(nil)
}

// hashed returns the hash to store of a random code. One round is enough, because the
// codes have at least 128 bits of entropy.
func hashed(code string) string {
	sum := sha256.Sum256([]byte(code))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
