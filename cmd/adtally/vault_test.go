package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/uuid"

	"adtally"
	"adtally/internal/store"
	"adtally/internal/vault"
)

// A secret survives a restart and a change of keys, and no file contains it in clear text.
func TestVault_SecretsAreEncrypted(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	secret := adtally.NewSecret("EAAcanaryOfTheVault")
	v, done := vaultIn(t, folder)
	var version adtally.CredentialVersion
	err := v.Admit(t.Context(), adtally.Credential{Connector: "facebookads", Name: "Shop"}, secret, adtally.Grant{Who: "Ada"}, "user:1", func(ctx context.Context, a adtally.Admission) error {
		version = a.Version
		return v.Versions.AddVersion(ctx, a)
	})
	if err != nil {
		t.Fatal(err)
	}
	// Nowhere, also before the write-ahead log is emptied.
	nowhere(t, folder, secret)
	done()
	v, done = vaultIn(t, folder)
	if changed, err := v.Rotate(t.Context()); err != nil || changed.Resealed != 1 {
		t.Errorf("%+v, %v", changed, err)
	}
	done()
	v, done = vaultIn(t, folder)
	if got, err := v.Open(t.Context(), version.Credential, 0); err != nil || got.Reveal() != secret.Reveal() {
		t.Errorf("%q, %v", got.Reveal(), err)
	}
	done()
	nowhere(t, folder, secret)
	if err := os.RemoveAll(filepath.Join(folder, "keys")); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), filepath.Join(folder, "adtally.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	locked := vault.Vault{Versions: db, Seals: db, Keys: vault.Folder(filepath.Join(folder, "keys")), Now: time.Now}
	if f := adtally.FaultOf(locked.Unlock(t.Context())); f == nil || f.Code != "key_missing" || f.Act != adtally.Configure {
		t.Errorf("without its key: %+v", f)
	}
	if _, err := os.Stat(filepath.Join(folder, "keys")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a start that was refused left something: %v", err)
	}
}

func vaultIn(t *testing.T, folder string) (v *vault.Vault, done func()) {
	t.Helper()
	db, err := store.Open(t.Context(), filepath.Join(folder, "adtally.db"))
	if err != nil {
		t.Fatal(err)
	}
	v = &vault.Vault{Versions: db, Seals: db, Keys: vault.Folder(filepath.Join(folder, "keys")), NewID: uuid.NewString, Now: time.Now}
	if err := v.Unlock(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v, func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
}

func nowhere(t *testing.T, folder string, secret adtally.Secret) {
	t.Helper()
	err := filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(secret.Reveal())) {
			t.Errorf("%s holds the secret", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
