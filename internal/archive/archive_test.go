package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"adtally"
	"adtally/internal/archive"
)

// packed returns an archive of two files. change can alter the manifest.
func packed(t *testing.T, change func(*archive.Manifest)) []byte {
	t.Helper()
	folder := t.TempDir()
	m := archive.Manifest{Made: time.Unix(1_700_000_000, 0).UTC(), Version: "v1"}
	for name, text := range map[string]string{"a": "the first", "b": "the second, which is longer"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a", "b"} {
		if err := m.Add(folder, name); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(&m)
	}
	var out bytes.Buffer
	if err := archive.Pack(&out, m, folder); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestUnpack_RoundTrip(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	m, err := archive.Unpack(bytes.NewReader(packed(t, nil)), folder)
	if err != nil || len(m.Files) != 2 || m.Version != "v1" || !m.Has("a") || m.Has("c") {
		t.Fatalf("%+v, %v", m, err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "b"))
	if err != nil || string(text) != "the second, which is longer" {
		t.Errorf("%q, %v", text, err)
	}
	if info, err := os.Stat(filepath.Join(folder, "a")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
}

// A few bits of the compressed data have no effect: changing them leaves the contents as they were.
func TestUnpack_DetectsDamage(t *testing.T) {
	t.Parallel()
	whole := packed(t, nil)
	want, err := archive.Unpack(bytes.NewReader(whole), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	harmless := 0
	for i := range whole {
		changed := bytes.Clone(whole)
		changed[i] ^= 0x20
		if got, err := archive.Unpack(bytes.NewReader(changed), t.TempDir()); err == nil && reflect.DeepEqual(got, want) {
			harmless++ // Unpack has compared the files with their checksums
		} else {
			refused(t, changed, "a changed byte", i)
		}
		refused(t, whole[:i], "a cut", i)
	}
	if harmless > len(whole)/20 {
		t.Errorf("%d of %d bytes have no effect", harmless, len(whole))
	}
	refused(t, append(bytes.Clone(whole), "more"...), "more at its end", len(whole))
}

func TestUnpack_InvalidManifest(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(*archive.Manifest){
		"another sum":    func(m *archive.Manifest) { m.Files[1].SHA256 = m.Files[0].SHA256 },
		"a later format": func(m *archive.Manifest) { m.Format = 2 },
		"a file less":    func(m *archive.Manifest) { m.Files = m.Files[:1]; m.Files[0].SHA256 = "" },
		"a duplicate":    func(m *archive.Manifest) { m.Files[1] = m.Files[0] },
	} {
		refused(t, packed(t, change), what, 0)
	}
}

func refused(t *testing.T, text []byte, what string, at int) {
	t.Helper()
	_, err := archive.Unpack(bytes.NewReader(text), t.TempDir())
	if f := adtally.FaultOf(err); f == nil || f.Code != "backup_damaged" || f.Act != adtally.Configure || f.Hint == "" {
		t.Errorf("%s at %d: %v", what, at, err)
	}
}

func TestManifest_Digest(t *testing.T) {
	t.Parallel()
	m := archive.Manifest{Version: "v1", Files: []archive.Entry{{Name: "a", Size: 1, SHA256: "x"}, {Name: "b"}}}
	one, err := m.Digest("b")
	if err != nil {
		t.Fatal(err)
	}
	m.Files[1].SHA256 = "y"
	if two, _ := m.Digest("b"); !bytes.Equal(one, two) {
		t.Error("the digest depends on the entry of the named file")
	}
	m.Files[0].SHA256 = "z"
	if two, _ := m.Digest("b"); bytes.Equal(one, two) {
		t.Error("the digest does not depend on another file")
	}
}
