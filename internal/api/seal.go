package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"adtally"
)

// seal signs what callers carry for us, so that they cannot make one up. They
// could read it: nothing secret goes in.
type seal struct{ key adtally.Secret }

// close writes a value down for one purpose.
func (s seal) close(purpose string, v any) (string, error) {
	content, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(append(s.sign(purpose, content), content...)), nil
}

// open reads back what close wrote for the same purpose, and nothing else.
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

// hashed is what is kept of a random code: with 256 bits of chance in it, one
// round is enough.
func hashed(code string) string {
	sum := sha256.Sum256([]byte(code))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
