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
		body = packed(body)
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

// declaredGzip is a server whose responses are declared as gzip, whatever they are.
type declaredGzip struct {
	body  string
	calls *int
}

func (d declaredGzip) RoundTrip(*http.Request) (*http.Response, error) {
	*d.calls++
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Encoding": {"GZIP"}}, Body: io.NopCloser(strings.NewReader(d.body))}, nil
}

func packed(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, text)
	_ = w.Close()
	return b.String()
}

// A response that cannot be decompressed is retried, and then becomes a fault. A proxy may
// decompress a body and keep the header.
func TestClient_DeclaredGzip(t *testing.T) {
	t.Parallel()
	const text, mark = `{"data":[]}`, "\xef\xbb\xbf"
	for name, c := range map[string]struct {
		body, want string
		fails      bool
	}{
		"whole":                   {packed(text), text, false},
		"not compressed":          {text, text, false},
		"one byte":                {"7", "7", false},
		"empty":                   {"", "", false},
		"a byte order mark":       {packed(mark + text), text, false},
		"that, not compressed":    {mark + text, text, false},
		"cut in the text":         {packed(text)[:20], "", true},
		"cut before its checksum": {packed(text)[:len(packed(text))-6], "", true},
		"cut in its head":         {packed(text)[:5], "", true},
		"another checksum":        {packed(text)[:len(packed(text))-8] + "12345678", "", true},
	} {
		calls := 0
		cl := &fetch.Client{HTTP: &http.Client{Transport: declaredGzip{c.body, &calls}}, Judge: func(fetch.Answer) error { return nil },
			Backoff: func() backoff.BackOff { return &backoff.ZeroBackOff{} }}
		a, err := cl.Do(t.Context(), fetch.Request{Method: http.MethodGet, URL: "http://test/"})
		if c.fails && (err == nil || calls != fetch.Tries) || !c.fails && (err != nil || string(a.Body) != c.want || calls != 1) {
			t.Errorf("%s: %q, %v after %d calls", name, a.Body, err, calls)
		}
	}
}
