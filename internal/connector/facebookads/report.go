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

// submissions is how often the report of one question is asked for: a job that
// ended without a reason may have been bad luck once.
const submissions = 2

// notReadyTries bounds how often a report that is said to be done may refuse to
// be read: no request is sent more often.
const notReadyTries = fetch.Tries

// report asks for a report job, waits until it is done, and reads its pages. A
// job whose pages are gone, or lead nowhere, is forgotten, and another is asked
// for. The job's id is in the note before anything else happens, so that another
// try goes on with the same job.
func (rd *reading) report(ctx context.Context, q question) error {
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
		if !isGone || rd.answered > before || tries == submissions {
			return err
		}
	}
}

// readRun reads the pages of a report that is done, or nearly.
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

// results are the pages of a report that is done.
func (rd *reading) results(run string) *listing {
	l := rd.list(run+"/insights", insightsOf(rd.account.ID), question{stream: rd.stream, account: rd.account.ID})
	l.query = url.Values{}
	return l
}

// finished gives the id of a report that is done. A job that failed, was
// skipped or is gone is asked for anew.
func (rd *reading) finished(ctx context.Context, q question) (run string, err error) {
	slots := rd.slots.of(rd.account.ID)
	if err := slots.enter(ctx); err != nil {
		return "", err
	}
	for range submissions {
		var fresh bool
		if run, fresh, err = rd.submitted(ctx, q); err != nil {
			break
		}
		if err = ofRun(rd.await(ctx, run, fresh)); !isOver(err) {
			break
		}
		if forgot := rd.forget(ctx, q, err); forgot != nil {
			err = forgot
			break
		}
		if !worthAnother(err) {
			break
		}
	}
	slots.leave(err == nil)
	return run, err
}

// isOver says that nothing more will come of a job.
func isOver(err error) bool {
	return errors.Is(err, errJob) || errors.Is(err, errTooMuch)
}

// worthAnother says whether the same report may come another time: not where it
// was too big, nor where an hour was not enough.
func worthAnother(err error) bool {
	return isOver(err) && !errors.Is(err, errTooMuch) && !errors.Is(err, errLate)
}

// await polls until the job is done. The first poll comes when the stream's last
// job would have been done; after that, how far Meta says that it is tells when
// to look again. A fresh job may not be there at once.
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
			return malformed("ask how a report is", err) // it says nothing of the size of the report
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
		wait = nextPoll(wait, now().Sub(began), job.Percent)
	}
	return fmt.Errorf("%w: %w", errJob, errLate)
}

// deadline is for how long a job is waited for: much longer than the last one
// took, or else as long as any may take. After that, smaller ones are asked for.
func (rd *reading) deadline() time.Duration {
	last := time.Duration(rd.tuning().Seconds * float64(time.Second))
	if last == 0 {
		return longestJob
	}
	return min(max(20*last, shortestDeadline), longestJob)
}

// nextPoll is when the job would be done if it goes on as it went so far, and
// not sooner than after as long as the last wait.
func nextPoll(last, passed time.Duration, percent looseNumber) time.Duration {
	wait := 2 * last
	if percent > 0 && percent < 100 {
		wait = max(passed*time.Duration(100-percent)/time.Duration(percent), last/2)
	}
	return min(wait, slowestPoll)
}

func (rd *reading) firstPoll() time.Duration {
	last := time.Duration(rd.tuning().Seconds * float64(time.Second))
	return max(rd.poll, min(last, slowestPoll))
}

// took remembers how long a job took, where that is news.
func (rd *reading) took(ctx context.Context, d time.Duration) error {
	last := rd.tuning().Seconds
	if math.Abs(d.Seconds()-last) <= max(last/4, 1) {
		return nil
	}
	return rd.tunings.learn(ctx, rd.name(), rd.asked(), rd.note, rd.now, func(l *tuning) { l.Seconds = d.Seconds() })
}

// again is the error of a read that has to begin anew.
func again(err error) error { return fmt.Errorf("%w: %w", connector.ErrAgain, err) }

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
