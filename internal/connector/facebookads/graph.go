package facebookads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

// rowFunc reads one object of a page's data from the decoder.
type rowFunc func(*jsontext.Decoder) error

// decodePage reads {"data":[…],"paging":{…}} and tells the cursor of the next
// page, "" when there is none. Whatever is not a whole page is an error: rows
// that are missing would be taken for rows that Meta took away.
func decodePage(body []byte, row rowFunc) (after string, err error) {
	dec := jsontext.NewDecoder(bytes.NewBuffer(body))
	hasData := false
	err = members(dec, func(name string) error {
		switch name {
		case "data":
			hasData = true
			return elements(dec, row)
		case "error":
			return pageError(dec)
		case "paging":
			after, err = decodePaging(dec)
			return err
		default:
			return dec.SkipValue()
		}
	})
	if _, more := dec.ReadToken(); err == nil && !errors.Is(more, io.EOF) {
		err = errNoPage
	}
	if err == nil && !hasData {
		err = errNoPage
	}
	if _, isBroken := errors.AsType[*jsontext.SyntacticError](err); isBroken || errors.Is(err, errNoPage) || errors.Is(err, io.ErrUnexpectedEOF) {
		return "", &adtally.Fault{Act: adtally.Retry, Code: "bad_answer", Message: "Meta's answer could not be read",
			Hint: "This usually passes; the same command goes on where it stopped.", Err: err}
	}
	return after, err
}

// errNoPage says that an answer is JSON, and no page.
var errNoPage = errors.New("the answer is no page of data")

// pageError is an error that stands inside an answer with status 200.
func pageError(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	var e graphError
	if err := json.Unmarshal(raw, &e); err != nil {
		return errNoPage
	}
	return classify(&e, fetch.Answer{})
}

func decodePaging(dec *jsontext.Decoder) (after string, err error) {
	raw, err := dec.ReadValue()
	if err != nil {
		return "", err
	}
	var p struct {
		Cursors struct{ After string }
		Next    string
	}
	if raw.Kind() == '[' { // how an empty object is written by the language that Graph speaks
		return "", nil
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", fmt.Errorf("%w: %w", errNoPage, err)
	}
	if p.Next == "" {
		return "", nil
	}
	if p.Cursors.After != "" {
		return p.Cursors.After, nil
	}
	next, err := url.Parse(p.Next)
	if err != nil || next.Query().Get("after") == "" {
		// Not quoted: the address holds the token.
		return "", fmt.Errorf("%w: the next page has no cursor", errNoPage)
	}
	return next.Query().Get("after"), nil
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
