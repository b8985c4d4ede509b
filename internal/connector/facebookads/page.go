package facebookads

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"adtally/internal/fetch"
	"adtally/internal/jsonread"
)

// listing reads a list of objects page by page.
type listing struct {
	graph  *graph
	path   string
	budget budget
	query  url.Values
	limit  int  // rows requested per page
	back   int  // limit to return to after a large row; 0 = none
	fixed  bool // a page that is too much is an error, because the caller has better ways to request less
	row    rowFunc
	undo   func()    // discards the rows of a page that was cut off; nil = row may see them twice
	total  func(int) // called with the number of all rows if the answer says it; nil = not needed
	// oneRow handles a page of one row that is still too much; nil = that is an error.
	oneRow func(ctx context.Context, l *listing, cause error) (after string, err error)
	// smaller is called with the new limit when a page had to be reduced.
	smaller func(context.Context, int) error
	repeats bool // two pages may be alike, because equal elements are not duplicates
	trail   trail
	came    int    // rows of the current page
	hash    uint64 // of the current page; 0 = not known
}

// pages reads all pages. It passes each element to row and calls done after each page
// with the time of its request. It ends when the answer names no next page. An empty
// page does not end it; paging that does not advance is an error.
func (l *listing) pages(ctx context.Context, done func(context.Context, time.Time) error) error {
	row := l.row
	l.row = func(r *jsonread.Reader) error {
		l.came++
		return row(r)
	}
	for {
		l.came, l.hash = 0, 0
		at, after, err := l.next(ctx)
		if err == nil {
			err = done(ctx, at)
		}
		if err != nil || after == "" {
			return err
		}
		if err := l.trail.follow(after, visited{l.came, l.hash}); err != nil {
			return fmt.Errorf("read pages of %s: %w", l.path, err)
		}
		l.query.Set("after", after)
	}
}

// ignorePage is for callers that do not need to know about single pages.
func ignorePage(context.Context, time.Time) error { return nil }

// next reads one page, with as many rows as Meta allows.
func (l *listing) next(ctx context.Context) (at time.Time, after string, err error) {
	answered := false
	a, err := readAgain(ctx, func() (a fetch.Answer, err error) {
		a, err = l.page(ctx)
		answered = err == nil
		return a, err
	}, func(body []byte) (err error) {
		after, err = decodeCounted(body, l.row, l.total)
		if after != "" && !l.repeats {
			l.hash = pageHash(body)
		}
		return err
	}, l.takeBack)
	switch {
	case err != nil && answered:
		return a.At, "", fmt.Errorf("read page of %s: %w", l.path, err)
	case err != nil && l.limit == 1 && l.oneRow != nil && isHeavy(err):
		l.came = 1
		after, err = l.oneRow(ctx, l, err)
		return a.At, after, err
	case err != nil:
		return a.At, "", err
	}
	l.grow()
	a.Recycle() // the rows have copied what they keep
	return a.At, after, nil
}

func (l *listing) takeBack() {
	l.came = 0
	if l.undo != nil {
		l.undo()
	}
}

// page requests one page and halves the limit if Meta says that the page is too much.
// If a single row is too much, that row is the cause: after it, the limit grows again.
func (l *listing) page(ctx context.Context) (fetch.Answer, error) {
	first := l.limit
	for {
		l.query.Set("limit", strconv.Itoa(l.limit))
		a, err := l.graph.get(ctx, l.path, l.budget, l.query)
		if n := l.shrunk(first, err); n < l.limit {
			l.limit = n
			continue
		}
		switch {
		case l.limit == 1 && first > 1:
			l.back = max(l.back, first)
		case l.limit < first && err == nil && l.back == 0 && l.smaller != nil:
			err = l.smaller(ctx, l.limit)
		}
		return a, err
	}
}

// shrunk returns the limit to try after err. After a server error, one much smaller
// page of a list of objects shows whether its size is the cause. Reports have better
// ways to request less.
func (l *listing) shrunk(first int, err error) int {
	switch r := refusalOf(err); {
	case r == nil || !isHeavy(err) || l.fixed:
		return l.limit
	case r.act == actShrink, isUnreadable(err):
		return max(l.limit/2, 1)
	case l.budget.use == scopeManagement && l.limit == first:
		return max(l.limit/8, 1)
	}
	return l.limit
}

func (l *listing) grow() {
	if l.back > 0 {
		l.limit = min(l.limit*2, l.back)
	}
	if l.limit == l.back {
		l.back = 0
	}
}

// isShrinkable reports whether a smaller request cures err, or may.
func isShrinkable(err error) bool { return isHeavy(err) || errors.Is(err, errJob) }
