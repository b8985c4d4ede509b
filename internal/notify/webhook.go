package notify

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"adtally"
)

var webhookSpec = adtally.Spec{
	Name: "webhook", Title: "Signed webhook",
	Summary: "A call to a program of yours, signed as https://www.standardwebhooks.com says.",
	Fields: []adtally.Field{
		{Key: "url", Label: "Address", Help: "An https:// address that answers with 200 to 299.", Scope: adtally.PerSource},
		{Key: "key", Label: "Signing key", Secret: true, Scope: adtally.PerSource,
			Help: "whsec_ and 24 to 64 random bytes in base64. Your program checks the signature with it."},
	},
}

// The headers of a signed call, and how the parts of them begin.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
	keyPrefix       = "whsec_"
	signed          = "v1,"
)

// How long a signing key may be, in bytes (standardwebhooks.com).
const (
	leastKey = 24
	mostKey  = 64
)

// tolerance is how old, or how far ahead, a signed call may be: who has heard one
// cannot say it again later (standardwebhooks.com).
const tolerance = 5 * time.Minute

// call is what a webhook carries.
type call struct {
	Type      string    `json:"type"` // "alert.opened"
	Timestamp time.Time `json:"timestamp"`
	Data      Message   `json:"data"`
}

// NewSigningKey makes a key that nobody has.
func NewSigningKey() adtally.Secret {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // it never fails, says crypto/rand
	return adtally.NewSecret(keyPrefix + base64.StdEncoding.EncodeToString(raw[:]))
}

var errKey = errors.New("the key is not whsec_ and 24 to 64 bytes in base64")

func signingKey(secret adtally.Secret) ([]byte, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(strings.TrimSpace(secret.Reveal()), keyPrefix))
	if err != nil || len(raw) < leastKey || len(raw) > mostKey {
		return nil, errKey
	}
	return raw, nil
}

// webhook calls a program. Every try is signed anew, and has the same ID.
func (k *Sender) webhook(c adtally.Channel) (send, error) {
	to, err := target(c, "url", c.Settings["url"])
	if err != nil {
		return nil, err
	}
	key, err := signingKey(c.Secret)
	if err != nil {
		return nil, setting(c, "key", "is no signing key", "Have a new one made, and give it to your program.")
	}
	return func(ctx context.Context, m Message) error {
		body, err := json.Marshal(call{"alert." + string(m.Event), m.At, m})
		if err != nil {
			return err
		}
		header := http.Header{}
		now := strconv.FormatInt(k.Now().Unix(), 10)
		header.Set(headerID, m.ID)
		header.Set(headerTimestamp, now)
		header.Set(headerSignature, signed+sign(key, m.ID, now, body))
		return k.post(ctx, delivery{to: to, header: header, body: body, secrets: hidden(c, to.RawQuery)})
	}, nil
}

func sign(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// The ways in which a call is not what it should be.
var (
	ErrUnsigned = errors.New("the call is not signed with this key")
	ErrOld      = errors.New("the call was signed too long ago, or too far ahead")
)

// Verify is for whoever receives signed webhooks: it says whether a call with
// these headers and this body, exactly as it came, was signed with the key and
// not long ago. How long it takes does not depend on how much of a signature was
// guessed.
func Verify(key adtally.Secret, header http.Header, body []byte, now time.Time) error {
	raw, err := signingKey(key)
	if err != nil {
		return err
	}
	id, timestamp := header.Get(headerID), header.Get(headerTimestamp)
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if id == "" || err != nil {
		return ErrUnsigned
	}
	want := []byte(signed + sign(raw, id, timestamp, body))
	fits := false
	for one := range strings.FieldsSeq(header.Get(headerSignature)) {
		fits = hmac.Equal([]byte(one), want) || fits
	}
	if !fits {
		return ErrUnsigned
	}
	if age := now.Sub(time.Unix(seconds, 0)); age > tolerance || age < -tolerance {
		return ErrOld
	}
	return nil
}
