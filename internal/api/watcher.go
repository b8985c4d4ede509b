package api

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"adtally"
)

// keptChanges is how many changes are kept for browsers that reconnect.
const keptChanges = 1000

// watcher compares the versions in the database every pollInterval, while at least one
// stream is open, and keeps what differs.
type watcher struct {
	versions Versions
	log      *slog.Logger

	polling sync.Mutex // held while versions are read and compared

	mu      sync.Mutex
	known   map[string]adtally.Version // by kind and ID; nil = not read yet
	last    int64                      // number of the last change
	changes []adtally.Version          // the latest ones, the last has the number last
	news    chan struct{}              // closed when there are new changes
	streams int
	stop    context.CancelFunc
}

// newWatcher numbers changes from the time, so that a number from before a restart is
// not taken for a current one.
func newWatcher(v Versions, log *slog.Logger, now time.Time) *watcher {
	return &watcher{versions: v, log: log, last: now.UnixMilli(), news: make(chan struct{})}
}

// join counts a stream and returns the number of the last change and a function that ends
// the stream.
func (w *watcher) join() (last int64, leave func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.streams++; w.streams == 1 {
		var ctx context.Context
		ctx, w.stop = context.WithCancel(context.Background())
		go w.run(ctx)
	}
	return w.last, sync.OnceFunc(w.leave)
}

func (w *watcher) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.streams--; w.streams == 0 {
		w.stop()
	}
}

func (w *watcher) run(ctx context.Context) {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	failed := false
	for {
		err := w.poll(ctx)
		if err != nil && ctx.Err() == nil && !failed {
			w.log.Error("what changed could not be read", "error", err)
		}
		failed = err != nil
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

func (w *watcher) poll(ctx context.Context) error {
	w.polling.Lock()
	defer w.polling.Unlock()
	all, err := w.versions.Versions(ctx)
	if err != nil {
		return err
	}
	now := make(map[string]adtally.Version, len(all))
	for _, v := range all {
		now[v.Kind+" "+v.ID] = v
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.known != nil {
		w.add(changed(w.known, now))
	}
	w.known = now
	return nil
}

// changed returns what differs, in a fixed order.
func changed(before, now map[string]adtally.Version) (all []adtally.Version) {
	for _, key := range slices.Sorted(maps.Keys(now)) {
		if before[key] != now[key] {
			all = append(all, now[key])
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, there := now[key]; !there && !before[key].Final {
			all = append(all, before[key])
		}
	}
	return all
}

func (w *watcher) add(all []adtally.Version) {
	if len(all) == 0 {
		return
	}
	w.last += int64(len(all))
	w.changes = append(w.changes, all...)
	w.changes = slices.Clone(w.changes[max(0, len(w.changes)-keptChanges):])
	close(w.news)
	w.news = make(chan struct{})
}

// since returns the changes after a number, the number of the last one, and a channel that
// is closed when there are more. known is false if some of them are no longer kept.
func (w *watcher) since(after int64) (all []adtally.Version, last int64, news <-chan struct{}, known bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.last - after
	if n < 0 || n > int64(len(w.changes)) {
		return nil, w.last, w.news, false
	}
	return w.changes[int64(len(w.changes))-n:], w.last, w.news, true
}
