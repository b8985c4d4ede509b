package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"adtally"
)

// late holds what could not be written to the database at the time, for example because its
// disk was full.
type late struct {
	mu    sync.Mutex
	lines []adtally.LogLine // one per step
	unfit error             // why the last write failed; nil = it succeeded
}

// mostLate limits what is held.
const mostLate = 1000

// add holds the reason why the end of a step could not be stored.
func (l *late) add(t adtally.JobArgs, err error, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	there := slices.ContainsFunc(l.lines, func(o adtally.LogLine) bool { return o.Run == t.Run && o.Account == t.Account })
	if there || len(l.lines) >= mostLate {
		return
	}
	f := adtally.FaultOf(err)
	l.lines = append(l.lines, adtally.LogLine{Run: t.Run, At: now, Level: "error", Account: t.Account, Code: f.Code,
		Message: fmt.Sprintf("The result could not be stored at %s: %s. The run continues now.", now.UTC().Format("2006-01-02 15:04:05 MST"), f.Message)})
}

// beat holds whether the database could be written.
func (l *late) beat(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unfit = err
	return err
}

// tell writes what is held to the runs' logs, once.
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

// Fit returns why the last write to the database failed, or nil. A service that cannot write
// is alive but not ready.
func (f *Scheduler) Fit(context.Context) error {
	f.late.mu.Lock()
	defer f.late.mu.Unlock()
	return f.late.unfit
}
