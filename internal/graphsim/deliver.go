package graphsim

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// mishap is a network failure during the delivery of an answer.
type mishap struct {
	drop     bool // the connection closes before the answer
	truncate int  // if > 0, only so many bytes arrive, and never all
	rate     int  // if > 0, bytes per second
}

// shortZip is the size from which answers are compressed.
const shortZip = 1000

// zipped compresses a long answer. An answer that will be truncated stays as it is, so
// that a fault's bytes are bytes of the answer.
func (a answer) zipped() answer {
	if len(a.body) < shortZip || a.mishap.truncate > 0 {
		return a
	}
	var packed bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&packed)
	_, _ = z.Write(a.body) // cannot fail
	_ = z.Close()
	a.header.Set("Content-Encoding", "gzip")
	a.body = packed.Bytes()
	return a
}

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // cannot fail: the level is a constant
	}
	return z
}}

// deliver sends the answer, or what a mishap leaves of it.
func deliver(w http.ResponseWriter, r *http.Request, a answer) {
	if a.mishap.drop {
		panic(http.ErrAbortHandler)
	}
	h := w.Header()
	for name, values := range a.header {
		h[name] = values
	}
	h.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if a.mishap == (mishap{}) {
		_, _ = w.Write(a.body) // fails if the client has gone; nobody to tell
		return
	}
	if _, err := io.Copy(flushed{w}, a.arriving(r.Context())); err != nil {
		panic(http.ErrAbortHandler) // the client sees a broken answer, or has gone
	}
}

// flushed flushes after every write.
type flushed struct{ w http.ResponseWriter }

func (f flushed) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if flusher, can := f.w.(http.Flusher); can && err == nil {
		flusher.Flush()
	}
	return n, err
}

// arriving returns the answer's body as it arrives over the network.
func (a answer) arriving(ctx context.Context) io.Reader {
	body := &arrival{ctx: ctx, rest: a.body, end: io.EOF, rate: a.mishap.rate}
	if n := a.mishap.truncate; n > 0 {
		body.rest, body.end = a.body[:min(n, max(len(a.body)-1, 0))], io.ErrUnexpectedEOF
	}
	return body
}

// arrival is a body that arrives immediately or at a given rate.
type arrival struct {
	ctx  context.Context
	rest []byte
	end  error // io.ErrUnexpectedEOF if the body is truncated
	rate int
}

func (r *arrival) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	if len(r.rest) == 0 {
		return 0, r.end
	}
	if r.rate > 0 {
		if err := sleep(r.ctx, time.Second); err != nil {
			return 0, err
		}
		p = p[:min(len(p), r.rate)]
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// sleep waits, unless the client disconnects.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
