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
	Summary: "A request to a program of yours, signed according to https://www.standardwebhooks.com.",
	Fields: []adtally.Field{
		{Key: "url", Label: "Address", Help: "An https:// address that answers with 200 to 299.", Scope: adtally.PerSource},
		{Key: "key", Label: "Signing key", Secret: true, Scope: adtally.PerSource,
			Help: "whsec_ and 24 to 64 random bytes in base64. Your program checks the signature with it."},
	},
}

// Headers of a signed request, and the prefixes of their parts.
const (
	headerID        = "Webhook-Id"
	headerTimestamp = "Webhook-Timestamp"
	headerSignature = "Webhook-Signature"
	keyPrefix       = "whsec_"
	signed          = "v1,"
)

// Length of a signing key in bytes (standardwebhooks.com).
const (
	leastKey = 24
	mostKey  = 64
)

// tolerance is the largest accepted age of a request, in either direction. It prevents
// replays (standardwebhooks.com).
const tolerance = 5 * time.Minute

// call is the body of a webhook.
type call struct {
	Type      string    `json:"type"` // such as alert.opened
	Timestamp time.Time `json:"timestamp"`
	Data      Message   `json:"data"`
}

// NewSigningKey returns a random key.
func NewSigningKey() adtally.Secret {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // crypto/rand.Read never fails
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

// webhook opens a webhook channel. Every attempt has a new signature and the same ID.
func (k *Sender) webhook(c adtally.Channel) (send, error) {
	to, err := target(c, "url", c.Settings["url"])
	if err != nil {
		return nil, err
	}
	key, err := signingKey(c.Secret)
	if err != nil {
		return nil, setting(c, "key", "is not a signing key", "Leave it empty when you create a channel to generate a key, and copy that to your program.")
	}
	return func(ctx context.Context, m Message) error {
		body, err := json.Marshal(call{m.kind(), m.At, m})
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

// kind is the type of the call. The figures of a dashboard are no alert.
func (m Message) kind() string {
	if m.Event == Reported {
		return "dashboard." + string(m.Event)
	}
	return "alert." + string(m.Event)
}

func sign(key []byte, id, timestamp string, body []byte) string {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + timestamp + "."))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Errors of Verify.
var (
	ErrUnsigned = errors.New("the request is not signed with this key")
	ErrOld      = errors.New("the timestamp of the request is too old or in the future")
)

// Verify is for receivers of signed webhooks. It checks that a request with these
// headers and exactly this body was signed with the key, and recently. Signatures are
// compared in constant time.
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
