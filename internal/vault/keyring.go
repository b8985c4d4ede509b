package vault

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"adtally"
)

// Keyring stores the keys, outside the database. Its String is used in sentences.
type Keyring interface {
	fmt.Stringer
	// Load returns the keys; an empty keyring is not an error.
	Load() (Ring, error)
	// Add stores a key durably: when it returns, the key survives a power cut.
	Add(Key) error
	// Drop removes a key, if it exists and can be removed.
	Drop(id string) error
}

// Folder is a folder with one file per key, named by the key's ID, so that two
// processes that add keys do not interfere.
type Folder string

const suffix = ".key"

func (f Folder) String() string { return "the folder " + string(f) }

func (f Folder) file(id string) string { return filepath.Join(string(f), id+suffix) }

// Load reads all keys of the folder.
func (f Folder) Load() (ring Ring, err error) {
	files, err := os.ReadDir(string(f))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, unreadable(f, err)
	}
	for _, file := range files {
		id, ok := strings.CutSuffix(file.Name(), suffix)
		if !ok {
			continue
		}
		key, err := f.read(id)
		if errors.Is(err, fs.ErrNotExist) {
			continue // dropped by another process meanwhile
		}
		if err != nil {
			return nil, err
		}
		ring = append(ring, key)
	}
	return ring, nil
}

// read reads one key. A file that other users can read is refused, not repaired:
// somebody may have read it already, and only a person can judge that.
func (f Folder) read(id string) (Key, error) {
	path := f.file(id)
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, unreadable(f, err)
	}
	// Windows has no such permissions.
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		return Key{}, exposed(path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return Key{}, unreadable(f, err)
	}
	key, err := ParseKey(string(text))
	if err == nil && key.ID() != id {
		err = errors.New("it holds another key than its name says")
	}
	if err != nil {
		return Key{}, malformed(path, err)
	}
	return key, nil
}

// Add writes the key to a file of its own, readable only by its owner.
func (f Folder) Add(k Key) error {
	if err := f.write(k); err != nil {
		return unwritable(f, err)
	}
	return nil
}

// write creates the file under a temporary name first, so that no reader sees half a
// file.
func (f Folder) write(k Key) error {
	if err := os.MkdirAll(string(f), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(string(f), "new-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(temp.Name())
	_, err = temp.WriteString(k.Text().Reveal() + "\n")
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	if err := os.Rename(temp.Name(), f.file(k.ID())); err != nil {
		return err
	}
	return errors.Join(settle(string(f)), settle(filepath.Dir(string(f))))
}

// settle makes the names in a folder durable, as far as the system can.
func settle(folder string) error {
	if runtime.GOOS == "windows" {
		return nil // its folders cannot be opened
	}
	d, err := os.Open(folder)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Drop removes the key's file.
func (f Folder) Drop(id string) error {
	err := os.Remove(f.file(id))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unwritable(f, err)
	}
	return nil
}

// Given holds keys from the caller, such as from an environment variable: base64,
// separated by commas or spaces.
type Given struct {
	Name string // "ADTALLY_KEY"
	Text adtally.Secret
}

func (g Given) String() string { return g.Name }

// Load parses the keys.
func (g Given) Load() (ring Ring, err error) {
	for text := range strings.FieldsFuncSeq(g.Text.Reveal(), func(r rune) bool { return strings.ContainsRune(", \t\r\n", r) }) {
		key, err := ParseKey(text)
		if err != nil {
			return nil, malformed(g.Name, err)
		}
		ring = append(ring, key)
	}
	return ring, nil
}

// Add fails: the caller owns the keys.
func (g Given) Add(Key) error { return fixed(g) }

// Drop does nothing: the key opens nothing any more.
func (g Given) Drop(string) error { return nil }
