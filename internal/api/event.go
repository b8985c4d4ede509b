package api

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

const (
	// pollInterval is how often the log is polled for a watcher.
	pollInterval = time.Second
	// heartbeat is the longest silence: nginx closes a connection that is silent for 60
	// seconds, other proxies after 30.
	heartbeat = 15 * time.Second
)

// events streams the log of a run until the run ends. A browser that lost the
// connection resumes at Last-Event-ID.
func (g runs) events(w http.ResponseWriter, r *http.Request) {
	ctx, id := r.Context(), r.PathValue("id")
	if _, err := g.Runs.Run(ctx, id); err != nil {
		g.refuse(w, r, err)
		return
	}
	after, _ := strconv.ParseInt(r.Header.Get("Last-Event-ID"), 10, 64) // absent or invalid: from the beginning
	w.Header().Set("Content-Type", "text/event-stream")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Accel-Buffering", "no") // nginx would buffer the lines otherwise
	s := &stream{runs: g, w: w, run: id, after: after}
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for s.step(ctx) {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}

// stream is one watcher of a run.
type stream struct {
	runs
	w     http.ResponseWriter
	run   string
	after int64     // last line that was sent
	said  time.Time // when something was last sent; zero = never, and nginx holds the headers back until then
}

// step sends new lines and reports whether more may come. A failed write means that
// the watcher is gone.
func (s *stream) step(ctx context.Context) (more bool) {
	run, err := s.Runs.Run(ctx, s.run)
	if err == nil {
		err = s.lines(ctx)
	}
	if err == nil && !run.Active {
		_, err = fmt.Fprintf(s.w, "event: end\ndata: %q\n\n", run.State)
	}
	if now := time.Now(); err == nil && now.Sub(s.said) >= heartbeat {
		s.said = now
		_, err = fmt.Fprint(s.w, ": still here\n\n")
	}
	if err == nil {
		err = http.NewResponseController(s.w).Flush()
	}
	return err == nil && run.Active
}

func (s *stream) lines(ctx context.Context) error {
	lines, err := s.Log.Log(ctx, s.run, s.after, 1000)
	for _, l := range lines {
		text, wrong := json.Marshal(lineOf(l))
		if wrong != nil {
			return wrong
		}
		if _, err := fmt.Fprintf(s.w, "id: %d\nevent: line\ndata: %s\n\n", l.Seq, text); err != nil {
			return err
		}
		s.after, s.said = l.Seq, time.Now()
	}
	return err
}
