package media

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	_ "image/gif" // decoders for the sizes of pictures
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"os"
	"path/filepath"

	"adtally"
)

// BlobStore is a folder of files that are named by the hash of their content.
type BlobStore struct{ Dir string }

// File is a file in the blob store.
type File struct {
	Hash, Name, Type string // Name is relative to the folder
	Bytes            int64
	Width, Height    int // zero if the type cannot be decoded
}

// endings are the file extensions of the accepted types, which net/http detects from the
// first bytes.
var endings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp", "image/bmp": ".bmp"}

// Put stores a picture. If it is already stored, nothing is written.
func (s BlobStore) Put(body []byte) (File, error) {
	f, err := look(body)
	if err != nil || s.Has(f.Name) {
		return f, err
	}
	if err := s.write(f.Name, body); err != nil {
		return f, &adtally.Fault{Act: adtally.Configure, Code: "folder", Message: "The folder of pictures cannot be written",
			Hint: "Check the folder's permissions and the free disk space.", Err: err}
	}
	return f, nil
}

// Has reports whether a file exists.
func (s BlobStore) Has(name string) bool {
	info, err := os.Stat(filepath.Join(s.Dir, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// look detects the type and size of a picture from its bytes. The server's Content-Type is ignored.
func look(body []byte) (File, error) {
	kind := http.DetectContentType(body)
	ending, isPicture := endings[kind]
	if !isPicture {
		return File{}, missing("no_picture", "The link leads to %s instead of a picture", kind)
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	f := File{Hash: hash, Name: hash[:2] + "/" + hash + ending, Type: kind, Bytes: int64(len(body))}
	if size, _, err := image.DecodeConfig(bytes.NewReader(body)); err == nil {
		f.Width, f.Height = size.Width, size.Height
	}
	return f, nil
}

// write creates a file that is complete or does not exist, even after a power failure.
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
		_ = os.Remove(temporary.Name()) // the first error is more useful
	}
	return err
}

// missing returns the fault for a picture that could not be downloaded.
func missing(code, format string, a ...any) *adtally.Fault {
	return &adtally.Fault{Act: adtally.Retry, Code: code, Message: fmt.Sprintf(format, a...), Hint: "The next sync tries again."}
}
