package graphsim

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// pages knows which page of each listing its clients are on, for faults on certain pages.
type pages struct {
	mu   sync.Mutex
	walk map[string]*walk
}

// walk is one listing that a client pages through.
type walk struct {
	number map[string]int // cursor → page number
	last   int
	dead   bool // its cursors no longer work
}

func newPages() *pages { return &pages{walk: map[string]*walk{}} }

func (p *pages) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.walk = map[string]*walk{}
}

// number returns the page that a call asks for, and whether its cursor is dead. The first
// page restarts the listing.
func (p *pages) number(c *call) (number int, dead bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	name, after := pageOf(c), c.params.Get("after")
	w := p.walk[name]
	if w == nil || after == "" {
		w = &walk{number: map[string]int{}, last: 1}
		p.walk[name] = w
	}
	if after == "" {
		return 1, false
	}
	if w.number[after] == 0 {
		w.last++
		w.number[after] = w.last
		if row, err := strconv.Atoi(rowOf(c, after)); err == nil {
			w.number[after] = (row+1)/limitOr(c.params) + 1
		}
	}
	return w.number[after], w.dead
}

// kill invalidates all cursors of a call's listing.
func (p *pages) kill(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.walk[pageOf(c)]; w != nil {
		w.dead = true
	}
}

// rowOf returns the row in a cursor of insights, or "".
func rowOf(c *call, cursor string) string {
	text, isCursor := decodeCursor(cursor)
	if !isCursor || !isInsights(c) {
		return ""
	}
	return text
}

func limitOr(params url.Values) int {
	n, refused := limitOf(params)
	if refused != nil {
		return defaultLimit
	}
	return n
}

// pageOf returns the name of the listing that a call is a page of.
func pageOf(c *call) string {
	q := url.Values{}
	for name, values := range c.params {
		switch name {
		case "after", "before", "limit", "access_token", emptyMark:
		default:
			q[name] = values
		}
	}
	return strings.Join(c.path, "/") + "?" + q.Encode()
}

// emptyMark is in the next link of an empty page, which leads to the true page.
const emptyMark = "__paging_token"

// startCursor is before the first object of every edge.
var startCursor = encodeCursor(opaqueMark)

// emptyPage returns an empty page whose next link leads to the true page
// (docs/meta-api.md#paging: stop only when next is absent).
func emptyPage(e *event) answer {
	at := e.from()
	p := paging{before: at, after: at, limit: limitOr(e.call.params), address: func(change url.Values) string {
		change.Set(emptyMark, strconv.Itoa(e.page))
		return e.call.address(change)
	}}
	return ok(append(p.append([]byte(`{"data":[]`), false, true), '}'))
}
