package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// events tells an open page when its link ends.
func (g shared) events(_ context.Context, who Caller, _ *struct{}) (*huma.StreamResponse, error) {
	return streamed(func(w http.ResponseWriter, r *http.Request) {
		g.serveEvents(w, r, forHolders, func(_ context.Context, to *eventStream) (<-chan struct{}, bool, error) {
			err := g.stillShown(r, who.link)
			if err == nil || !ended(err) {
				return nil, err == nil, err
			}
			return nil, false, to.send("", "gone", "{}")
		})
	}), nil
}

// ended reports whether an error says that a holder sees nothing any more.
func ended(err error) bool {
	return slices.Contains([]string{"not_found", "share_gone", "share_password"}, adtally.FaultOf(err).Code)
}

// stillShown refuses a request whose link has changed since it was admitted.
func (g shared) stillShown(r *http.Request, l adtally.ShareLink) error {
	v := &requestInfo{}
	if err := g.admitHolder(r, v, forHolders); err != nil {
		return err
	}
	if v.caller.link.Version != l.Version {
		return goneLink()
	}
	return nil
}

// whileShown runs f under a context that ends when the link changes. What f found is dropped
// then.
func (g shared) whileShown(ctx context.Context, l adtally.ShareLink, f func(context.Context) error) error {
	r := requestInfoOf(ctx).request
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	go func() {
		ticker := time.NewTicker(pollInterval)
		defer ticker.Stop()
		for {
			select {
			case <-running.Done():
				return
			case <-ticker.C:
				if err := g.stillShown(r, l); err != nil {
					stop(err)
				}
			}
		}
	}()
	err := f(running)
	if changed := g.stillShown(r, l); changed != nil {
		return changed
	}
	return err
}
