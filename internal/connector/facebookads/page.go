package facebookads

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally/internal/fetch"
)

// listing is a list of Graph's on its way, page by page.
type listing struct {
	graph  *graph
	path   string
	budget budget
	query  url.Values
	limit  int  // rows asked for per page
	back   int  // to where the limit grows again; 0 = it does not
	fixed  bool // a page that is too much is an error: there are better ways to ask for less
	row    rowFunc
	undo   func() // takes back the rows of a page that broke off; nil = row may see them again
	// lone reads a page of one row that is still too much; nil = that is an error.
	lone func(ctx context.Context, l *listing, cause error) (after string, err error)
	// smaller is told of a limit that a page had to come down to.
	smaller func(context.Context, int) error
	trail   trail
	came    int // rows of the page
}

// pages is the one page loop. It asks for page after page, hands each row to
// row, and says after each page when that page was asked for. It ends where the
// answer names no next page; a page without rows does not end it, and a list that
// leads nowhere is an error.
func (l *listing) pages(ctx context.Context, done func(context.Context, time.Time) error) error {
	row := l.row
	l.row = func(dec *jsontext.Decoder) error {
		l.came++
		return row(dec)
	}
	for {
		l.came = 0
		at, after, err := l.next(ctx)
		if err == nil {
			err = done(ctx, at)
		}
		if err != nil || after == "" {
			return err
		}
		if err := l.trail.follow(after, l.came); err != nil {
			return fmt.Errorf("read pages of %s: %w", l.path, err)
		}
		l.query.Set("after", after)
	}
}

// unremarked is for lists of which nobody needs to know how they go.
func unremarked(context.Context, time.Time) error { return nil }

// next reads one page, as large as Meta gives it.
func (l *listing) next(ctx context.Context) (at time.Time, after string, err error) {
	answered := false
	a, err := insist(ctx, func() (a fetch.Answer, err error) {
		a, err = l.page(ctx)
		answered = err == nil
		return a, err
	}, func(body []byte) (err error) {
		after, err = decodePage(body, l.row)
		return err
	}, l.takeBack)
	switch {
	case err != nil && answered:
		return a.At, "", fmt.Errorf("read page of %s: %w", l.path, err)
	case err != nil && l.limit == 1 && l.lone != nil && isHeavy(err):
		l.came = 1
		after, err = l.lone(ctx, l, err)
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

// page asks for one page and halves the limit where Meta says that it is too
// much. Down to one row it is that row which is too much, and not the page:
// after it the limit grows again.
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

// shrunk is the limit to try after err. Where Meta only has trouble, one much
// smaller page of a list of objects shows whether size is the cause; a report
// has better ways to ask for less.
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

// isShrinkable says whether err is one that a smaller question cures, or may.
func isShrinkable(err error) bool { return isHeavy(err) || errors.Is(err, errJob) }
