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
	// slowestPoll and longestJob bound the waiting for one report: Meta says that
	// a job may take up to an hour (META_API.md §4). Nothing is given up before
	// shortestDeadline.
	slowestPoll      = time.Minute
	longestJob       = time.Hour
	shortestDeadline = 10 * time.Minute
	// unseenTries is how often a report that was only just asked for may not be
	// there yet (PEERS.md §3.2).
	unseenTries = 5
)

// errJob says that a job ended without a report.
var errJob = errors.New("the report job ended without a report")

// errLate says that a job was given up.
var errLate = errors.New("it was not done in time")

// errRunGone says that a job is not there any more, or was never to be seen.
var errRunGone = errors.New("the report job is gone")

// ofRun gives an error about a job's id its meaning: that nothing is there means
// that the job is gone, and says nothing of the ad account.
func ofRun(err error) error {
	r := refusalOf(err)
	if r == nil || r.class != classGone {
		return err
	}
	gone := refuse(rule{class: classReportFailed}, r.graph, fetch.Answer{})
	gone.job, gone.gone = true, true
	return gone
}

// reportRun is how a job stands.
type reportRun struct {
	ID        looseText   `json:"id"`
	Status    string      `json:"async_status"`
	Percent   looseNumber `json:"async_percent_completion"`
	Begun     looseNumber `json:"time_ref"`
	Completed looseNumber `json:"time_completed"`
	Code      looseNumber `json:"error_code"`
	Subcode   looseNumber `json:"error_subcode"`
	Message   looseText   `json:"error_message"`
	Title     looseText   `json:"error_user_title"`
	Text      looseText   `json:"error_user_msg"`
}

func readRun(a fetch.Answer) (job reportRun, err error) {
	if err := judge(a); err != nil {
		return job, err
	}
	if err := readJSON("read a report run", a.Body, &job); err != nil {
		return job, err
	}
	if job.Status == "" {
		return job, malformed("read a report run, whose state is not there", nil)
	}
	return job, nil
}

// done says whether the job has ended, and how: "Job Completed" and 100 %, both
// (SIM-16).
func (j reportRun) done() (bool, error) {
	switch {
	case j.Status == "Job Completed" && j.Percent == 100:
		return true, nil
	case j.Status == "Job Failed" && (j.Code != 0 || j.Subcode != 0):
		e := &graphError{Code: int(j.Code), Subcode: int(j.Subcode), Message: clean(string(j.Message)), UserTitle: clean(string(j.Title)), UserMsg: clean(string(j.Text))}
		return true, classifyRun(e, fetch.Answer{})
	case j.Status == "Job Failed" || j.Status == "Job Skipped":
		return true, fmt.Errorf("%w: %s", errJob, j.Status)
	}
	return false, nil
}

// took is how long Meta says that the job took.
func (j reportRun) took() time.Duration {
	return max(time.Duration(j.Completed-j.Begun)*time.Second, 0)
}

// submit asks for a report job and gives its id.
func (g *graph) submit(ctx context.Context, q question) (run string, asked time.Time, err error) {
	a, err := legibly(ctx, func() (fetch.Answer, error) {
		return g.post(ctx, "act_"+q.account+"/insights", q.budget(), q.query())
	}, func(a fetch.Answer) (err error) {
		run, err = runID(a)
		return err
	})
	return run, a.At, err
}

// runID is the id in the answer to a question for a report: a text in recordings, a
// number in Meta's docs.
func runID(a fetch.Answer) (string, error) {
	var begun struct {
		Run json.RawMessage `json:"report_run_id"`
	}
	if err := readJSON("read the id of a report run", a.Body, &begun); err != nil {
		return "", err
	}
	run := strings.Trim(string(begun.Run), `"`)
	if !fieldName.MatchString(run) || run == "null" {
		return "", malformed("read the id of a report run, which is not there", nil)
	}
	return run, nil
}

// polls asks how the report jobs stand, many in one round trip: a job whose time
// has come takes along all that are nearly due (R40).
type polls struct {
	graph *graph

	mu      sync.Mutex
	waiting map[string]*waiter
}

type waiter struct {
	account string
	run     string
	due     time.Time
	cost    *adtally.Meter    // of whoever waits
	heard   chan fetch.Answer // of room for one
}

// pollsAtOnce is the most that a batch may hold (META_API.md §8).
const pollsAtOnce = 50

// ask gives the state of a job after a wait, or sooner where another job's poll
// took it along.
func (p *polls) ask(ctx context.Context, account, run string, wait time.Duration) (fetch.Answer, error) {
	w := p.enter(&waiter{account: account, run: run, due: p.graph.fetch.Now().Add(wait), cost: adtally.MeterOf(ctx), heard: make(chan fetch.Answer, 1)})
	defer p.leave(w)
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case a := <-w.heard:
		return a, nil
	case <-timer.C:
	case <-ctx.Done():
		return fetch.Answer{}, context.Cause(ctx)
	}
	return p.lead(ctx, w, wait)
}

// lead polls for w, and for all that are due within an eighth of its wait: a
// poll that comes too early is a call for nothing.
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
		if judge(answers[i+1]) == nil { // one that failed is asked for by its own waiter, in its own time
			o.heard <- answers[i+1]
		}
	}
	err = judge(answers[0])
	if f := adtally.FaultOf(err); f != nil && (f.Act == adtally.Retry || f.Act == adtally.Wait) {
		return p.graph.get(ctx, w.run, insightsOf(w.account), nil) // alone it is waited for and tried again
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

// due takes those out that are to be polled along with w, of the same account,
// since another may be blocked; each is taken once.
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
