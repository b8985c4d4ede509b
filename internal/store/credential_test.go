package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// vaulted opens a database in which the key k1 is current.
func vaulted(t *testing.T, address string) *store.DB {
	t.Helper()
	db := open(t, address)
	must(t, db.SetSealKey(ctx, sealKey("k1"), ""))
	return db
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func sealKey(id string) adtally.SealKey {
	return adtally.SealKey{ID: id, Check: []byte("check " + id), State: adtally.CurrentKey, Since: moment}
}

func code(err error) string {
	if err == nil {
		return ""
	}
	return adtally.FaultOf(err).Code
}

// wants checks that an error is a fault with a code and a hint.
func wants(t *testing.T, what string, err error, want string) {
	t.Helper()
	if f := adtally.FaultOf(err); f == nil || f.Code != want || f.Hint == "" || f.Message == "" {
		t.Errorf("%s: %+v", what, f)
	}
}

var shop = adtally.Credential{ID: "c", Connector: "facebookads", Name: "قهوة ☕", Created: moment}

func version(number int64) adtally.CredentialVersion {
	return adtally.CredentialVersion{Credential: "c", Number: number, By: "user:1", Admitted: moment.Add(time.Duration(number) * time.Hour),
		Grant: adtally.Grant{Who: "Ada", Scopes: []string{"ads_read"}, ExpiryKnown: true, ExpiresAt: moment.AddDate(0, 2, 0),
			Accounts: []adtally.Account{{ID: "7", Name: "Shop", Currency: "EUR", Zone: "Europe/Prague", Status: "ACTIVE"}}}}
}

func sealedAs(number int64, key string) adtally.Sealed {
	return adtally.Sealed{Credential: "c", Version: number, Key: key, Bytes: fmt.Append([]byte{0, 255}, key, number)}
}

func TestCredentials_KeepEveryVersion(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := vaulted(t, address)
		for n := int64(1); n <= 3; n++ {
			must(t, db.AddVersion(ctx, admission(shop, version(n), sealedAs(n, "k1"))))
		}
		must(t, db.WipeVersion(ctx, "c", 1, moment))
		must(t, db.WipeVersion(ctx, "c", 1, moment.Add(time.Hour))) // the first time stays
		want := shop
		want.Latest = 3
		got, err := db.Credential(ctx, "c")
		must(t, err)
		same(t, "the credential", got, want)
		all, err := db.Credentials(ctx)
		must(t, err)
		same(t, "all of them", all, []adtally.Credential{want})
		versions, err := db.CredentialVersions(ctx, "c")
		must(t, err)
		third, second, first := version(3), version(2), version(1)
		third.State, second.State, first.State, first.Wiped = adtally.CurrentVersion, adtally.FormerVersion, adtally.WipedVersion, moment
		same(t, "its versions", versions, []adtally.CredentialVersion{third, second, first})
		for asked, want := range map[int64]int64{0: 3, 2: 2, 3: 3} {
			got, err := db.Sealed(ctx, "c", asked)
			must(t, err)
			same(t, fmt.Sprint("the secret of ", asked), got, sealedAs(want, "k1"))
		}
		_, err = db.Sealed(ctx, "c", 1)
		wants(t, "a wiped one", err, "secret_wiped")
		_, err = db.Sealed(ctx, "c", 9)
		wants(t, "a version that is none", err, "not_found")
		_, err = db.Credential(ctx, "d")
		wants(t, "a credential that is none", err, "not_found")
		wants(t, "wipe one that is none", db.WipeVersion(ctx, "c", 9, moment), "not_found")
	})
}

