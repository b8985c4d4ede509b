package fetch_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/cenkalti/backoff/v5"

	"adtally/internal/fetch"
)

// bodies is a server with a body for each path, compressed if the path ends in .gz.
type bodies map[string]string

func (b bodies) RoundTrip(r *http.Request) (*http.Response, error) {
	body, header := b[r.URL.Path], http.Header{}
	if strings.HasSuffix(r.URL.Path, ".gz") {
		header.Set("Content-Encoding", "gzip")
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = io.WriteString(w, body)
		_ = w.Close()
		body = packed.String()
	}
	return &http.Response{StatusCode: 200, Header: header, Body: io.NopCloser(strings.NewReader(body))}, nil
}

// Reusing a buffer never changes a response that is still in use.
func TestClient_RecycleKeepsBodiesIntact(t *testing.T) {
	t.Parallel()
	answers := bodies{}
	for i, size := range []int{0, 1, 1000, 70_000, 3_000_000} {
		text := strings.Repeat(fmt.Sprint(i), size)
		answers[fmt.Sprintf("/%d", i)], answers[fmt.Sprintf("/%d.gz", i)] = text, text
	}
	c := &fetch.Client{HTTP: &http.Client{Transport: answers}, Judge: func(fetch.Answer) error { return nil }}
	var group sync.WaitGroup
	for path, want := range answers {
		group.Go(func() {
			for range 20 {
				a, err := c.Do(t.Context(), fetch.Request{Method: http.MethodGet, URL: "http://test" + path})
				if err != nil || string(a.Body) != want {
					t.Errorf("%s: %d bytes, want %d (%v)", path, len(a.Body), len(want), err)
				}
				a.Recycle()
			}
		})
	}
	group.Wait()
}

// A response that cannot be decompressed is retried, and then becomes a fault.
func TestClient_InvalidGzip(t *testing.T) {
	t.Parallel()
	calls := 0
	c := &fetch.Client{HTTP: &http.Client{Transport: badlyPacked(func() { calls++ })}, Judge: func(fetch.Answer) error { return nil },
		Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} }}
	if _, err := c.Do(t.Context(), fetch.Request{Method: http.MethodGet, URL: "http://test/"}); err == nil || calls != fetch.Tries {
		t.Errorf("%v after %d calls", err, calls)
	}
}

// badlyPacked is a server whose responses are declared as gzip and are not.
type badlyPacked func()

func (called badlyPacked) RoundTrip(*http.Request) (*http.Response, error) {
	called()
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Encoding": {"gzip"}}, Body: io.NopCloser(strings.NewReader("not packed"))}, nil
}
