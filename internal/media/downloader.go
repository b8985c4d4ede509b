package media

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// Downloader keeps the pictures of one source.
type Downloader struct {
	Streams   []connector.Stream
	Writer    destination.Writer
	Dataset   string
	BlobStore BlobStore
	Links     *Links
	Until     time.Time        // when to leave the rest to the next time
	Now       func() time.Time // the platform's clock
	NewID     func() string    // names loads
}

// Tally is how it went.
type Tally struct {
	Kept    int `json:"kept"`    // objects whose picture is there
	Fetched int `json:"fetched"` // pictures that were fetched
	Missing int `json:"missing"` // objects whose picture could not be had
	Left    int `json:"left"`    // objects that are left to the next time
}

// How much is done at once: objects that are looked at between two commits, and
// downloads.
const (
	pageRows = 1000
	atOnce   = 4
)

// Keep looks at all objects of an account, as they stand in the warehouse, and
// fetches the pictures that are not kept.
func (k *Downloader) Keep(ctx context.Context, a adtally.Account) (kept Tally, err error) {
	if err := k.Writer.Prepare(ctx, k.Dataset, []*table.Schema{&Table}); err != nil {
		return kept, fmt.Errorf("make the table of pictures ready: %w", err)
	}
	w := &work{Downloader: k, account: a.ID}
	if err := w.recall(ctx); err != nil {
		return kept, fmt.Errorf("read which pictures are kept: %w", err)
	}
	for _, s := range k.Streams {
		if s.Pictures == nil {
			continue
		}
		if err := w.all(ctx, s); err != nil {
			return w.done, fmt.Errorf("keep the pictures of %s: %w", s.Name, err)
		}
	}
	return w.done, nil
}

// work is an account's part.
type work struct {
	*Downloader
	account string
	known   map[object]record // what the table says

	mu       sync.Mutex
	contents map[name]*content
	rows     []record // to be written
	done     Tally
}

// all goes through the objects of a stream, page by page.
func (w *work) all(ctx context.Context, s connector.Stream) error {
	after := ""
	for {
		page, err := w.page(ctx, s, after)
		if err != nil || len(page) == 0 {
			return err
		}
		if err := w.look(ctx, s.Pictures, page); err != nil {
			return err
		}
		if err := w.write(ctx); err != nil {
			return err
		}
		after = page[len(page)-1].id
	}
}

// look finds the pictures of some objects.
func (w *work) look(ctx context.Context, p *connector.Pictures, page []shown) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for _, o := range page {
		group.Go(func() error { return w.one(ctx, p, o) })
	}
	return group.Wait()
}

// one finds the picture of an object: the first of those it shows that can be
// had. A better one that could not be had is asked for again the next time.
func (w *work) one(ctx context.Context, p *connector.Pictures, o shown) error {
	r := record{object: object{p.Kind, o.id}, state: stateNone}
	for i, by := range p.By {
		n := name{by.Kind, o.ways[i].name}
		if n.name == "" {
			continue
		}
		found, err := w.content(ctx, n, o.ways[i].link)
		switch {
		case err == nil && found != nil:
			r.take(n, found)
			w.note(r)
			return nil
		case err != nil && adtally.FaultOf(err).Act != adtally.Retry:
			return err
		case err != nil && r.state == stateNone:
			r.fail(n, adtally.FaultOf(err))
		}
	}
	w.note(r)
	return nil
}

// note takes in how it went, and what is new of it.
func (w *work) note(r record) {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case r.state == stateKept:
		w.done.Kept++
	case r.state == stateLeft:
		w.done.Left++
		return
	case r.state != stateNone:
		w.done.Missing++
	}
	if !r.same(w.known[r.object]) {
		w.rows = append(w.rows, r)
	}
}