func TestAddVersion_RequiresNextVersionAndCurrentKey(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := vaulted(t, address)
		wants(t, "a second before the first", db.AddVersion(ctx, admission(shop, version(2), sealedAs(2, "k1"))), "conflict")
		wants(t, "another key", db.AddVersion(ctx, admission(shop, version(1), sealedAs(1, "k2"))), "key_changed")
		if _, err := db.Credential(ctx, "c"); code(err) != "not_found" {
			t.Errorf("what was refused left something: %v", err)
		}
		must(t, db.AddVersion(ctx, admission(shop, version(1), sealedAs(1, "k1"))))
		wants(t, "the first one again", db.AddVersion(ctx, admission(shop, version(1), sealedAs(1, "k1"))), "conflict")
		wants(t, "one after the next", db.AddVersion(ctx, admission(shop, version(3), sealedAs(3, "k1"))), "conflict")
		var wg sync.WaitGroup
		var mu sync.Mutex
		added := 0
		for range 4 {
			wg.Go(func() {
				err := db.AddVersion(ctx, admission(shop, version(2), sealedAs(2, "k1")))
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					added++
				} else if code(err) != "conflict" {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if added != 1 {
			t.Errorf("version 2 was added %d times", added)
		}
	})
}

func TestKeys_FormerKeyRetiresWhenUnused(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := vaulted(t, address)
		must(t, db.AddVersion(ctx, admission(shop, version(1), sealedAs(1, "k1"))))
		must(t, db.AddVersion(ctx, admission(shop, version(2), sealedAs(2, "k1"))))
		must(t, db.SetSealKey(ctx, sealKey("k1"), "")) // it is already current
		wants(t, "a first key beside it", db.SetSealKey(ctx, sealKey("k2"), ""), "conflict")
		must(t, db.SetSealKey(ctx, sealKey("k2"), "k1"))
		wants(t, "back to one that was used", db.SetSealKey(ctx, sealKey("k1"), "k2"), "conflict")
		wants(t, "the one that is needed", db.RetireSealKey(ctx, "k1"), "conflict")
		wants(t, "the one that seals", db.RetireSealKey(ctx, "k2"), "conflict")
		wants(t, "seal with the former one", db.Reseal(ctx, sealedAs(1, "k1"), sealedAs(1, "k1")), "key_changed")
		some, err := db.SealedOtherwise(ctx, "k2", 1)
		must(t, err)
		same(t, "what must be resealed", some, []adtally.Sealed{sealedAs(1, "k1")})
		must(t, db.Reseal(ctx, sealedAs(1, "k1"), sealedAs(1, "k2")))
		must(t, db.Reseal(ctx, sealedAs(2, "k3"), sealedAs(2, "k2"))) // the former seal is no longer stored
		got, err := db.Sealed(ctx, "c", 2)
		must(t, err)
		same(t, "the one that was not there", got, sealedAs(2, "k1"))
		must(t, db.WipeVersion(ctx, "c", 2, moment))
		some, err = db.SealedOtherwise(ctx, "k2", 9)
		must(t, err)
		same(t, "what is left", some, []adtally.Sealed(nil))
		got, err = db.Sealed(ctx, "c", 1)
		must(t, err)
		same(t, "the secret", got, sealedAs(1, "k2"))
		must(t, db.RetireSealKey(ctx, "k1"))
		must(t, db.RetireSealKey(ctx, "k1"))
		keys, err := db.SealKeys(ctx)
		must(t, err)
		old := sealKey("k1")
		old.State = adtally.RetiredKey
		same(t, "keys", keys, []adtally.SealKey{old, sealKey("k2")})
	})
}

// During a rotation others add versions: none is ever sealed with a retired key.
func TestKeys_RetiredKeyAcceptsNothing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := vaulted(t, address)
		must(t, db.AddVersion(ctx, admission(shop, version(1), sealedAs(1, "k1"))))
		var wg sync.WaitGroup
		for n := int64(2); n < 6; n++ {
			c := shop
			c.ID = fmt.Sprint("c", n)
			wg.Go(func() {
				v, s := version(1), sealedAs(1, "k1")
				v.Credential, s.Credential = c.ID, c.ID
				if err := db.AddVersion(ctx, admission(c, v, s)); err != nil && code(err) != "key_changed" {
					t.Error(err)
				}
			})
		}
		wg.Go(func() { changeKey(t, db) })
		wg.Wait()
		some, err := db.SealedOtherwise(context.Background(), "k2", 99)
		must(t, err)
		same(t, "sealed with the old key", some, []adtally.Sealed(nil))
	})
}

// changeKey rotates to the key k2.
func changeKey(t *testing.T, db *store.DB) {
	if err := db.SetSealKey(ctx, sealKey("k2"), "k1"); err != nil {
		t.Error(err)
	}
	for {
		some, err := db.SealedOtherwise(ctx, "k2", 2)
		if err != nil {
			t.Error(err)
			return
		}
		for _, was := range some {
			now := was
			now.Key, now.Bytes = "k2", []byte("fresh")
			if err := db.Reseal(ctx, was, now); err != nil {
				t.Error(err)
				return
			}
		}
		if len(some) > 0 {
			continue
		}
		if err := db.RetireSealKey(ctx, "k1"); err != nil {
			t.Error(err)
		}
		return
	}
}

// Later versions of the program read the stored JSON of a grant.
func TestGrant_JSONIsStable(t *testing.T) {
	t.Parallel()
	path := database(t)
	db := vaulted(t, path)
	must(t, db.AddVersion(ctx, admission(shop, version(1), sealedAs(1, "k1"))))
	same(t, "the grant", column(t, "sqlite", path, "SELECT allows FROM credential_versions"), []string{
		`{"who":"Ada","user_id":"","kind":"","app":"","scopes":["ads_read"],"missing":null,"expires_at":"2026-08-02T10:00:00.123456Z","expiry_known":true,` +
			`"accounts":[{"id":"7","name":"Shop","currency":"EUR","zone":"Europe/Prague","status":"ACTIVE"}]}`})
}

func admission(c adtally.Credential, v adtally.CredentialVersion, s adtally.Sealed) adtally.Admission {
	return adtally.Admission{Credential: c, Version: v, Sealed: s}
}
