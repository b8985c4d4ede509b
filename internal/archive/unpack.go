package archive

import (
	"archive/tar"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"

	"adtally"
)

// Unpack extracts an archive into a folder. An archive that is truncated or was changed,
// or another kind of file, is a Fault. After an error, the files in the folder are
// useless.
func Unpack(r io.Reader, folder string) (Manifest, error) {
	packed, err := zstd.NewReader(r)
	if err != nil {
		return Manifest{}, err
	}
	defer packed.Close()
	in := tar.NewReader(packed)
	m, err := manifestOf(in)
	if err != nil {
		return m, damaged(err)
	}
	for _, e := range m.Files {
		if err := unpackOne(in, e, folder); err != nil {
			return m, err
		}
	}
	if _, err := in.Next(); !errors.Is(err, io.EOF) {
		return m, damaged(errors.Join(errors.New("there is data after the last file"), err))
	}
	if _, err := io.Copy(io.Discard, packed); err != nil {
		return m, damaged(err)
	}
	return m, nil
}

// longestManifest is many times the size of a real manifest.
const longestManifest = 1 << 20

func manifestOf(in *tar.Reader) (m Manifest, err error) {
	h, err := in.Next()
	if err != nil {
		return m, err
	}
	if h.Name != manifestName || h.Size > longestManifest {
		return m, errors.New("the archive does not begin with a manifest")
	}
	text, err := io.ReadAll(in)
	if err != nil {
		return m, err
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return m, err
	}
	return m, m.check()
}

// unpackOne writes one file and syncs it to disk.
func unpackOne(in *tar.Reader, e Entry, folder string) error {
	h, err := in.Next()
	if err != nil {
		return damaged(fmt.Errorf("%s: %w", e.Name, err))
	}
	if h.Name != e.Name || h.Size != e.Size || h.Typeflag != tar.TypeReg {
		return damaged(fmt.Errorf("%s is missing or out of order", e.Name))
	}
	out, err := os.OpenFile(filepath.Join(folder, e.Name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	sum := sha256.New()
	cut := &remembered{from: in}
	_, err = io.Copy(io.MultiWriter(out, sum), cut)
	err = errors.Join(err, out.Sync(), out.Close())
	if cut.err != nil {
		return damaged(fmt.Errorf("%s: %w", e.Name, cut.err))
	}
	if err == nil && hex.EncodeToString(sum.Sum(nil)) != e.SHA256 {
		return damaged(fmt.Errorf("%s has the wrong size or checksum", e.Name))
	}
	return err
}

// remembered keeps the archive's read errors apart from write errors.
type remembered struct {
	from io.Reader
	err  error
}

func (r *remembered) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		r.err = err
	}
	return n, err
}

func damaged(err error) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "backup_damaged", Message: "The file is not a backup, is incomplete, or was changed",
		Hint: "Use another copy or another backup. Nothing was restored.", Err: err}
}
