package facebookads

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

const (
	// maxPoll and maxJob limit the wait for one report: Meta says that a job may take
	// up to an hour (docs/meta-api.md#report-jobs). No job is given up before
	// minDeadline.
	maxPoll     = time.Minute
	maxJob      = time.Hour
	minDeadline = 10 * time.Minute
	// unseenTries is how many polls may say that a new job does not exist yet: a job
	// is not always visible right after its submission, as other clients found.
	unseenTries = 5
)

// errJob means that a job ended without a report.
var errJob = errors.New("the report job ended without a report")

// errLate means that a job took too long and was given up.
var errLate = errors.New("the report job took too long")

// errRunGone means that a job no longer exists or never became visible.
var errRunGone = errors.New("the report job is gone")

// ofRun changes the meaning of an error about a job's ID: "not found" means that the
// job is gone and says nothing about the ad account. Other refusals may concern only the
// job, because its ID is all that was requested.
func ofRun(err error) error {
	r := refusalOf(err)
	switch {
	case r == nil:
		return err
	case r.class == classGone:
		gone := refuse(rule{class: classReportFailed}, r.graph, fetch.Answer{})
		gone.job, gone.gone = true, true
		return gone
	case r.act == actReconnect, r.class == classPermission, r.class == classBadRequest, r.class == classUnknown:
		r.job = true
	}
	return err
}

// failedOnlyAsJob returns the error for a report that Meta refuses as a job and answers
// otherwise.
func failedOnlyAsJob(cause *refusal) error {
	out := refuse(rule{class: classReportFailed}, cause.graph, fetch.Answer{})
	out.job = true
	return out
}

// reportRun is the state of a job.
type reportRun struct {
	ID        looseText    `json:"id"`
	Status    string       `json:"async_status"`
	Percent   *looseNumber `json:"async_percent_completion"` // nil = not stated
	Begun     looseNumber  `json:"time_ref"`
	Completed looseNumber  `json:"time_completed"`
	Code      looseNumber  `json:"error_code"`
	Subcode   looseNumber  `json:"error_subcode"`
	Message   looseText    `json:"error_message"`
	Title     looseText    `json:"error_user_title"`
	Text      looseText    `json:"error_user_msg"`
}

func readRun(a fetch.Answer) (job reportRun, err error) {
	if err := judge(a); err != nil {
		return job, err
	}
	if err := readJSON("read a report job", a.Body, &job); err != nil {
		return job, err
	}
	if job.Status == "" {
		return job, malformed("read a report job: its state is missing", nil)
	}
	return job, nil
}

// state returns the state in lower case and without the word "job": proxies and other
// versions of the API may write it in another way.
func (j reportRun) state() string {
	words := strings.Fields(strings.ReplaceAll(strings.ToLower(j.Status), "_", " "))
	return strings.TrimPrefix(strings.Join(words, " "), "job ")
}

// done reports whether the job has ended. It has succeeded only if it says "Job
// Completed" and not less than 100 %.
func (j reportRun) done() (bool, error) {
	switch state := j.state(); {
	case state == "completed" && (j.Percent == nil || *j.Percent == 100):
		return true, nil
	case state == "failed" && (j.Code != 0 || j.Subcode != 0 || j.Message != ""):
		e := &graphError{Code: int(j.Code), Subcode: int(j.Subcode), Message: clean(string(j.Message)), UserTitle: clean(string(j.Title)), UserMsg: clean(string(j.Text))}
		e.codeFromMessage()
		return true, classifyRun(e, fetch.Answer{})
	case state == "failed" || state == "skipped":
		return true, fmt.Errorf("%w: %s", errJob, j.Status)
	}
	return false, nil
}

// percent returns the progress; 0 = not stated.
func (j reportRun) percent() looseNumber {
	if j.Percent == nil {
		return 0
	}
	return *j.Percent
}

// took returns how long the job ran, by Meta's clock.
func (j reportRun) took() time.Duration {
	return max(time.Duration(j.Completed-j.Begun)*time.Second, 0)
}

