package password_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"adtally"
	"adtally/internal/api/password"
)

var ctx = context.Background()

const word = "correct horse battery"

func TestHasher_Matches(t *testing.T) {
	t.Parallel()
	h := password.New(1, 8, 2)
	hash, err := h.Hash(ctx, word)
	if err != nil {
		t.Fatal(err)
	}
	other, err := h.Hash(ctx, word)
	if err != nil || other.Reveal() == hash.Reveal() {
		t.Errorf("two hashes of one password are the same: %v", err)
	}
	for text, want := range map[string]bool{word: true, word + " ": false, "": false} {
		if got, err := h.Matches(ctx, text, hash); got != want || err != nil {
			t.Errorf("%q: %t, %v", text, got, err)
		}
		if got, err := h.Matches(ctx, text, adtally.Secret{}); got || err != nil {
			t.Errorf("%q matches no hash: %t, %v", text, got, err)
		}
	}
	// A hash keeps its parameters, so raising them locks nobody out.
	if got, err := password.New(2, 16, 1).Matches(ctx, word, hash); !got || err != nil {
		t.Errorf("with another cost: %t, %v", got, err)
	}
}

func TestHasher_MalformedHashIsAnError(t *testing.T) {
	t.Parallel()
	h := password.New(1, 8, 1)
	for _, bad := range []string{"x", "$argon2id$v=19$m=8,t=0,p=1$AAAA$AAAA", "$argon2id$v=18$m=8,t=1,p=1$AAAA$AAAA", "$$$$$", "$argon2id$v=19$m=8,t=1,p=1$!$AAAA"} {
		if got, err := h.Matches(ctx, word, adtally.NewSecret(bad)); got || err == nil {
			t.Errorf("%s: %t, %v", bad, got, err)
		}
	}
}

func TestHasher_CostMeetsOWASP(t *testing.T) {
	t.Parallel()
	h := password.New(password.Time, password.Memory, 1)
	hash, err := h.Hash(ctx, word)
	if err != nil || !strings.HasPrefix(hash.Reveal(), "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("it is %s, %v", strings.Split(hash.Reveal(), "$")[1:4], err)
	}
	if fmt.Sprint(hash) != "[secret]" {
		t.Error("the hash can be printed")
	}
}

// A flood of logins waits, and a caller who waits too long gets an error.
func TestHasher_LimitsConcurrency(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := password.New(1, 8, 1)
		release := h.Hold()
		short, stop := context.WithTimeout(ctx, time.Second)
		defer stop()
		if _, err := h.Hash(short, word); adtally.FaultOf(err).Code != "busy" {
			t.Errorf("it says %v", err)
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := h.Matches(ctx, word, adtally.Secret{}); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		release()
		wg.Wait()
	})
}

func TestCheck_RefusesWeakPasswords(t *testing.T) {
	t.Parallel()
	for text, good := range map[string]bool{word: true, strings.Repeat("é", 12): true, strings.Repeat("é", 11): false, "": false,
		strings.Repeat("x", 256): true, strings.Repeat("x", 257): false, "Ana.Long@Example.com": false} {
		err := password.Check(text, "ana.long@example.com")
		if (err == nil) != good {
			t.Errorf("%q: %v", text, err)
		}
		if f := adtally.FaultOf(err); err != nil && (f.Code != "weak_password" || f.Hint == "") {
			t.Errorf("it says %+v", f)
		}
	}
}
