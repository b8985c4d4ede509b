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

// format is the version of the manifest's format.
const format = 1

// Manifest lists the contents of an archive.
type Manifest struct {
	Format  int       `json:"format"`
	Made    time.Time `json:"made"`
	Version string    `json:"version"` // the version of Adtally that created the archive
	// Warehouse is where the data is if it is not in the archive; empty if it is, or if there
	// is none.
	Warehouse string  `json:"warehouse,omitempty"`
	Files     []Entry `json:"files"`
}

// Entry is a file in an archive.
type Entry struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// Add adds a file in a folder, with its size and checksum.
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

// Digest returns a hash of the manifest up to the named file, which is not included. It
// covers all files before it, so that a seal on the digest protects them.
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

// Has reports whether a file is in the archive.
func (m Manifest) Has(name string) bool {
	for _, e := range m.Files {
		if e.Name == name {
			return true
		}
	}
	return false
}

// check rejects a manifest that this version cannot read. Names must be plain file names.
func (m Manifest) check() error {
	if m.Format != format {
		return fmt.Errorf("the archive has format %d, and this version reads format %d", m.Format, format)
	}
	seen := map[string]bool{manifestName: true}
	for _, e := range m.Files {
		if seen[e.Name] || !filepath.IsLocal(e.Name) || filepath.Base(e.Name) != e.Name || e.Name == "." || e.Size < 0 {
			return fmt.Errorf("the archive contains a file with the invalid name %.100q", e.Name)
		}
		seen[e.Name] = true
	}
	return nil
}
