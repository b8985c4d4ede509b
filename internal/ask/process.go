package ask

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"adtally"
)

// Runner runs jobs in child processes.
type Runner struct {
	// Command is the program and its arguments; the program calls Work.
	Command []string
	// Dir is an empty folder in which children run.
	Dir string
	Now func() time.Time
}

// errSlow is why a child is killed that does not stop by itself.
var errSlow = errors.New("the statement ran longer than it may")

// errStopped is why a person's statement ends.
var errStopped = fault("sql_stopped", "The statement was stopped", "Run it again.")

// Run runs a job and passes its result on as it arrives. It calls free once, when the child
// does not need the file any more. A child without a result is killed after the time limit and
// Grace. With a result it may take as long as emit takes, because DuckDB holds all of it then.
func (r *Runner) Run(ctx context.Context, j Job, free func(), emit func(adtally.SQLBatch) error) (adtally.SQLResult, error) {
	began, freed := r.Now(), false
	release := func() {
		if !freed {
			freed = true
			free()
		}
	}
	defer release()
	running, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	slow := time.AfterFunc(j.Limits.Time+Grace, func() { stop(errSlow) })
	defer slow.Stop()
	result := reception{emit: emit}
	err := r.child(running, j, func(f frame) error {
		if f.Columns != nil {
			slow.Stop()
			release()
		}
		return result.take(f)
	})
	out := adtally.SQLResult{Rows: result.rows, Limit: result.end.Limit, CutValues: result.end.Cut, Took: r.Now().Sub(began)}
	if errors.Is(err, errSlow) {
		out.Limit, err = adtally.TimeLimit, nil
	}
	return out, err
}

// reception is what the parent has received.
type reception struct {
	emit  func(adtally.SQLBatch) error
	rows  int
	ended bool
	end   end
}

func (r *reception) take(f frame) error {
	switch {
	case r.ended:
		return errFrame
	case f.Fault != nil:
		return f.Fault.fault()
	case f.End != nil:
		r.ended, r.end = true, *f.End
		return nil
	}
	r.rows += len(f.Rows)
	return r.emit(adtally.SQLBatch{Columns: f.Columns, Rows: f.Rows})
}

// child runs a process and passes on its frames. The process ends before child returns.
func (r *Runner) child(ctx context.Context, j Job, take func(frame) error) error {
	runtime.LockOSThread() // the kernel kills the child when the thread that started it ends
	defer runtime.UnlockOSThread()
	c := exec.CommandContext(ctx, r.Command[0], r.Command[1:]...) //nolint:gosec // the program itself
	c.Env, c.Dir = []string{}, r.Dir
	c.Cancel = func() error { return kill(c) }
	own(c)
	in, err := c.StdinPipe()
	if err != nil {
		return err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return err
	}
	if err := c.Start(); err != nil {
		return fmt.Errorf("start a process for a statement: %w", err)
	}
	sent := errors.Join(json.NewEncoder(in).Encode(j), in.Close())
	taken := takeAll(out, take)
	if taken != nil {
		_ = kill(c) // it may have ended
	}
	return ending(ctx, sent, taken, c.Wait(), c)
}

// takeAll passes on frames until there are none.
func takeAll(from io.Reader, take func(frame) error) error {
	for last := false; ; {
		f, err := readFrame(from)
		switch {
		case errors.Is(err, io.EOF) && last:
			return nil
		case err != nil:
			return errors.Join(errFrame, err)
		}
		if err := take(f); err != nil {
			return err
		}
		last = f.End != nil
	}
}

// ending says why a process ended: what it told comes first, then why we ended it, and then
// how it died.
func ending(ctx context.Context, sent, taken, waited error, c *exec.Cmd) error {
	switch cause := context.Cause(ctx); {
	case taken == nil:
		return nil
	case !errors.Is(taken, errFrame):
		return taken
	case cause != nil:
		return cause
	case sent != nil && waited == nil:
		return sent
	}
	return death(c, errors.Join(taken, waited))
}

// death explains a process that ended without a last frame.
func death(c *exec.Cmd, err error) error {
	const ended = 2 // Go's exit code when it cannot get memory
	status, ok := c.ProcessState.Sys().(syscall.WaitStatus)
	switch {
	case ok && status.Signaled() && (status.Signal() == syscall.SIGKILL || status.Signal() == cpuSignal):
		return errSlow // the limit of its time on the processor
	case ok && (status.Signaled() && status.Signal() == syscall.SIGABRT || status.ExitStatus() == ended):
		return tooMuchMemory()
	case ok && status.Signaled():
		return fault("sql_failed", "The statement made its process crash", "Simplify the statement. Nothing else was affected.")
	}
	return fmt.Errorf("a process for a statement failed: %w", err)
}
