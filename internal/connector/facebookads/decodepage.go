package facebookads

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"

	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// rowFunc decodes one element of a page's data.
type rowFunc func(*jsonread.Reader) error

// errNoPage means that an answer is valid JSON but not a page.
var errNoPage = errors.New("the answer is not a page of data")

// decodePage decodes {"data":[…],"paging":{…}} and returns the cursor of the next
// page, or "". An incomplete page is a bad answer: rows that are missing would be
// taken for rows that Meta took away.
func decodePage(body []byte, row rowFunc) (after string, err error) {
	return decodeCounted(body, row, nil)
}

// decodeCounted is decodePage that also passes on how many elements the whole list has, if
// the answer says so and total is not nil.
func decodeCounted(body []byte, row rowFunc, total func(int)) (after string, err error) {
	r := jsonread.New(body)
	hasData := false
	if r.Kind() == '{' {
		err = members(r, func(name string) error {
			switch name {
			case "data":
				hasData = true
				if r.Kind() != '[' {
					return errNoPage
				}
				return r.Elements(func() error { return row(r) })
			case "error":
				return pageError(r)
			case "paging":
				after, err = decodePaging(r)
				return err
			case "summary":
				return decodeTotal(r, total)
			default:
				return skipValue(r)
			}
		})
		if err == nil && r.End() != nil {
			err = errNoPage
		}
	}
	if err == nil && !hasData {
		err = errNoPage
	}
	return after, asBadAnswer(err)
}

// decodeTotal reads {"total_count":n}. A summary in another form is ignored.
func decodeTotal(r *jsonread.Reader, total func(int)) error {
	raw, err := r.Value()
	if err != nil || total == nil {
		return err
	}
	var s struct {
		Total looseNumber `json:"total_count"`
	}
	if json.Unmarshal(raw, &s) == nil && s.Total > 0 {
		total(int(s.Total))
	}
	return nil
}

// asBadAnswer turns an error about the form of an answer into a bad_answer refusal.
func asBadAnswer(err error) error {
	_, isBroken := errors.AsType[*jsonread.SyntaxError](err)
	if !isBroken && !errors.Is(err, errNoPage) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	bad := refuse(rule{class: classBadAnswer}, nil, fetch.Answer{})
	bad.fault.Err = err
	return bad
}

// pageError decodes an error that Meta sent with status 200.
func pageError(r *jsonread.Reader) error {
	raw, err := r.Value()
	if err != nil || raw.Kind() == 'n' {
		return err
	}
	var e graphError
	if err := json.Unmarshal(raw, &e); err != nil {
		return errNoPage
	}
	if e.none {
		return nil
	}
	return classify(&e, fetch.Answer{})
}

// decodePaging returns the cursor of the next page. Meta encodes an empty object as a
// list.
func decodePaging(r *jsonread.Reader) (after string, err error) {
	raw, err := r.Value()
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
		// The URL is not quoted because it contains the token.
		return "", fmt.Errorf("the next page has no cursor: %w", errNoPage)
	}
	return next.Query().Get("after"), nil
}

// readAgain repeats a request until read accepts the answer. undo discards the rows of
// an answer that was cut off.
func readAgain(ctx context.Context, ask func() (fetch.Answer, error), read func(body []byte) error, undo func()) (fetch.Answer, error) {
	return sendUntilRead(ctx, ask, func(a fetch.Answer) error {
		err := read(a.Body)
		if classOf(err) == classBadAnswer {
			undo()
		}
		return err
	})
}

// isObject reports whether a body is a JSON object.
func isObject(body []byte) bool { return bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) }
