package facebookads

import (
	"errors"
	"sync"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/fetch"
)

// emptyAtMost is how many pages without rows a list may send in a row. Meta sends
// some where a filter hides their rows (META_API.md §2.1); more are no list.
const emptyAtMost = 10

// errStuck says that the pages of a list lead nowhere.
var errStuck = errors.New("the list does not go on")

var stuckList = cure{act: actRetry, message: "Meta's list leads back to pages that were read, or to empty pages only", hint: itPasses}

func stuck() error {
	out := refuse(rule{class: classBadAnswer, cure: &stuckList}, nil, fetch.Answer{})
	out.fault.Err = errStuck
	return out
}

// trail is where a walk through a list has been.
type trail struct {
	seen  map[string]bool // cursors that were followed
	empty int             // pages without rows, since the last with some
}

// follow notes that a page with so many rows leads to a cursor. A cursor that was
// followed before would give the same pages again.
func (t *trail) follow(after string, rows int) error {
	if t.empty++; rows > 0 {
		t.empty = 0
	}
	if t.seen[after] || t.empty >= emptyAtMost {
		return stuck()
	}
	if t.seen == nil {
		t.seen = map[string]bool{}
	}
	t.seen[after] = true
	return nil
}

// starts counts how often slices began anew although nothing was learned. So the
// same request is not sent more than three times.
type starts struct {
	mu  sync.Mutex
	all map[adtally.Slice]int
}

// settle says how a read ends that ended with err: with ErrAgain where another
// beginning may help.
func (s *starts) settle(sl adtally.Slice, err error) error {
	most := beginnings(err)
	if errors.Is(err, connector.ErrAgain) && most == 0 {
		return err // it has learned, and asks something else
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[adtally.Slice]int{}
	}
	if s.all[sl]++; most > 0 && s.all[sl] <= most {
		return again(err)
	}
	delete(s.all, sl)
	if r := refusalOf(err); r != nil && (errors.Is(err, connector.ErrAgain) || errors.Is(err, errPassed)) {
		return r
	}
	return err
}

// beginnings is how often another beginning is worth a try after err.
func beginnings(err error) int {
	switch {
	case errors.Is(err, errStuck), errors.Is(err, errPassed):
		return 1
	case errors.Is(err, connector.ErrAgain) && (classOf(err) == classCursor || errors.Is(err, errNotReady) || errors.Is(err, errRunGone)):
		return fetch.Tries - 1
	}
	return 0
}
