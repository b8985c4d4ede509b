// Package web serves the UI: the files that Vite builds into dist, embedded in the binary.
//
// It is built with the tag "ui", after `npm run build` in this folder; without the tag
// there is no UI, so that Go code builds and is tested without Node. It may not import
// other packages of ours. Its rule: every path that is not a file of the build is a page of
// the UI, which the UI itself routes.
package web

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"sync"
)

// Site returns the UI's handler; nil if the binary was built without the UI.
func Site() http.Handler {
	if built == nil {
		return nil
	}
	return New(built)
}

// site serves the files of a build.
type site struct {
	files  fs.FS
	packed sync.Map // compressed files by name
}

// New serves a build of the UI: index.html and the files below assets, whose names contain
// a hash of their content.
func New(files fs.FS) http.Handler { return &site{files: files} }

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
		return
	}
	name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
	text, err := fs.ReadFile(s.files, name)
	switch {
	case err == nil && strings.HasPrefix(name, "assets/"):
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	case err == nil:
		w.Header().Set("Cache-Control", "no-cache")
	case strings.HasPrefix(name, "assets/"): // a page of an earlier version asks for its scripts
		http.NotFound(w, r)
		return
	default:
		name = "index.html"
		if text, err = fs.ReadFile(s.files, name); err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Cache-Control", "no-cache")
	}
	s.send(w, r, name, text)
}

// send writes a file, compressed if the browser accepts that.
func (s *site) send(w http.ResponseWriter, r *http.Request, name string, text []byte) {
	h := w.Header()
	kind := mime.TypeByExtension(path.Ext(name))
	if path.Ext(name) == ".woff2" {
		kind = "font/woff2"
	}
	h.Set("Content-Type", kind)
	if compressible(kind) {
		h.Set("Vary", "Accept-Encoding")
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			text = s.compressed(name, text)
		}
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = io.Copy(w, bytes.NewReader(text)) // an error means that the browser is gone
}

// compressible reports whether gzip makes files of a type smaller.
func compressible(kind string) bool {
	return strings.HasPrefix(kind, "text/") || strings.Contains(kind, "javascript") || strings.Contains(kind, "svg")
}

// compressed returns a file's gzip, which is made once.
func (s *site) compressed(name string, text []byte) []byte {
	if there, ok := s.packed.Load(name); ok {
		return there.([]byte)
	}
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is valid
	_, _ = z.Write(text)                                  // a bytes.Buffer does not fail
	_ = z.Close()
	s.packed.Store(name, b.Bytes())
	return b.Bytes()
}
