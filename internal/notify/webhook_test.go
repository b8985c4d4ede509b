package notify_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/notify"
)

// published is the example with which the libraries of standardwebhooks.com are
// tested: receivers that use such a library can verify our requests.
func published() (key adtally.Secret, header http.Header, body []byte, at time.Time) {
	header = http.Header{}
	header.Set("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
	header.Set("webhook-timestamp", "1614265330")
	header.Set("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
	return adtally.NewSecret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"), header, []byte(`{"test": 2432232314}`), time.Unix(1614265330, 0)
}

func TestSign_FollowsStandardWebhooks(t *testing.T) {
	t.Parallel()
	key, header, body, at := published()
	if err := notify.Verify(key, header, body, at); err != nil {
		t.Error(err)
	}
	if err := notify.Verify(adtally.NewSecret(strings.TrimPrefix(key.Reveal(), "whsec_")), header, body, at); err != nil {
		t.Errorf("without the prefix: %v", err)
	}
	// During a key change, a request has one signature per key.
	header.Set("webhook-signature", "v1,bm9wZQ== v1a,x "+header.Get("webhook-signature")+" v1,")
	if err := notify.Verify(key, header, body, at); err != nil {
		t.Errorf("among others: %v", err)
	}
}

func TestVerify_RefusesForgedCalls(t *testing.T) {
	t.Parallel()
	for what, spoil := range map[string]func(*adtally.Secret, http.Header, *[]byte, *time.Time) error{
		"another body": func(_ *adtally.Secret, _ http.Header, b *[]byte, _ *time.Time) error {
			*b = append(*b, ' ')
			return notify.ErrUnsigned
		},
		"another key": func(k *adtally.Secret, _ http.Header, _ *[]byte, _ *time.Time) error {
			*k = notify.NewSigningKey()
			return notify.ErrUnsigned
		},
		"another id": func(_ *adtally.Secret, h http.Header, _ *[]byte, _ *time.Time) error {
			h.Set("webhook-id", "x")
			return notify.ErrUnsigned
		},
		"no id": func(_ *adtally.Secret, h http.Header, _ *[]byte, _ *time.Time) error {
			h.Del("webhook-id")
			return notify.ErrUnsigned
		},
		"another time": func(_ *adtally.Secret, h http.Header, _ *[]byte, _ *time.Time) error {
			h.Set("webhook-timestamp", "1614265331")
			return notify.ErrUnsigned
		},
		"no time": func(_ *adtally.Secret, h http.Header, _ *[]byte, _ *time.Time) error {
			h.Set("webhook-timestamp", "now")
			return notify.ErrUnsigned
		},
		"no signature": func(_ *adtally.Secret, h http.Header, _ *[]byte, _ *time.Time) error {
			h.Del("webhook-signature")
			return notify.ErrUnsigned
		},
		"half of one": func(_ *adtally.Secret, h http.Header, _ *[]byte, _ *time.Time) error {
			h.Set("webhook-signature", "v1,g0hM9SsE")
			return notify.ErrUnsigned
		},
		"said again": func(_ *adtally.Secret, _ http.Header, _ *[]byte, at *time.Time) error {
			*at = at.Add(5*time.Minute + 1)
			return notify.ErrOld
		},
		"from tomorrow": func(_ *adtally.Secret, _ http.Header, _ *[]byte, at *time.Time) error {
			*at = at.Add(-5*time.Minute - 1)
			return notify.ErrOld
		},
		"a little later": func(_ *adtally.Secret, _ http.Header, _ *[]byte, at *time.Time) error {
			*at = at.Add(5 * time.Minute)
			return nil
		},
	} {
		key, header, body, at := published()
		want := spoil(&key, header, &body, &at)
		if err := notify.Verify(key, header, body, at); !errors.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, header, body, at := published()
	if err := notify.Verify(adtally.NewSecret("hunter2"), header, body, at); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("no key: %v", err)
	}
}

func TestNewKey_IsUnique(t *testing.T) {
	t.Parallel()
	if a, b := notify.NewSigningKey().Reveal(), notify.NewSigningKey().Reveal(); a == b || !strings.HasPrefix(a, "whsec_") {
		t.Errorf("%q, %q", a, b)
	}
}

// Random input: only what was signed is accepted.
func TestVerify_AcceptsOnlySignedContent(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		key, header, body, at := published()
		other := rapid.SliceOf(rapid.Byte()).Draw(t, "body")
		if string(other) != string(body) && notify.Verify(key, header, other, at) == nil {
			t.Fatal("another body is taken")
		}
		header.Set("webhook-signature", rapid.String().Draw(t, "signature"))
		if notify.Verify(key, header, body, at) == nil {
			t.Fatal("another signature is taken")
		}
	})
}

func FuzzVerify(f *testing.F) {
	key, header, body, at := published()
	f.Add(header.Get("webhook-id"), "1614265330", "v1,x v1, ,", body)
	f.Fuzz(func(t *testing.T, id, timestamp, signature string, body []byte) {
		h := http.Header{"Webhook-Id": {id}, "Webhook-Timestamp": {timestamp}, "Webhook-Signature": {signature}}
		if err := notify.Verify(key, h, body, at); err == nil && id != header.Get("webhook-id") {
			t.Errorf("%q %q %q %q is taken", id, timestamp, signature, body)
		}
	})
}
