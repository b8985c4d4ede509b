package archive

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/klauspost/compress/zstd"
)

const manifestName = "manifest.json"

// Pack writes the files in the manifest from a folder.
func Pack(w io.Writer, m Manifest, folder string) (err error) {
	packed, err := zstd.NewWriter(w, zstd.WithEncoderLevel(zstd.SpeedFastest))
	if err != nil {
		return err
	}
	out := tar.NewWriter(packed)
	if err = errors.Join(packAll(out, m, folder), out.Close()); err != nil {
		return errors.Join(err, packed.Close())
	}
	return packed.Close()
}

func packAll(out *tar.Writer, m Manifest, folder string) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	if err := out.WriteHeader(header(m, manifestName, int64(len(text)))); err != nil {
		return err
	}
	if _, err := out.Write(text); err != nil {
		return err
	}
	for _, e := range m.Files {
		if err := packOne(out, m, e, folder); err != nil {
			return err
		}
	}
	return nil
}

func packOne(out *tar.Writer, m Manifest, e Entry, folder string) error {
	f, err := os.Open(filepath.Join(folder, e.Name))
	if err != nil {
		return err
	}
	defer f.Close()
	if err := out.WriteHeader(header(m, e.Name, e.Size)); err != nil {
		return err
	}
	_, err = io.Copy(out, f)
	return err
}

func header(m Manifest, name string, size int64) *tar.Header {
	return &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: size, Mode: 0o600, ModTime: m.Made}
}
