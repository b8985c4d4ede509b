package vault_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"adtally"
	"adtally/internal/vault"
)

func TestKeyring_FilesAreOwnerOnly(t *testing.T) {
	t.Parallel()
	folder := vault.Folder(filepath.Join(t.TempDir(), "deep", "keys"))
	if ring, err := folder.Load(); err != nil || len(ring) != 0 {
		t.Errorf("before there is one: %v, %v", ring, err)
	}
	a, b := vault.NewKey(), vault.NewKey()
	for _, k := range []vault.Key{a, b, a} {
		if err := folder.Add(k); err != nil {
			t.Fatal(err)
		}
	}
	same(t, folder, a, b)
	files, err := os.ReadDir(string(folder))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, f := range files {
		if info, err := f.Info(); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", f.Name(), info.Mode(), err)
		}
	}
	if info, err := os.Stat(string(folder)); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o700 {
		t.Errorf("the folder: %v, %v", info.Mode(), err)
	}
	for range 2 { // dropping twice is not an error
		if err := folder.Drop(a.ID()); err != nil {
			t.Fatal(err)
		}
	}
	same(t, folder, b)
}

func same(t *testing.T, keys vault.Keyring, want ...vault.Key) {
	t.Helper()
	ring, err := keys.Load()
	if err != nil || len(ring) != len(want) {
		t.Fatalf("%d keys, %v", len(ring), err)
	}
	for _, k := range want {
		if !strings.Contains(ids(ring), k.ID()) {
			t.Errorf("%s is not among %s", k.ID(), ids(ring))
		}
	}
}

func ids(ring vault.Ring) (all string) {
	for _, k := range ring {
		all += k.ID() + " "
	}
	return all
}

func TestKeyring_RefusesMalformedKeyFiles(t *testing.T) {
	t.Parallel()
	key, other := vault.NewKey(), vault.NewKey()
	text := key.Text().Reveal()
	for want, write := range map[string]func(path string) error{
		"key_exposed":     func(p string) error { return os.Chmod(p, 0o640) },
		"key_malformed":   func(p string) error { return os.WriteFile(p, []byte(text[:20]), 0o600) },
		"key_malformed 2": func(p string) error { return os.WriteFile(p, []byte(other.Text().Reveal()), 0o600) },
		"key_malformed 3": func(p string) error { return os.Truncate(p, 0) },
		"key_unreadable":  func(p string) error { return os.Mkdir(filepath.Join(filepath.Dir(p), "a.key"), 0o700) },
	} {
		if runtime.GOOS == "windows" && want == "key_exposed" {
			continue
		}
		folder := vault.Folder(t.TempDir())
		path := filepath.Join(string(folder), key.ID()+".key")
		if err := folder.Add(key); err != nil {
			t.Fatal(err)
		}
		if err := write(path); err != nil {
			t.Fatal(err)
		}
		ring, err := folder.Load()
		f := adtally.FaultOf(err)
		if f == nil || !strings.HasPrefix(want, f.Code) || f.Act != adtally.Configure || f.Hint == "" || ring != nil {
			t.Errorf("%s: %+v", want, f)
			continue
		}
		if strings.Contains(f.Error()+f.Hint, text[:20]) || strings.Contains(f.Error(), other.Text().Reveal()) {
			t.Errorf("%s: it tells the key: %v", want, f)
		}
	}
}

func TestKeyring_UnwritableFolder(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder := vault.Folder(filepath.Join(file, "keys"))
	if err := folder.Add(vault.NewKey()); code(err) != "key_unwritable" {
		t.Errorf("add: %v", err)
	}
	if _, err := folder.Load(); code(err) != "key_unreadable" {
		t.Errorf("load: %v", err)
	}
}

// Other files in the folder, such as a partial file of a killed process, are not keys.
func TestKeyring_IgnoresOtherFiles(t *testing.T) {
	t.Parallel()
	folder := vault.Folder(t.TempDir())
	key := vault.NewKey()
	if err := folder.Add(key); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(string(folder), "new-123"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	same(t, folder, key)
}

// A rotation with keys in files, as the program does it.
func TestKeyring_Rotates(t *testing.T) {
	t.Parallel()
	l, folder := newStore(), vault.Folder(filepath.Join(t.TempDir(), "keys"))
	v := over(l, folder)
	if err := v.Unlock(ctx); err != nil {
		t.Fatal(err)
	}
	id := admit(t, v, adtally.Credential{}, "one").Credential
	old, err := folder.Load()
	if err != nil {
		t.Fatal(err)
	}
	done, err := v.Rotate(ctx)
	if err != nil || done.Resealed != 1 {
		t.Fatalf("%+v, %v", done, err)
	}
	allOpen(t, l, folder, map[place]string{{id, 1}: "one"})
	if ring, err := folder.Load(); err != nil || len(ring) != 1 || ring[0].ID() == old[0].ID() {
		t.Errorf("%s, %v", ids(ring), err)
	}
}