// submit creates a report job and returns its ID.
func (g *graph) submit(ctx context.Context, q request) (run string, asked time.Time, err error) {
	a, err := sendUntilRead(ctx, func() (fetch.Answer, error) {
		return g.post(ctx, "act_"+q.account+"/insights", q.budget(), q.query())
	}, func(a fetch.Answer) (err error) {
		run, err = runID(a)
		return err
	})
	return run, a.At, err
}

// runID returns the ID of a new report job: a string in recordings, a number in Meta's
// documentation.
func runID(a fetch.Answer) (string, error) {
	var begun struct {
		Run json.RawMessage `json:"report_run_id"`
	}
	if err := readJSON("read the id of a report job", a.Body, &begun); err != nil {
		return "", err
	}
	run := strings.Trim(string(begun.Run), `"`)
	if !fieldName.MatchString(run) || run == "null" {
		return "", malformed("read the id of a report job: it is missing", nil)
	}
	return run, nil
}

// polls requests the state of many report jobs in one round trip: a job that is due is
// polled together with those that are nearly due.
type polls struct {
	graph *graph

	mu      sync.Mutex
	waiting map[string]*waiter
}

type waiter struct {
	account string
	run     string
	due     time.Time
	cost    *adtally.Meter    // the meter of the waiting read
	answer  chan fetch.Answer // buffered: holds one answer
}

// pollsAtOnce is the largest batch that Meta accepts (docs/meta-api.md#batch).
const pollsAtOnce = 50

// ask returns the state of a job after a wait, or sooner if another job's poll
// included it.
func (p *polls) ask(ctx context.Context, account, run string, wait time.Duration) (fetch.Answer, error) {
	w := p.enter(&waiter{account: account, run: run, due: p.graph.fetch.Now().Add(wait), cost: adtally.MeterOf(ctx), answer: make(chan fetch.Answer, 1)})
	defer p.leave(w)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case a := <-w.answer:
		return a, nil
	case <-timer.C:
	case <-ctx.Done():
		return fetch.Answer{}, context.Cause(ctx)
	}
	return p.lead(ctx, w, wait)
}

// lead polls for w and for every job that is due within an eighth of its wait. Polling
// any earlier would waste calls.
func (p *polls) lead(ctx context.Context, w *waiter, wait time.Duration) (fetch.Answer, error) {
	others := p.due(w, p.graph.fetch.Now().Add(wait/8))
	if len(others) == 0 {
		return p.graph.get(ctx, w.run, insightsOf(w.account), nil)
	}
	paths := []string{w.run}
	for _, o := range others {
		paths = append(paths, o.run)
	}
	answers, err := p.graph.batch(ctx, insightsOf(w.account), paths...)
	switch {
	case classOf(err) == classBadAnswer:
		return p.graph.get(ctx, w.run, insightsOf(w.account), nil)
	case err != nil:
		return fetch.Answer{}, err
	}
	for i, o := range others {
		o.cost.Add(1, int64(len(answers[i+1].Body)))
		if judge(answers[i+1]) == nil { // if the poll of another job failed, its own waiter repeats it when it is due
			o.answer <- answers[i+1]
		}
	}
	err = judge(answers[0])
	if f := adtally.FaultOf(err); f != nil && (f.Act == adtally.Retry || f.Act == adtally.Wait) {
		return p.graph.get(ctx, w.run, insightsOf(w.account), nil) // a single request is retried and waits for rate limits
	}
	return answers[0], err
}

func (p *polls) enter(w *waiter) *waiter {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting == nil {
		p.waiting = map[string]*waiter{}
	}
	p.waiting[w.run] = w
	return w
}

func (p *polls) leave(w *waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.waiting[w.run] == w {
		delete(p.waiting, w.run)
	}
}

// due removes and returns the waiters to poll together with w. They belong to the same
// account, since another account may be blocked, and each is polled once.
func (p *polls) due(w *waiter, before time.Time) (list []*waiter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.waiting, w.run)
	for run, o := range p.waiting {
		if o.account == w.account && len(list) < pollsAtOnce-1 && o.due.Before(before) {
			list = append(list, o)
			delete(p.waiting, run)
		}
	}
	return list
}
