package facebookads

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync/atomic"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/fetch"
)

// graph speaks to the Graph API for one credential.
type graph struct {
	fetch   *fetch.Client
	address string        // without the version, without a slash at the end
	version *atomic.Value // of string; moves on where Meta says that it has ended
	secret  adtally.Secret
	app     adtally.App  // ours; zero = none
	say     func(string) // is told what a person should know
	life    *life        // of the secret
}

// spoken is the version in use.
func (g *graph) spoken() string { return g.version.Load().(string) }

// get asks for a node or one page.
func (g *graph) get(ctx context.Context, path string, b budget, q url.Values) (fetch.Answer, error) {
	return g.do(ctx, fetch.Request{Method: http.MethodGet, URL: path, Query: g.proven(q), Secret: g.secret, Buckets: b.buckets()})
}

func (g *graph) post(ctx context.Context, path string, b budget, form url.Values) (fetch.Answer, error) {
	return g.do(ctx, fetch.Request{Method: http.MethodPost, URL: path, Form: g.proven(form), Secret: g.secret, Buckets: b.buckets()})
}

// do sends a request to the version in use, and to the next one where Meta says
// that it has ended (R43).
func (g *graph) do(ctx context.Context, r fetch.Request) (fetch.Answer, error) {
	path := r.URL
	for {
		asked := g.version.Load()
		r.URL = fmt.Sprintf("%s/%s/%s", g.address, asked, path)
		a, err := g.fetch.Do(ctx, r)
		g.tell(answeredNotice(fmt.Sprint(asked), a.Header))
		if !g.movedOn(err, asked, a.At) {
			return a, err
		}
	}
}

// movedOn says whether a refusal was about the version, and there is a newer one
// to ask.
func (g *graph) movedOn(err error, asked any, at time.Time) bool {
	if classOf(err) != classVersion {
		return false
	}
	next, known := nextVersion(fmt.Sprint(asked), at)
	if known && g.version.CompareAndSwap(asked, next) {
		g.tell(fmt.Sprintf("Meta has ended version %s of its API; Adtally goes on with %s. Update Adtally soon.", asked, next))
	}
	return known
}

func (g *graph) tell(notice string) {
	if notice != "" && g.say != nil {
		g.say(notice)
	}
}

// members walks an object and calls f with each name; f reads the value.
func members(dec *jsontext.Decoder, f func(name string) error) error {
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '{' {
		return cmpErr(err, "an object was expected")
	}
	for dec.PeekKind() != '}' {
		t, err := dec.ReadToken()
		if err != nil {
			return err
		}
		if err := f(t.String()); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

// elements walks an array and calls f before each element; f reads it.
func elements(dec *jsontext.Decoder, f rowFunc) error {
	if t, err := dec.ReadToken(); err != nil || t.Kind() != '[' {
		return cmpErr(err, "an array was expected")
	}
	for dec.PeekKind() != ']' {
		if err := f(dec); err != nil {
			return err
		}
	}
	_, err := dec.ReadToken()
	return err
}

func cmpErr(err error, otherwise string) error {
	if err != nil {
		return err
	}
	return errors.New(otherwise)
}

func cloneValues(q url.Values) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	return c
}
