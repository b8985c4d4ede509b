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

// mishap is something that happens to an answer on the network.
type mishap struct {
	drop     bool // the connection ends before it
	truncate int  // > 0: only so many bytes of it arrive, and never all
	rate     int  // > 0: so many bytes of it arrive in a second
}

// shortZip is the size below which answers are not worth zipping.
const shortZip = 1000

// zipped packs a long answer. One that is to be broken stays as it is, so that
// a fault's bytes are the answer's.
func (a answer) zipped() answer {
	if len(a.body) < shortZip || a.mishap.truncate > 0 {
		return a
	}
	var packed bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&packed)
	_, _ = z.Write(a.body) // into memory
	_ = z.Close()
	a.header.Set("Content-Encoding", "gzip")
	a.body = packed.Bytes()
	return a
}

var zippers = sync.Pool{New: func() any {
	z, err := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	if err != nil {
		panic(err) // the level is a constant
	}
	return z
}}

// deliver sends the answer over a socket, or what a mishap leaves of it.
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
		_, _ = w.Write(a.body) // fails where the client has gone: nobody to tell
		return
	}
	if _, err := io.Copy(flushed{w}, a.arriving(r.Context())); err != nil {
		panic(http.ErrAbortHandler) // whoever asked is to see a broken answer, or has gone
	}
}

// flushed sends what is written at once.
type flushed struct{ w http.ResponseWriter }

func (f flushed) Write(p []byte) (int, error) {
	n, err := f.w.Write(p)
	if flusher, can := f.w.(http.Flusher); can && err == nil {
		flusher.Flush()
	}
	return n, err
}

// arriving reads an answer's body as it comes over the network.
func (a answer) arriving(ctx context.Context) io.Reader {
	body := &arrival{ctx: ctx, rest: a.body, end: io.EOF, rate: a.mishap.rate}
	if n := a.mishap.truncate; n > 0 {
		body.rest, body.end = a.body[:min(n, max(len(a.body)-1, 0))], io.ErrUnexpectedEOF
	}
	return body
}

// arrival is a body on its way: at once, or so many bytes a second.
type arrival struct {
	ctx  context.Context
	rest []byte
	end  error // io.ErrUnexpectedEOF where it breaks off
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

// sleep waits, unless the client goes.
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
