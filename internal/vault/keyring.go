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

// Keyring is where the keys are: never the database. It prints as in a sentence.
type Keyring interface {
	fmt.Stringer
	// Load gives the keys that are there; none is no error.
	Load() (Ring, error)
	// Add puts a key in, or says why it cannot. When it returns, the key
	// survives a power cut.
	Add(Key) error
	// Drop takes a key out, if it is there and can be taken out.
	Drop(id string) error
}

// Folder is a folder of keys, each in a file of its own that is named after it:
// two processes that add a key at once do not get in each other's way.
type Folder string

const suffix = ".key"

func (f Folder) String() string { return "the folder " + string(f) }

func (f Folder) file(id string) string { return filepath.Join(string(f), id+suffix) }

// Load reads every key of the folder.
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
			continue // dropped by another process in between
		}
		if err != nil {
			return nil, err
		}
		ring = append(ring, key)
	}
	return ring, nil
}

// read reads one key. A file that others may read is refused rather than mended:
// who could read it may have done so, and only a person can tell.
func (f Folder) read(id string) (Key, error) {
	path := f.file(id)
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, unreadable(f, err)
	}
	// Windows has no such modes.
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

// Add writes the key to a file of its own, for its owner only.
func (f Folder) Add(k Key) error {
	if err := f.write(k); err != nil {
		return unwritable(f, err)
	}
	return nil
}

// write makes the file under another name first, so that it is never there by
// half.
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

// settle has the disk keep the names in a folder, as far as the system can.
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

// Given are keys that somebody hands to the program, such as an environment
// variable: the keys in base64, with commas or spaces between.
type Given struct {
	Name string // "ADTALLY_KEY"
	Text adtally.Secret
}

func (g Given) String() string { return g.Name }

// Load reads the keys.
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

// Add cannot: what was given is somebody else's to change.
func (g Given) Add(Key) error { return fixed(g) }

// Drop leaves the key where it is: it opens nothing any more.
func (g Given) Drop(string) error { return nil }
