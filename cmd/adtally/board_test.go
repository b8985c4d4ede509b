package main

import (
	"context"
	"io"
	"net/http"
	"strings"
)

// board checks the page of the queue: it is for admins only, and its content security
// policy lets a browser run its scripts.
func (r *running) board() {
	r.t.Helper()
	for path, want := range map[string]string{"/ops/jobs/": "<script type=\"module\" src=\"/ops/jobs/", "/ops/jobs/api/jobs?state=completed": `"kind":"step"`} {
		body, status := r.read(path, r.http)
		if status != 200 || !strings.Contains(body, want) {
			r.t.Errorf("%s: %d %.300s", path, status, body)
		}
		if _, status := r.read(path, http.DefaultClient); status != 401 {
			r.t.Errorf("%s answers a stranger with %d", path, status)
		}
	}
}

func (r *running) read(path string, as *http.Client) (body string, status int) {
	r.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, r.url+path, http.NoBody)
	if err != nil {
		r.t.Fatal(err)
	}
	res, err := as.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return string(raw), res.StatusCode
}
