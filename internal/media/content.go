package media

import (
	"context"
	"sync"
	"time"

	"adtally"
)

// name identifies a picture, whichever object shows it.
type name struct{ kind, name string }

// object is what shows a picture.
type object struct{ kind, id string }

// content is a stored picture, or the reason why it is missing.
type content struct {
	once    sync.Once
	file    File
	fetched time.Time
	err     error
}

// stateLeft is the state of a picture for which there was no time. It is not written to the table.
const stateLeft = "left"

// content returns the picture with a name. It is downloaded only once for all objects; nil
// means that there is no link to it.
func (w *work) content(ctx context.Context, n name, link string) (*content, error) {
	w.mu.Lock()
	c := w.contents[n]
	if c == nil && link != "" {
		c = &content{}
		w.contents[n] = c
	}
	w.mu.Unlock()
	if c == nil {
		return nil, nil
	}
	c.once.Do(func() { w.fetch(ctx, c, link) })
	return c, c.err
}

func (w *work) fetch(ctx context.Context, c *content, link string) {
	limited, stop := context.WithDeadline(ctx, w.Until)
	defer stop()
	if c.err = limited.Err(); c.err == nil {
		c.err = w.keep(limited, c, link)
	}
	switch {
	case ctx.Err() != nil:
		c.err = context.Cause(ctx)
	case limited.Err() != nil && c.err != nil:
		c.err = missing(stateLeft, "There was no time left to download the picture")
	case c.err == nil:
		c.fetched = w.Now()
		w.mu.Lock()
		w.done.Fetched++
		w.mu.Unlock()
	}
}

func (w *work) keep(ctx context.Context, c *content, link string) error {
	body, err := w.Links.Fetch(ctx, link)
	if err == nil {
		c.file, err = w.BlobStore.Put(body)
	}
	return err
}

// record is a row of Table.
type record struct {
	object
	state, reason string
	picture       name
	file          File
	fetched       time.Time
}

func (r *record) take(n name, c *content) {
	r.state, r.reason, r.picture, r.file, r.fetched = stateKept, "", n, c.file, c.fetched
}

func (r *record) fail(n name, f *adtally.Fault) {
	r.state, r.reason, r.picture = f.Code, f.Message+".", n
	if f.Err != nil {
		r.reason = f.Message + ": " + f.Err.Error() + "."
	}
}

// same reports whether nothing has changed. The reason is ignored because its wording can vary.
func (r record) same(before record) bool {
	return r.state == before.state && r.picture == before.picture && r.file.Hash == before.file.Hash
}
