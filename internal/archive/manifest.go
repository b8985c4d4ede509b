package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"
)

// format is the number of this form of manifest.
const format = 1

// Manifest says what an archive holds.
type Manifest struct {
	Format  int       `json:"format"`
	Made    time.Time `json:"made"`
	Version string    `json:"version"` // of the program that made it
	// Warehouse is where the data is that is not in here; empty = it is in here,
	// or there is none.
	Warehouse string  `json:"warehouse,omitempty"`
	Files     []Entry `json:"files"`
}

// Entry is a file in an archive.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Add measures a file of a folder and notes it.
func (m *Manifest) Add(folder, name string) error {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	n, err := io.Copy(sum, f)
	if err != nil {
		return err
	}
	m.Format, m.Files = format, append(m.Files, Entry{name, n, hex.EncodeToString(sum.Sum(nil))})
	return nil
}

// Digest stands for the manifest, and so for all files before the one that is
// named; a seal that covers it covers them.
func (m Manifest) Digest(until string) ([]byte, error) {
	for i, e := range m.Files {
		if e.Name == until {
			m.Files = m.Files[:i]
			break
		}
	}
	m.Format = format
	text, err := json.Marshal(m)
	sum := sha256.Sum256(text)
	return sum[:], err
}

// Has says whether a file is in the archive.
func (m Manifest) Has(name string) bool {
	for _, e := range m.Files {
		if e.Name == name {
			return true
		}
	}
	return false
}

// check refuses a manifest that this program cannot follow. Names are those of
// files in one folder.
func (m Manifest) check() error {
	if m.Format != format {
		return fmt.Errorf("its form is number %d, and this program knows %d", m.Format, format)
	}
	seen := map[string]bool{manifestName: true}
	for _, e := range m.Files {
		if seen[e.Name] || !filepath.IsLocal(e.Name) || filepath.Base(e.Name) != e.Name || e.Name == "." || e.Size < 0 {
			return fmt.Errorf("it holds a file of the name %.100q", e.Name)
		}
		seen[e.Name] = true
	}
	return nil
}
