package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"adtally"
)

// late is what could not be written into the database when it happened, say because its
// disk was full.
type late struct {
	mu    sync.Mutex
	lines []adtally.LogLine // one for each step
	unfit error             // why the database could not be written last; nil = it could
}

// mostLate bounds what is remembered.
const mostLate = 1000

// add remembers why a step could not be left as it should.
func (l *late) add(t adtally.JobArgs, err error, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	there := slices.ContainsFunc(l.lines, func(o adtally.LogLine) bool { return o.Run == t.Run && o.Account == t.Account })
	if there || len(l.lines) >= mostLate {
		return
	}
	f := adtally.FaultOf(err)
	l.lines = append(l.lines, adtally.LogLine{Run: t.Run, At: now, Level: "error", Account: t.Account, Code: f.Code,
		Message: fmt.Sprintf("What was done could not be written down at %s: %s. It goes on now that it can be.", now.UTC().Format("2006-01-02 15:04:05 MST"), f.Message)})
}

// beat remembers whether the database could be written.
func (l *late) beat(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unfit = err
	return err
}

// tell writes down what could not be, once.
func (l *late) tell(ctx context.Context, log Log) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.lines) == 0 || l.unfit != nil {
		return nil
	}
	err := log.AppendLog(ctx, l.lines...)
	if err == nil {
		l.lines = nil
	}
	return err
}

// Fit says whether the database could be written at the last look: a service that
// cannot is alive, and not ready.
func (f *Scheduler) Fit(context.Context) error {
	f.late.mu.Lock()
	defer f.late.mu.Unlock()
	return f.late.unfit
}
