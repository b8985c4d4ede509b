package facebookads

import (
	"bytes"
	"errors"
	"hash/maphash"
	"sync"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/fetch"
)

// maxEmptyPages is how many pages in a row may be empty. Meta sends some when a filter
// hides all of their rows (docs/meta-api.md#paging); more than that is an error.
const maxEmptyPages = 10

// errStuck means that the paging of a list does not advance.
var errStuck = errors.New("the paging of the list does not advance")

var stuckList = cure{act: actRetry, message: "The paging of a list at Meta does not advance", hint: temporary}

func stuck() error {
	out := refuse(rule{class: classBadAnswer, cure: &stuckList}, nil, fetch.Answer{})
	out.fault.Err = errStuck
	return out
}

// trail records which cursors of a list were followed.
type trail struct {
	seen  map[string]bool // cursors that were followed
	empty int             // empty pages since the last page with rows
	last  uint64          // the hash of the last page with rows
}

// visited describes the page that leads to a cursor.
type visited struct {
	rows int
	hash uint64 // 0 = not known
}

// follow records that a page leads to a cursor. A cursor that was followed before would
// return the same pages, and a page that comes again shows that cursors are ignored.
func (t *trail) follow(after string, page visited) error {
	t.empty++
	isAgain := false
	if page.rows > 0 {
		isAgain, t.last, t.empty = page.hash != 0 && page.hash == t.last, page.hash, 0
	}
	if t.seen[after] || t.empty >= maxEmptyPages || isAgain {
		return stuck()
	}
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	t.seen[after] = true
	return nil
}

var pageSeed = maphash.MakeSeed()

// pageHash returns a hash of a page's rows, which come before its cursors.
func pageHash(body []byte) uint64 {
	rows := body
	if i := bytes.LastIndex(body, []byte(`"paging"`)); i > bytes.IndexByte(body, ']') {
		rows = body[:i]
	}
	return maphash.Bytes(pageSeed, rows)
}

// restartCounts counts how often slices started again although nothing was learned, so
// that no request is sent more than three times.
type restartCounts struct {
	mu  sync.Mutex
	all map[adtally.Slice]int
}

// settle returns the error with which a read ends after err: ErrAgain if starting
// again may help.
func (s *restartCounts) settle(sl adtally.Slice, err error) error {
	most := maxRestarts(err)
	if errors.Is(err, connector.ErrAgain) && most == 0 {
		return err // something was learned: the next request is different
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[adtally.Slice]int{}
	}
	if s.all[sl]++; most > 0 && s.all[sl] <= most {
		return restartError(err)
	}
	delete(s.all, sl)
	if r := refusalOf(err); r != nil && (errors.Is(err, connector.ErrAgain) || errors.Is(err, errNotReproduced)) {
		return r
	}
	return err
}

// maxRestarts returns how often starting again after err is worth a try.
func maxRestarts(err error) int {
	switch {
	case errors.Is(err, errStuck), errors.Is(err, errNotReproduced):
		return 1
	case errors.Is(err, connector.ErrAgain) && (classOf(err) == classCursor || errors.Is(err, errNotReady) || errors.Is(err, errRunGone)):
		return fetch.Tries - 1
	}
	return 0
}
