package facebookads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/fetch"
)

// rowFunc reads one element of a page's data from the decoder.
type rowFunc func(*jsontext.Decoder) error

// errNoPage says that an answer is JSON, and no page.
var errNoPage = errors.New("the answer is no page of data")

// decodePage reads {"data":[…],"paging":{…}} and tells the cursor of the next
// page, "" when there is none. Whatever is not a whole page is a bad answer: rows
// that are missing would be taken for rows that Meta took away.
func decodePage(body []byte, row rowFunc) (after string, err error) {
	dec := jsonOf(body)
	hasData := false
	if dec.PeekKind() == '{' {
		err = members(dec, func(name string) error {
			switch name {
			case "data":
				hasData = true
				if dec.PeekKind() != '[' {
					return errNoPage
				}
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
	}
	if err == nil && !hasData {
		err = errNoPage
	}
	return after, asBadAnswer(err)
}

// asBadAnswer makes a refusal of what says that an answer is not what it should
// be.
func asBadAnswer(err error) error {
	_, isBroken := errors.AsType[*jsontext.SyntacticError](err)
	if !isBroken && !errors.Is(err, errNoPage) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	bad := refuse(rule{class: classBadAnswer}, nil, fetch.Answer{})
	bad.fault.Err = err
	return bad
}

// pageError is an error that stands inside an answer with status 200.
func pageError(dec *jsontext.Decoder) error {
	raw, err := dec.ReadValue()
	if err != nil || raw.Kind() == 'n' {
		return err
	}
	var e graphError
	if err := json.Unmarshal(raw, &e); err != nil {
		return errNoPage
	}
	return classify(&e, fetch.Answer{})
}

// decodePaging finds the cursor of the next page. What is empty in PHP is written
// as a list.
func decodePaging(dec *jsontext.Decoder) (after string, err error) {
	raw, err := dec.ReadValue()
	if err != nil || raw.Kind() == 'n' || string(raw) == "[]" {
		return "", err
	}
	var p struct {
		Cursors json.RawMessage
		Next    string
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return "", fmt.Errorf("paging: %w", errNoPage)
	}
	if p.Next == "" {
		return "", nil
	}
	var cursors struct{ After string }
	if json.Unmarshal(p.Cursors, &cursors) == nil && cursors.After != "" {
		return cursors.After, nil
	}
	next, err := url.Parse(p.Next)
	if err != nil || next.Query().Get("after") == "" {
		// Not quoted: the address holds the token.
		return "", fmt.Errorf("the next page has no cursor: %w", errNoPage)
	}
	return next.Query().Get("after"), nil
}

// pagePause is how long to wait before what could not be read is asked for again;
// the next wait is twice as long.
const pagePause = time.Second

// insist asks until read can make something of the answer, as often as any request
// is sent. undo takes back what was read of an answer that broke off.
func insist(ctx context.Context, ask func() (fetch.Answer, error), read func(body []byte) error, undo func()) (a fetch.Answer, err error) {
	for try := range fetch.Tries {
		if a, err = ask(); err != nil {
			return a, err
		}
		if err = read(a.Body); classOf(err) != classBadAnswer {
			return a, err
		}
		if undo(); try+1 < fetch.Tries {
			if err := sleep(ctx, pagePause<<try); err != nil {
				return a, err
			}
		}
	}
	return a, err
}

// isObject says whether a body is an object and no list.
func isObject(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) }
