package fetch

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// maxBody limits the uncompressed size of a response. A page of 500 wide rows is about 1 MB.
const maxBody = 256 << 20

// Buffers up to keptBuffer are reused. A body below smallBody is copied, so that its
// buffer can be reused immediately.
const (
	keptBuffer = 8 << 20
	smallBody  = 64 << 10
)

var (
	buffers   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	unpackers = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// Recycle makes the response's buffer available for the next response. The caller must not
// use the body any more. A sync reads thousands of pages of a megabyte; new buffers were
// most of its allocations.
func (a *Answer) Recycle() {
	if n := cap(a.Body); n >= smallBody && n <= keptBuffer {
		buffers.Put(bytes.NewBuffer(a.Body[:0]))
	}
	a.Body = nil
}

// byteOrderMark may begin a text in UTF-8. JSON forbids it, and some proxies add it.
var byteOrderMark = []byte("\xef\xbb\xbf")

// readBody reads the whole body.
func readBody(res *http.Response) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	buf.Reset()
	err := fill(buf, res)
	body := bytes.TrimPrefix(buf.Bytes(), byteOrderMark)
	if buf.Len() >= smallBody {
		return body, err
	}
	body = bytes.Clone(body)
	buffers.Put(buf)
	return body, err
}

// gzipMagic begins every gzip stream (RFC 1952).
var gzipMagic = []byte{0x1f, 0x8b}

func fill(buf *bytes.Buffer, res *http.Response) error {
	if !strings.EqualFold(res.Header.Get("Content-Encoding"), "gzip") {
		_, err := buf.ReadFrom(io.LimitReader(res.Body, maxBody))
		return err
	}
	var head [2]byte
	n, err := io.ReadFull(res.Body, head[:])
	body := io.MultiReader(bytes.NewReader(head[:n]), res.Body)
	switch {
	case err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case !bytes.Equal(head[:], gzipMagic): // a proxy has decompressed it and kept the header
		_, err := buf.ReadFrom(io.LimitReader(body, maxBody))
		return err
	}
	unpacker := unpackers.Get().(*gzip.Reader)
	defer unpackers.Put(unpacker)
	if err := unpacker.Reset(body); err != nil {
		return err
	}
	_, err = buf.ReadFrom(io.LimitReader(unpacker, maxBody))
	return err
}
