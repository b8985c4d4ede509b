//go:build linux

package duckdb_test

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"adtally"
	"adtally/internal/destination/duckdb"
)

func tryOpen(path string) error {
	w, err := duckdb.New(duckdb.Options{LockTimeout: time.Millisecond}).Open(context.Background(), adtally.Destination{Location: path}, adtally.Secret{})
	if err != nil {
		return err
	}
	return w.Close()
}

// notAFile are paths that cannot be a warehouse, with the expected fault.
var notAFile = map[string]struct {
	code string
	make func(t *testing.T, path string) string
}{
	"no name":           {"destination_missing", func(*testing.T, string) string { return "" }},
	"folder":            {"destination_unreadable", func(t *testing.T, path string) string { must(t, os.Mkdir(path, 0o755)); return path }},
	"folder with files": {"destination_unreadable", func(t *testing.T, path string) string { return filepath.Dir(put(t, filepath.Join(path, "x"), "x")) }},
	"no folder":         {"destination_missing", func(_ *testing.T, path string) string { return filepath.Join(path, "w.duckdb") }},
	"file as folder":    {"destination_missing", func(t *testing.T, path string) string { return filepath.Join(put(t, path, "x"), "w.duckdb") }},
	"text":              {"destination_unreadable", func(t *testing.T, path string) string { return put(t, path, "date,clicks\n2026-01-01,4\n") }},
	"long text":         {"destination_unreadable", func(t *testing.T, path string) string { return put(t, path, strings.Repeat("a,b\n", 5000)) }},
	"SQLite": {"destination_unreadable", func(t *testing.T, path string) string {
		return put(t, path, "SQLite format 3\x00"+strings.Repeat("\x00", 8192))
	}},
	"pipe":         {"destination_unreadable", func(t *testing.T, path string) string { must(t, syscall.Mkfifo(path, 0o644)); return path }},
	"newer DuckDB": {"destination_newer", newerFile},
	"damaged":      {"destination_corrupt", damagedFile},
	"cut off":      {"destination_corrupt", func(t *testing.T, path string) string { cut(t, path, 100); return path }},
}

func TestOpen_NamesUnusablePaths(t *testing.T) {
	t.Parallel()
	for name, c := range notAFile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := c.make(t, filepath.Join(folder, "w.duckdb"))
			before := contents(t, folder)
			f := adtally.FaultOf(tryOpen(path))
			if f == nil || f.Act != adtally.Configure || f.Code != c.code || f.Hint == "" || !strings.Contains(f.Message, path) {
				t.Errorf("got %+v, want %s", f, c.code)
			}
			if after := contents(t, folder); after != before {
				t.Errorf("before\n%s\nafter\n%s", before, after)
			}
		})
	}
}

// An empty or missing file is initialized.
func TestOpen_CreatesEmptyOrMissingFile(t *testing.T) {
	t.Parallel()
	empty := put(t, filepath.Join(t.TempDir(), "w.duckdb"), "")
	odd := filepath.Join(t.TempDir(), "it's [a] *\"file\"* ü.db")
	link := filepath.Join(t.TempDir(), "link.duckdb")
	must(t, os.Symlink(empty, link))
	for _, path := range []string{empty, odd, link, empty} {
		if err := tryOpen(path); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if found, err := os.Stat(path); err != nil || found.Size() == 0 {
			t.Errorf("%s: %v, %v", path, found, err)
		}
	}
}

// openAsNobody opens the file as a user without permissions.
func openAsNobody(path string) error {
	if err := errors.Join(syscall.Setgroups(nil), syscall.Setgid(65534), syscall.Setuid(65534)); err != nil {
		return err
	}
	say(faultLine(tryOpen(path)))
	return nil
}

func TestOpen_ReadOnlyFile(t *testing.T) {
	t.Parallel()
	if os.Getuid() != 0 {
		t.Skip("only root can become a user without permissions")
	}
	for name, c := range map[string]struct{ folder, file os.FileMode }{
		"read only":        {0o777, 0o444},
		"not readable":     {0o777, 0o000},
		"folder read only": {0o755, 0o666},
		"folder closed":    {0o700, 0o666},
		"missing":          {0o755, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			path := filepath.Join(folder, "w.duckdb")
			if name != "missing" {
				must(t, tryOpen(path))
				must(t, os.Chmod(path, c.file))
			}
			must(t, errors.Join(os.Chmod(filepath.Dir(folder), 0o755), os.Chmod(folder, c.folder)))
			child := start(t, "nobody", path)
			if f := asFault(t, child.line()); f.Act != adtally.Configure || f.Code != "destination_denied" || f.Hint == "" || !strings.Contains(f.Message, path) {
				t.Errorf("got %+v", f)
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, path, text string) string {
	t.Helper()
	must(t, errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)))
	return path
}

// contents lists everything in a folder.
func contents(t *testing.T, folder string) (all string) {
	t.Helper()
	must(t, filepath.WalkDir(folder, func(at string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		all += at + " " + d.Type().String()
		if d.Type().IsRegular() {
			text, _ := os.ReadFile(at)
			all += " " + string(text[:min(len(text), 40)]) + info.ModTime().String()
		}
		all += "\n"
		return err
	}))
	return all
}

func cut(t *testing.T, path string, size int64) {
	t.Helper()
	must(t, errors.Join(tryOpen(path), os.Truncate(path, size)))
}

// The first block of a DuckDB file begins with a checksum of the rest, the word DUCK and
// the version of the format.
const headerSize, versionAt = 4096, 12

func newerFile(t *testing.T, path string) string {
	return patched(t, path, func(header []byte) { binary.LittleEndian.PutUint64(header[versionAt:], 9999) })
}

// patched changes the first block of a valid file.
func patched(t *testing.T, path string, change func(header []byte)) string {
	t.Helper()
	must(t, tryOpen(path))
	all, err := os.ReadFile(path)
	must(t, err)
	change(all[:headerSize])
	binary.LittleEndian.PutUint64(all, checksum(all[8:headerSize]))
	must(t, os.WriteFile(path, all, 0o644))
	return path
}

// checksum is DuckDB's own.
func checksum(block []byte) uint64 {
	sum := uint64(5381)
	for ; len(block) > 0; block = block[8:] {
		sum ^= binary.LittleEndian.Uint64(block) * 0xbf58476d1ce4e5b9
	}
	return sum
}

func damagedFile(t *testing.T, path string) string {
	t.Helper()
	db, err := sql.Open("duckdb", path)
	must(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE TABLE t AS SELECT range AS n FROM range(1000)")
	must(t, errors.Join(err, db.Close()))
	all, err := os.ReadFile(path)
	must(t, err)
	for at := headerSize; at < len(all); at += 64 {
		all[at] ^= 0xff
	}
	must(t, os.WriteFile(path, all, 0o644))
	return path
}
