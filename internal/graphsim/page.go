package graphsim

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"adtally/internal/graphsim/advertiser"
)

// defaultLimit is the default number of elements of a page.
const defaultLimit = 25

// cursor converts IDs to cursors and back. Graph writes = in all base64 cursors as ZD [recorded].
type cursor interface {
	of(id string) string
	id(cursor string) (string, bool)
}

type plainCursor struct{}

func (plainCursor) of(id string) string { return encodeCursor(id) }

func (plainCursor) id(c string) (string, bool) { return decodeCursor(c) }

// opaqueCursor is for campaigns, ad sets and ads: QVFIU…
type opaqueCursor struct{}

const opaqueMark = "AQHR"

func (opaqueCursor) of(id string) string { return encodeCursor(opaqueMark + id) }

func (opaqueCursor) id(c string) (string, bool) {
	text, isCursor := decodeCursor(c)
	id, isOurs := strings.CutPrefix(text, opaqueMark)
	return id, isCursor && isOurs
}

func encodeCursor(text string) string {
	return strings.ReplaceAll(base64.StdEncoding.EncodeToString([]byte(text)), "=", "ZD")
}

func decodeCursor(c string) (string, bool) {
	switch len(c) % 4 { // one character more than base64 for each =
	case 1:
		c = strings.TrimSuffix(c, "ZD") + "="
	case 2:
		c = strings.TrimSuffix(c, "ZDZD") + "=="
	}
	raw, err := base64.StdEncoding.DecodeString(c)
	return string(raw), err == nil
}

func limitOf(params url.Values) (int, *refusal) {
	text := params.Get("limit")
	if text == "" {
		return defaultLimit, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, badRequest("Param limit must be a positive integer")
	}
	return n, nil
}

// page writes the part of a list that limit, after and before select.
func page(params url.Values, all []advertiser.Object, c cursor, address func(url.Values) string, one func([]byte, advertiser.Object) ([]byte, *refusal)) ([]byte, *refusal) {
	limit, refused := limitOf(params)
	if refused != nil {
		return nil, refused
	}
	from, to, refused := span(params, all, c, limit)
	if refused != nil {
		return nil, refused
	}
	b := []byte(`{"data":[`)
	for i, o := range all[from:to] {
		if b, refused = one(separated(b, i), o); refused != nil {
			return nil, refused
		}
	}
	b = append(b, ']')
	if from < to {
		p := paging{before: c.of(all[from].ID), after: c.of(all[to-1].ID), limit: limit, address: address}
		b = p.append(b, from > 0, to < len(all))
	}
	if summary := params.Get("summary"); summary == "true" || strings.Contains(summary, "total_count") {
		b = append(b, `,"summary":{"total_count":`...)
		b = append(appendValue(b, len(all)), '}')
	}
	return append(b, '}'), nil
}

func span(params url.Values, all []advertiser.Object, c cursor, limit int) (from, to int, refused *refusal) {
	at := func(name string) (int, bool) {
		id, isCursor := c.id(params.Get(name))
		for i := range all {
			if isCursor && all[i].ID == id {
				return i, true
			}
		}
		return 0, false
	}
	switch {
	case params.Get("after") == startCursor:
	case params.Get("after") != "":
		i, isThere := at("after")
		if !isThere || i+1 >= len(all) {
			return 0, 0, deadCursor()
		}
		from = i + 1
	case params.Get("before") != "":
		i, isThere := at("before")
		if !isThere {
			return 0, 0, deadCursor()
		}
		return max(i-limit, 0), i, nil
	}
	return from, from + min(limit, len(all)-from), nil // limit may be as large as an int
}

// [quoted: 2642_invalid_cursors]
func deadCursor() *refusal { return must(2642, 0) }

// paging is the object with the links to other pages.
type paging struct {
	before, after string
	limit         int
	address       func(url.Values) string
}

func (p paging) append(b []byte, previous, next bool) []byte {
	b = append(b, `,"paging":{"cursors":{"before":`...)
	b = appendString(b, p.before)
	b = append(b, `,"after":`...)
	b = append(appendString(b, p.after), '}')
	if next {
		b = append(b, `,"next":`...)
		b = appendString(b, p.link("after", p.after))
	}
	if previous {
		b = append(b, `,"previous":`...)
		b = appendString(b, p.link("before", p.before))
	}
	return append(b, '}')
}

func (p paging) link(name, cursor string) string {
	return p.address(url.Values{"limit": {strconv.Itoa(p.limit)}, name: {cursor}})
}
