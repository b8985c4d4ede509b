package facebookads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/fetch"
)

const (
	// slowestPoll and deadline bound the waiting for one report: Meta says that
	// a job may take up to an hour (META_API.md §4).
	slowestPoll = time.Minute
	deadline    = time.Hour
	// submissions is how often one slice's report is asked for in one read.
	submissions = 3
	// notReadyTries bounds how often a report that is said to be done may
	// refuse to be read.
	notReadyTries = 5
)

// jobNote is what a cursor says of a report job.
type jobNote struct {
	Run string `json:"report_run_id"`
}

// report asks for a report job, waits until it is done, and reads its pages.
// The job's id is in the note before anything else happens, so that another
// try goes on with the same job.
func (r *reader) report(ctx context.Context, s *stream, sl adtally.Slice, note connector.Note, row rowFunc) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		run, err := r.finished(ctx, s, sl, note)
		if err != nil {
			yield(time.Time{}, err)
			return
		}
		for tries := 1; ; tries++ {
			read := false
			for _, err := range r.graph.pages(ctx, run+"/insights", sl.Account, url.Values{}, s.limit, row) {
				if !read && tries < notReadyTries && errors.Is(err, errNotReady) {
					break
				}
				read = true
				if !yield(note.Cursor().Asked, err) {
					return
				}
			}
			if read {
				return
			}
			if err := sleep(ctx, r.poll<<tries); err != nil {
				yield(time.Time{}, err)
				return
			}
		}
	}
}

// finished gives the id of a report that is done. A job that failed, was
// skipped or is gone is asked for anew, a few times.
func (r *reader) finished(ctx context.Context, s *stream, sl adtally.Slice, note connector.Note) (string, error) {
	var last error
	for range submissions {
		run, err := r.submitted(ctx, s, sl, note)
		if err != nil {
			return "", err
		}
		last = r.await(ctx, s, run)
		if last == nil {
			return run, nil
		}
		if !errors.Is(last, errGone) && !errors.Is(last, errJob) {
			return "", last
		}
		if err := note.Save(ctx, adtally.Cursor{}); err != nil {
			return "", err
		}
	}
	return "", &adtally.Fault{Act: adtally.Retry, Code: "report_failed", Message: "Meta could not make a report",
		Hint: "Run the same command again later; it goes on where it stopped.", Err: last}
}

// submitted gives the id of the slice's job: the one in the note, or a new one.
func (r *reader) submitted(ctx context.Context, s *stream, sl adtally.Slice, note connector.Note) (string, error) {
	var job jobNote
	if c := note.Cursor(); len(c.Note) > 0 {
		if err := json.Unmarshal(c.Note, &job); err == nil && job.Run != "" {
			return job.Run, nil
		}
	}
	a, err := r.graph.post(ctx, "act_"+sl.Account+"/insights", sl.Account, s.query(sl.Window))
	if err != nil {
		return "", err
	}
	var begun struct {
		Run json.RawMessage `json:"report_run_id"` // a text in recordings, a number in Meta's docs
	}
	err = json.Unmarshal(a.Body, &begun)
	if job.Run = strings.Trim(string(begun.Run), `"`); err != nil || job.Run == "" {
		return "", fmt.Errorf("read report_run_id: %w", cmpErr(err, "there is none"))
	}
	saved, err := json.Marshal(job)
	if err != nil {
		return "", err
	}
	return job.Run, note.Save(ctx, adtally.Cursor{Asked: a.At, Note: saved})
}

// errJob says that a job ended without a report.
var errJob = errors.New("the report job ended without a report")

type reportRun struct {
	Status    string `json:"async_status"`
	Percent   int    `json:"async_percent_completion"`
	Begun     int64  `json:"time_ref"`
	Completed int64  `json:"time_completed"`
	Code      int    `json:"error_code"`
	Subcode   int    `json:"error_subcode"`
	Message   string `json:"error_message"`
}

// await polls until the job is done: "Job Completed" and 100 %, both. The first
// poll comes when the stream's last job would have been done.
func (r *reader) await(ctx context.Context, s *stream, run string) error {
	wait := r.firstPoll(s)
	for waited := time.Duration(0); waited < deadline; wait = min(wait*2, slowestPoll) {
		if err := sleep(ctx, wait); err != nil {
			return err
		}
		waited += wait
		a, err := r.graph.get(ctx, run, "run", nil)
		if err != nil {
			return err
		}
		var job reportRun
		if err := json.Unmarshal(a.Body, &job); err != nil {
			return fmt.Errorf("read report run: %w", err)
		}
		switch {
		case job.Status == "Job Completed" && job.Percent == 100:
			r.learn(s, time.Duration(job.Completed-job.Begun)*time.Second)
			return nil
		case job.Status == "Job Failed" || job.Status == "Job Skipped":
			return jobError(job)
		}
	}
	return fmt.Errorf("%w: it was not done after %s", errJob, deadline)
}

func jobError(job reportRun) error {
	if job.Code == 0 {
		return fmt.Errorf("%w: %s", errJob, job.Status)
	}
	e := &graphError{Code: job.Code, Subcode: job.Subcode, Message: job.Message}
	if f := adtally.FaultOf(classify(e, fetch.Answer{})); f.Act == adtally.Reconnect || f.Act == adtally.Configure {
		return f
	}
	return fmt.Errorf("%w: %w", errJob, e)
}

func (r *reader) firstPoll(s *stream) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.poll, min(r.took[s.name], slowestPoll))
}

func (r *reader) learn(s *stream, took time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.took == nil {
		r.took = map[string]time.Duration{}
	}
	r.took[s.name] = took
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
