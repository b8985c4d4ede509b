package api

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

const (
	// pollInterval is how often the database is polled for an open stream.
	pollInterval = time.Second
	// heartbeat is the longest silence: nginx closes a connection that is silent for 60
	// seconds, other proxies after 30.
	heartbeat = 15 * time.Second
	// recheck is how often a stream checks that its caller is still logged in.
	recheck = 5 * time.Second
)

// eventStream is an open stream of server-sent events.
type eventStream struct {
	*shell
	w       http.ResponseWriter
	r       *http.Request
	access  Access
	said    time.Time // when something was last sent; zero = never, and nginx holds the headers back until then
	checked time.Time // when the caller's access was last checked
}

// serveEvents sends what step writes until step says that nothing follows, the browser
// leaves, or its session ends. step is called every pollInterval, and whenever the
// returned channel is closed.
func (s *shell) serveEvents(w http.ResponseWriter, r *http.Request, a Access, step func(context.Context, *eventStream) (wake <-chan struct{}, more bool, err error)) {
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would buffer the lines otherwise
	e := &eventStream{shell: s, w: w, r: r, access: a, checked: time.Now()}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for e.allowed() {
		wake, more, err := step(r.Context(), e)
		if err == nil {
			err = e.flush()
		}
		if err != nil || !more { // a failed write means that the browser has left
			return
		}
		select {
		case <-wake:
		case <-ticker.C:
		case <-r.Context().Done():
			return
		}
	}
}

// send writes an event; an empty ID or name is left out.
func (e *eventStream) send(id, name, data string) error {
	text := ""
	if id != "" {
		text += "id: " + id + "\n"
	}
	if name != "" {
		text += "event: " + name + "\ndata: " + data + "\n"
	}
	e.said = time.Now()
	_, err := fmt.Fprint(e.w, text+"\n")
	return err
}

// flush sends what was written, and a comment if nothing was for a while.
func (e *eventStream) flush() error {
	if now := time.Now(); now.Sub(e.said) >= heartbeat {
		e.said = now
		if _, err := fmt.Fprint(e.w, ": still here\n\n"); err != nil {
			return err
		}
	}
	return http.NewResponseController(e.w).Flush()
}

// allowed reports whether the caller may still read the stream.
func (e *eventStream) allowed() bool {
	now := time.Now()
	if e.access.Share || now.Sub(e.checked) < recheck { // streams for holders check it in each step
		return true
	}
	e.checked = now
	v := &requestInfo{caller: e.anonymousCaller(e.r), background: true}
	return e.identify(withRequestInfo(e.r, v), v) == nil && e.access.refuse(v.caller) == nil
}
