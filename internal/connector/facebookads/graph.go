package facebookads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/fetch"
)

// graph speaks to the Graph API for one credential.
type graph struct {
	fetch  *fetch.Client
	base   string // with the version, without a slash at the end
	secret adtally.Secret
}

// get asks for a node or one page.
func (g *graph) get(ctx context.Context, path, bucket string, q url.Values) (fetch.Answer, error) {
	return g.fetch.Do(ctx, fetch.Request{Method: http.MethodGet, URL: g.base + "/" + path, Query: q, Secret: g.secret, Bucket: bucket})
}

func (g *graph) post(ctx context.Context, path, bucket string, form url.Values) (fetch.Answer, error) {
	return g.fetch.Do(ctx, fetch.Request{Method: http.MethodPost, URL: g.base + "/" + path, Form: form, Secret: g.secret, Bucket: bucket})
}

// rowFunc reads one object of a page's data from the decoder.
type rowFunc func(*jsontext.Decoder) error

// pages is the one page loop. It asks for page after page, hands each row to
// row, and yields after each page when that page was asked for. It ends where
// the answer names no next page; a page without rows does not end it.
func (g *graph) pages(ctx context.Context, path, bucket string, q url.Values, limit int, row rowFunc) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		q := cloneValues(q)
		for {
			a, err := g.page(ctx, path, bucket, q, &limit)
			if err != nil {
				yield(time.Time{}, err)
				return
			}
			after, err := decodePage(a.Body, row)
			if err != nil {
				yield(time.Time{}, fmt.Errorf("read page of %s: %w", path, err))
				return
			}
			if !yield(a.At, nil) || after == "" {
				return
			}
			q.Set("after", after)
		}
	}
}

// smallestPage is where halving stops; Graph's own default page.
const smallestPage = 25

// page asks for one page and halves the limit where Meta says that it is too
// much. The smaller limit stays for the pages that follow.
func (g *graph) page(ctx context.Context, path, bucket string, q url.Values, limit *int) (fetch.Answer, error) {
	for {
		q.Set("limit", strconv.Itoa(*limit))
		a, err := g.get(ctx, path, bucket, q)
		if !errors.Is(err, errTooMuch) || *limit <= smallestPage {
			return a, err
		}
		*limit = max(*limit/2, smallestPage)
	}
}

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
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", err
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
		return "", errors.New("the next page has no cursor")
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

// part is one answer inside a batch.
type part struct {
	Code int
	Body string
}

// batch asks several questions in one round trip. Meta counts each of them.
// What is asked travels in the body, so that a token under test does not stand
// in an address.
func (g *graph) batch(ctx context.Context, paths ...string) ([]fetch.Answer, error) {
	type question struct {
		Method string `json:"method"`
		URL    string `json:"relative_url"`
	}
	var qs []question
	for _, p := range paths {
		qs = append(qs, question{http.MethodGet, p})
	}
	list, err := json.Marshal(qs)
	if err != nil {
		return nil, err
	}
	a, err := g.post(ctx, "", "app", url.Values{"batch": {string(list)}, "include_headers": {"false"}})
	if err != nil {
		return nil, err
	}
	var parts []*part
	if err := json.Unmarshal(a.Body, &parts); err != nil || len(parts) != len(paths) {
		return nil, fmt.Errorf("read batch of %d: %w", len(paths), cmpErr(err, "another number of answers came"))
	}
	answers := make([]fetch.Answer, len(parts))
	for i, p := range parts {
		answers[i] = fetch.Answer{At: a.At}
		if p != nil { // null: that part timed out
			answers[i].Status, answers[i].Body = p.Code, []byte(p.Body)
		}
	}
	return answers, nil
}

func cloneValues(q url.Values) url.Values {
	c := url.Values{}
	for k, v := range q {
		c[k] = v
	}
	return c
}

// baseURL joins an address and a version: https://graph.facebook.com/v25.0.
func baseURL(address, version string) string {
	return strings.TrimRight(address, "/") + "/" + version
}
