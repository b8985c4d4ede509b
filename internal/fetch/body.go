package fetch

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// maxBody bounds an answer, unpacked; a page of 500 wide rows is about 1 MB.
const maxBody = 256 << 20

// keptBuffer is the largest buffer that is kept for the next answer.
const keptBuffer = 8 << 20

var (
	buffers   = sync.Pool{New: func() any { return new(bytes.Buffer) }}
	unpackers = sync.Pool{New: func() any { return new(gzip.Reader) }}
)

// readBody reads an answer to its end. It is read into a buffer that is used again,
// and copied once its size is known: growing a new one for each page was a third
// of all that a sync allocated.
func readBody(res *http.Response) ([]byte, error) {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() <= keptBuffer {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	packed := strings.EqualFold(res.Header.Get("Content-Encoding"), "gzip")
	if !packed {
		_, err := buf.ReadFrom(io.LimitReader(res.Body, maxBody))
		return bytes.Clone(buf.Bytes()), err
	}
	unpacker := unpackers.Get().(*gzip.Reader)
	defer unpackers.Put(unpacker)
	if err := unpacker.Reset(res.Body); err != nil {
		if err == io.EOF { // an answer without a body, such as that to HEAD
			return nil, nil
		}
		return nil, err
	}
	_, err := buf.ReadFrom(io.LimitReader(unpacker, maxBody))
	return bytes.Clone(buf.Bytes()), err
}
