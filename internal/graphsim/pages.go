package graphsim

import (
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// pages knows how far its readers are in each listing, for the faults that
// strike a certain page.
type pages struct {
	mu   sync.Mutex
	walk map[string]*walk
}

// walk is one listing as it is paged through.
type walk struct {
	number map[string]int // of the page that a cursor leads to
	last   int
	dead   bool // its cursors lead nowhere any more
}

func newPages() *pages { return &pages{walk: map[string]*walk{}} }

func (p *pages) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.walk = map[string]*walk{}
}

// number is which page of its listing a call asks for, and whether it does so
// with a cursor that is dead. A first page begins the listing anew.
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

// kill ends all cursors of the listing that a call is a page of.
func (p *pages) kill(c *call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if w := p.walk[pageOf(c)]; w != nil {
		w.dead = true
	}
}

// rowOf is the row that a cursor of insights names; "" = it names none.
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

// pageOf names what a call is a page of.
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

// emptyMark is in the next address of an empty page, so that it leads on.
const emptyMark = "__paging_token"

// startCursor stands before the first object of every edge.
var startCursor = encodeCursor(opaqueMark)

// emptyPage is a page without elements that has a next one, which is the true
// one (META_API.md §2.1: stop only when next is absent).
func emptyPage(e *event) answer {
	at := e.from()
	p := paging{before: at, after: at, limit: limitOr(e.call.params), address: func(change url.Values) string {
		change.Set(emptyMark, strconv.Itoa(e.page))
		return e.call.address(change)
	}}
	return ok(append(p.append([]byte(`{"data":[]`), false, true), '}'))
}
