package facebookads

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"adtally"
	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// graph sends requests to the Graph API with one credential.
type graph struct {
	fetch    *fetch.Client
	address  string        // without the version and without a trailing slash
	version  *atomic.Value // holds a string; changes when Meta says that the version has ended
	secret   adtally.Secret
	app      adtally.App  // the installation's app; zero = none
	onNotice func(string) // called with messages for people
	token    *tokenState  // whether the secret still works
}

// apiVersion returns the API version in use.
func (g *graph) apiVersion() string { return g.version.Load().(string) }

// get requests an object or a page.
func (g *graph) get(ctx context.Context, path string, b budget, q url.Values) (fetch.Answer, error) {
	return g.do(ctx, fetch.Request{Method: http.MethodGet, URL: path, Query: g.withProof(q), Secret: g.secret, Buckets: b.buckets()})
}

func (g *graph) post(ctx context.Context, path string, b budget, form url.Values) (fetch.Answer, error) {
	return g.do(ctx, fetch.Request{Method: http.MethodPost, URL: path, Form: g.withProof(form), Secret: g.secret, Buckets: b.buckets()})
}

// do sends a request to the version in use, and to the next version if Meta says that
// the first has ended.
func (g *graph) do(ctx context.Context, r fetch.Request) (fetch.Answer, error) {
	path := r.URL
	for {
		asked := g.version.Load()
		r.URL = fmt.Sprintf("%s/%s/%s", g.address, asked, path)
		a, err := g.fetch.Do(ctx, r)
		g.notify(answeredNotice(fmt.Sprint(asked), a.Header))
		if !g.switchVersion(err, asked, a.At) {
			return a, err
		}
	}
}

// switchVersion reports whether an error means that the version has ended and a newer
// one is available.
func (g *graph) switchVersion(err error, asked any, at time.Time) bool {
	if classOf(err) != classVersion {
		return false
	}
	next, known := nextVersion(fmt.Sprint(asked), at)
	if known && g.version.CompareAndSwap(asked, next) {
		g.notify(fmt.Sprintf("Meta has ended version %s of its API; Adtally continues with %s. Update Adtally soon.", asked, next))
	}
	return known
}

func (g *graph) notify(notice string) {
	if notice != "" && g.onNotice != nil {
		g.onNotice(notice)
	}
}

// members reads an object and calls f with each name; f reads the value.
func members(r *jsonread.Reader, f func(name string) error) error {
	return r.Members(func(name []byte) error { return f(string(name)) })
}

// skipValue reads a value that is not needed.
func skipValue(r *jsonread.Reader) error {
	_, err := r.Value()
	return err
}

func cloneValues(q url.Values) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	return c
}
