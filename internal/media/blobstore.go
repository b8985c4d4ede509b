package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif"  // sizes of these types are read
	_ "image/jpeg" // "
	_ "image/png"  // "
	"net/http"
	"os"
	"path/filepath"

	"adtally"
)

// BlobStore is a folder of files that are named by the hash of what is in them.
type BlobStore struct{ Dir string }

// File is a content in the blob store.
type File struct {
	Hash, Name, Type string // the name is below the folder
	Bytes            int64
	Width, Height    int // zero where the type is not read
}

// endings are the types of picture that are kept: those that the standard
// library tells by their first bytes.
var endings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp"}

// Put keeps a picture. One that is there already is not written again.
func (s BlobStore) Put(body []byte) (File, error) {
	f, err := look(body)
	if err != nil || s.Has(f.Name) {
		return f, err
	}
	if err := s.write(f.Name, body); err != nil {
		return f, &adtally.Fault{Act: adtally.Configure, Code: "folder", Message: "The folder of pictures cannot be written",
			Hint: "Check the folder's permissions and the space that is left.", Err: err}
	}
	return f, nil
}

// Has says whether a file is there.
func (s BlobStore) Has(name string) bool {
	info, err := os.Stat(filepath.Join(s.Dir, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// look says what a content is. What its server called it does not count.
func look(body []byte) (File, error) {
	kind := http.DetectContentType(body)
	ending, isPicture := endings[kind]
	if !isPicture {
		return File{}, missing("no_picture", "The link leads to %s, and not to a picture", kind)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	f := File{Hash: hash, Name: hash[:2] + "/" + hash + ending, Type: kind, Bytes: int64(len(body))}
	if size, _, err := image.DecodeConfig(bytes.NewReader(body)); err == nil {
		f.Width, f.Height = size.Width, size.Height
	}
	return f, nil
}

// write makes a file that is there whole or not at all, also after a power cut.
func (s BlobStore) write(name string, body []byte) error {
	path := filepath.Join(s.Dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	temporary, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	_, err = temporary.Write(body)
	for _, step := range []func() error{temporary.Sync, temporary.Close} {
		if failed := step(); err == nil {
			err = failed
		}
	}
	if err == nil {
		err = os.Rename(temporary.Name(), path)
	}
	if err != nil {
		_ = os.Remove(temporary.Name()) // the first error says more
	}
	return err
}

// missing is why a picture could not be had.
func missing(code, format string, a ...any) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Retry, Code: code, Message: fmt.Sprintf(format, a...), Hint: "It is tried again at the next sync."}
}
