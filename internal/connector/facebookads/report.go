package facebookads

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/url"
	"time"

	"adtally/internal/connector"
	"adtally/internal/fetch"
)

// maxSubmissions is how often the report of one request is submitted: a job that
// ended without a reason may have been a one-off failure.
const maxSubmissions = 2

// notReadyTries limits how often a finished report may be "not ready" when it is read.
// It equals the retry limit of all requests.
const notReadyTries = fetch.Tries

// report submits a report job, waits until it is done, and reads its pages. If the
// pages are gone or their paging does not advance, it submits another job. The job's
// ID is saved before anything else, so that another attempt continues with the same
// job.
func (rd *reading) report(ctx context.Context, q request) error {
	before := rd.answered
	for tries := 1; ; tries++ {
		run, err := rd.finished(ctx, q)
		if err != nil {
			return err
		}
		err = rd.readRun(ctx, run)
		isGone := errors.Is(err, errRunGone)
		if !isGone && !errors.Is(err, errStuck) {
			return err
		}
		if err := rd.keep(ctx, q, "", rd.note.Cursor().Asked); err != nil {
			return err
		}
		if !isGone || rd.answered > before || tries == maxSubmissions {
			return err
		}
	}
}

// readRun reads the pages of a report job that is done or nearly done.
func (rd *reading) readRun(ctx context.Context, run string) error {
	before := rd.answered
	for tries := 1; ; tries++ {
		err := ofRun(rd.results(run).pages(ctx, rd.page))
		if !errors.Is(err, errNotReady) || rd.answered > before || tries == notReadyTries {
			return err
		}
		if err := sleep(ctx, rd.poll<<(2*tries)); err != nil {
			return err
		}
	}
}

// results returns the pages of a finished report.
func (rd *reading) results(run string) *listing {
	l := rd.list(run+"/insights", insightsOf(rd.account.ID), request{stream: rd.stream, account: rd.account.ID})
	l.query = url.Values{}
	return l
}

// finished returns the ID of a finished report. A job that failed, was skipped or is
// gone is submitted again.
func (rd *reading) finished(ctx context.Context, q request) (run string, err error) {
	slots := rd.slots.of(rd.account.ID)
	if err := slots.acquire(ctx); err != nil {
		return "", err
	}
	for range maxSubmissions {
		var fresh bool
		if run, fresh, err = rd.submitted(ctx, q); err != nil {
			break
		}
		if err = ofRun(rd.await(ctx, run, fresh)); !jobEnded(err) {
			break
		}
		if forgot := rd.dropJob(ctx, q, err); forgot != nil {
			err = forgot
			break
		}
		if !jobWorthRetry(err) {
			break
		}
	}
	slots.release(err == nil)
	return run, err
}

// jobEnded reports whether a job will produce nothing more.
func jobEnded(err error) bool {
	return errors.Is(err, errJob) || errors.Is(err, errTooMuch)
}

// jobWorthRetry reports whether the same report may succeed in another job. It cannot
// if it was too big or took more than an hour.
func jobWorthRetry(err error) bool {
	return jobEnded(err) && !errors.Is(err, errTooMuch) && !errors.Is(err, errLate)
}

// await polls until the job is done. The first poll is timed by the stream's last job;
// later ones by the percentage that Meta reports. A new job may not be visible yet.
func (rd *reading) await(ctx context.Context, run string, fresh bool) error {
	wait, unseen, odd := rd.firstPoll(), 0, 0
	now := rd.graph.fetch.Now
	for began := now(); now().Sub(began) < rd.deadline(); {
		a, err := rd.polls.ask(ctx, rd.account.ID, run, wait)
		if fresh && errors.Is(err, errGone) && unseen < unseenTries {
			unseen, wait = unseen+1, rd.poll
			continue
		}
		var job reportRun
		if err == nil {
			job, err = readRun(a)
		}
		switch odd++; {
		case classOf(err) == classBadAnswer && odd < fetch.Tries:
			wait = nextPoll(wait, 0, 0)
			continue
		case classOf(err) == classBadAnswer:
			return malformed("poll a report job", err) // says nothing about the size of the report
		case err != nil:
			return err
		}
		odd = 0
		if ended, err := job.done(); ended {
			if err == nil {
				err = rd.took(ctx, job.took())
			}
			return err
		}
		wait = nextPoll(wait, now().Sub(began), job.percent())
	}
	return fmt.Errorf("%w: %w", errJob, errLate)
}

// deadline returns how long to wait for a job: much longer than the last one took, or
// else as long as any job may take. After that, smaller reports are requested.
func (rd *reading) deadline() time.Duration {
	last := time.Duration(rd.tuning().Seconds * float64(time.Second))
	if last == 0 {
		return maxJob
	}
	return min(max(20*last, minDeadline), maxJob)
}

// nextPoll estimates when the job will be done from its progress. It is never shorter
// than the last wait.
func nextPoll(last, passed time.Duration, percent looseNumber) time.Duration {
	wait := 2 * last
	if percent > 0 && percent < 100 {
		wait = max(passed*time.Duration(100-percent)/time.Duration(percent), last/2)
	}
	return min(wait, maxPoll)
}

func (rd *reading) firstPoll() time.Duration {
	last := time.Duration(rd.tuning().Seconds * float64(time.Second))
	return max(rd.poll, min(last, maxPoll))
}

// took saves how long a job took, if that differs.
func (rd *reading) took(ctx context.Context, d time.Duration) error {
	last := rd.tuning().Seconds
	if math.Abs(d.Seconds()-last) <= max(last/4, 1) {
		return nil
	}
	return rd.tunings.learn(ctx, rd.name(), rd.asked(), rd.note, rd.now, func(l *tuning) { l.Seconds = d.Seconds() })
}

// restartError wraps the error of a read that must start from the beginning.
func restartError(err error) error { return fmt.Errorf("%w: %w", connector.ErrAgain, err) }

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
