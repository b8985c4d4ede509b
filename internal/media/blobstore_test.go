package media_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"adtally"
	"adtally/internal/media"
)

// encoded returns a picture of a given type.
func encoded(t testing.TB, encode func(io.Writer, image.Image) error) []byte {
	t.Helper()
	p := image.NewRGBA(image.Rect(0, 0, 40, 30))
	p.Set(3, 4, color.White)
	var b bytes.Buffer
	if err := encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(w io.Writer, p image.Image) error { return jpeg.Encode(w, p, nil) }
func asGIF(w io.Writer, p image.Image) error  { return gif.Encode(w, p, nil) }

// Each content is one file, named by its hash and detected type.
func TestBlobStore_NamesByHash(t *testing.T) {
	t.Parallel()
	blobs := media.BlobStore{Dir: filepath.Join(t.TempDir(), "not", "yet")}
	for ending, body := range map[string][]byte{".png": encoded(t, png.Encode), ".jpg": encoded(t, asJPEG), ".gif": encoded(t, asGIF)} {
		sum := sha256.Sum256(body)
		hash := hex.EncodeToString(sum[:])
		for range 2 {
			f, err := blobs.Put(body)
			if err != nil || f.Hash != hash || f.Name != hash[:2]+"/"+hash+ending || f.Width != 40 || f.Height != 30 || f.Bytes != int64(len(body)) {
				t.Fatalf("%+v, %v", f, err)
			}
			if kept, err := os.ReadFile(filepath.Join(blobs.Dir, f.Name)); err != nil || !bytes.Equal(kept, body) || !blobs.Has(f.Name) {
				t.Errorf("%s: %v", f.Name, err)
			}
		}
	}
	webp := []byte("RIFF\x10\x00\x00\x00WEBPVP8 ............")
	if f, err := blobs.Put(webp); err != nil || f.Type != "image/webp" || f.Width != 0 {
		t.Errorf("a type whose size is not read: %+v, %v", f, err)
	}
	if blobs.Has("") || blobs.Has("ab") || blobs.Has("ab/cd.png") {
		t.Error("Has reports a file that does not exist")
	}
}

// Content that is not a picture is rejected, whatever the server calls it.
func TestBlobStore_RejectsOtherContent(t *testing.T) {
	t.Parallel()
	blobs := media.BlobStore{Dir: t.TempDir()}
	for _, body := range []string{"", "<html>", "URL signature expired", "%PDF-1.7", "<svg xmlns='http://www.w3.org/2000/svg'/>", "\x00\x00\x00\x18ftypmp42"} {
		if _, err := blobs.Put([]byte(body)); adtally.FaultOf(err) == nil || adtally.FaultOf(err).Code != "no_picture" {
			t.Errorf("%q: %v", body, err)
		}
	}
	if left, err := os.ReadDir(blobs.Dir); err != nil || len(left) > 0 {
		t.Errorf("%v, %v", left, err)
	}
}

// Concurrent writers of the same picture leave exactly one complete file.
func TestBlobStore_ConcurrentPut(t *testing.T) {
	t.Parallel()
	blobs, body := media.BlobStore{Dir: t.TempDir()}, encoded(t, png.Encode)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if _, err := blobs.Put(body); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if found, err := filepath.Glob(filepath.Join(blobs.Dir, "*", "*")); err != nil || len(found) != 1 {
		t.Errorf("%v, %v", found, err)
	}
	if hidden, err := filepath.Glob(filepath.Join(blobs.Dir, "*", ".*")); err != nil || len(hidden) > 0 {
		t.Errorf("%v, %v", hidden, err)
	}
}

// A stored file has exactly the bytes that were passed to Put.
func FuzzBlobStore_Put(f *testing.F) {
	for _, encode := range []func(io.Writer, image.Image) error{png.Encode, asJPEG, asGIF} {
		f.Add(encoded(f, encode))
	}
	f.Add([]byte("BM"))
	f.Add([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\xff\xff\xff\xff\xff\xff\xff\xff\x08\x06\x00\x00\x00"))
	blobs := media.BlobStore{Dir: f.TempDir()}
	f.Fuzz(func(t *testing.T, body []byte) {
		kept, err := blobs.Put(body)
		if err != nil {
			return
		}
		found, err := os.ReadFile(filepath.Join(blobs.Dir, kept.Name))
		if err != nil || !bytes.Equal(found, body) || strings.Contains(kept.Name, "..") || kept.Width < 0 || kept.Height < 0 {
			t.Errorf("%+v, %v", kept, err)
		}
	})
}
