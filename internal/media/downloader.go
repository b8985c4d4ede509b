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

// Downloader downloads the pictures of one source.
type Downloader struct {
	Streams   []connector.Stream
	Writer    destination.Writer
	Dataset   string
	BlobStore BlobStore
	Links     *Links
	Until     time.Time        // when to stop; the rest is downloaded next time
	Now       func() time.Time // the time by the platform's clock
	NewID     func() string    // returns IDs for loads
}

// Tally counts the results.
type Tally struct {
	Kept    int `json:"kept"`    // objects whose picture is stored
	Fetched int `json:"fetched"` // pictures that were downloaded
	Missing int `json:"missing"` // objects whose picture could not be downloaded
	Left    int `json:"left"`    // objects for which there was no time
}

// Objects per commit, and concurrent downloads.
const (
	pageRows = 1000
	atOnce   = 4
)

// Download goes through all objects of an account in the warehouse and downloads the
// pictures that are not stored yet.
func (k *Downloader) Download(ctx context.Context, a adtally.Account) (kept Tally, err error) {
	if err := k.Writer.Prepare(ctx, k.Dataset, []*table.Schema{&Table}); err != nil {
		return kept, fmt.Errorf("prepare the table of pictures: %w", err)
	}
	w := &work{Downloader: k, account: a.ID}
	if err := w.recall(ctx); err != nil {
		return kept, fmt.Errorf("read the table of pictures: %w", err)
	}
	for _, s := range k.Streams {
		if s.Pictures == nil {
			continue
		}
		if err := w.all(ctx, s); err != nil {
			return w.done, fmt.Errorf("download the pictures of %s: %w", s.Name, err)
		}
	}
	return w.done, nil
}

// work is the work for one account.
type work struct {
	*Downloader
	account string
	known   map[object]record // the rows of the table

	mu       sync.Mutex
	contents map[name]*content
	rows     []record // rows to write
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

// one finds an object's picture: the first of its candidates that can be downloaded. If a
// better candidate failed, it is tried again next time.
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

// note counts a result and adds its row if it has changed.
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
