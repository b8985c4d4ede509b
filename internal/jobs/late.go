package jobs

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"adtally"
)

// late holds what could not be written to the database when it happened, for example
// because its disk was full.
type late struct {
	mu    sync.Mutex
	lines []adtally.LogLine // one per step
	unfit error             // error of the last write; nil = it succeeded
}

// mostLate limits the number of lines.
const mostLate = 1000

// add records why a step could not be released.
func (l *late) add(t adtally.JobArgs, err error, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	there := slices.ContainsFunc(l.lines, func(o adtally.LogLine) bool { return o.Run == t.Run && o.Account == t.Account })
	if there || len(l.lines) >= mostLate {
		return
	}
	f := adtally.FaultOf(err)
	l.lines = append(l.lines, adtally.LogLine{Run: t.Run, At: now, Level: "error", Account: t.Account, Code: f.Code,
		Message: fmt.Sprintf("The result of this step could not be saved at %s: %s. The step continues now.", now.UTC().Format("2006-01-02 15:04:05 MST"), f.Message)})
}

// beat records whether the database could be written.
func (l *late) beat(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.unfit = err
	return err
}

// tell writes the lines to the log, once.
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

// Fit returns an error if the last write to the database failed: such a service is
// alive but not ready.
func (f *Scheduler) Fit(context.Context) error {
	f.late.mu.Lock()
	defer f.late.mu.Unlock()
	return f.late.unfit
}
