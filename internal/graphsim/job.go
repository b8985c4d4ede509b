package graphsim

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// jobs holds the report jobs.
type jobs struct {
	takes time.Duration

	mu   sync.Mutex
	byID map[string]*job
	all  []*job // since the last reset
	made int
}

// job is one report job.
type job struct {
	id        string
	report    *report
	behaviour string
	asked     time.Time     // by the platform's clock
	begun     time.Duration // time since the simulator's start
	takes     time.Duration
	why       *refusal // why it fails
	count     int      // polls or reads that still misbehave

	mu            sync.Mutex
	polls         int
	completedSeen bool
	resultsRead   int
	refusals      int // answers of notready so far
}

// beforeReasons is the last version in which failed jobs do not say why
// (docs/meta-api.md#report-jobs).
const beforeReasons = "v24.0"

// jobLife is how long a report can be read.
const jobLife = 30 * 24 * time.Hour

func newJobs(takes time.Duration) *jobs { return &jobs{takes: takes, byID: map[string]*job{}} }

func (js *jobs) add(r *report, applied *Fault, c *clock) *job {
	js.mu.Lock()
	defer js.mu.Unlock()
	digits := r.account.id
	id := "9" + strconv.Itoa(10_000_000_000_000+js.made) + digits[max(0, len(digits)-2):]
	j := &job{id: id, report: r, asked: c.Now(), begun: c.passed(), takes: js.takes, why: must(2, 1504044)}
	if applied != nil {
		applied.behave(j)
	}
	js.byID[id] = j
	js.all = append(js.all, j)
	js.made++
	return j
}

func (js *jobs) find(id string, now time.Time) *job {
	js.mu.Lock()
	defer js.mu.Unlock()
	j := js.byID[id]
	if j == nil || now.Sub(j.asked) > jobLife {
		return nil
	}
	return j
}

// state returns the job's status. It is complete only if the status is "Job Completed" and
// the percentage 100.
func (j *job) state(passed time.Duration) (status string, percent int) {
	part := 1.0
	if j.takes > 0 {
		part = float64(passed-j.begun) / float64(j.takes)
	}
	switch {
	case j.behaviour == "unstarted":
		return "Job Not Started", 0
	case j.behaviour == "stall" && part >= 0.1:
		return "Job Running", 0
	case part < 0.1:
		return "Job Not Started", 0
	case part < 1:
		return "Job Running", int(part * 100)
	case j.behaviour == "fail":
		return "Job Failed", 0
	case j.behaviour == "skip":
		return "Job Skipped", 0
	case j.behaviour == "running100" && j.polls <= j.count:
		return "Job Running", 100
	}
	return "Job Completed", 100
}

func (s *Server) routeJob(c *call, n node) ([]byte, *refusal) {
	switch {
	case n.job.behaviour == "gone", n.job.behaviour == "pagesgone" && len(c.path) == 2:
		return nil, unsupported(c.method, n.job.id)
	case len(c.path) == 1:
		return s.poll(c, n.job)
	case len(c.path) == 2 && c.path[1] == "insights" && c.method == "GET":
		return s.results(c, n.job)
	}
	return nil, unknownEdge(c.path[1], runKind.graph)
}

func (s *Server) poll(c *call, j *job) ([]byte, *refusal) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.polls++
	status, percent := j.state(s.clock.passed())
	held, order := j.fields(status, percent, s.clock.Now())
	if c.version.answers == beforeReasons {
		order = order[:slices.Index(order, "error_code")]
	}
	if status == "Job Completed" {
		j.completedSeen = true
	}
	asked, refused := parseFields(c.params.Get("fields"))
	if refused != nil {
		return nil, refused
	}
	if len(asked) > 0 {
		order = nil
		for _, f := range asked {
			if !known[runKind.spec][f.name] {
				return nil, noField(f.name, runKind.graph)
			}
			if f.name != "id" {
				order = append(order, f.name)
			}
		}
		order = append(order, "id")
	}
	b := []byte{'{'}
	for _, name := range order {
		if value, isThere := held[name]; isThere {
			b = appendValue(append(appendKey(b, name, len(b) > 1), ':'), value)
		}
	}
	return append(b, '}'), nil
}

func (j *job) fields(status string, percent int, now time.Time) (map[string]any, []string) {
	asked := j.report.asked()
	until := asked.Get("until")
	if tomorrow := now.UTC().AddDate(0, 0, 1).Format(time.DateOnly); until > tomorrow {
		until = tomorrow // recorded four times: until in the future becomes tomorrow, not by the account's clock
	}
	held := map[string]any{
		"id": j.id, "account_id": j.report.account.id, "time_ref": j.asked.Unix(), "async_status": status,
		"async_percent_completion": percent, "date_start": asked.Get("since"), "date_stop": until,
	}
	switch status {
	case "Job Completed":
		held["time_completed"] = j.asked.Add(j.takes).Unix()
	case "Job Failed":
		held["error_code"], held["error_message"] = j.why.Code, j.why.Message
		for name, text := range map[string]string{"error_user_title": j.why.Title, "error_user_msg": j.why.Text} {
			if text != "" {
				held[name] = text
			}
		}
		if j.why.Subcode != 0 {
			held["error_subcode"] = j.why.Subcode
		}
	case "Job Not Started", "Job Running":
		held["is_running"] = true
	}
	order := []string{"id", "account_id", "time_ref", "time_completed", "async_status", "async_percent_completion", "date_start", "date_stop",
		"is_running", "error_code", "error_message", "error_subcode", "error_user_title", "error_user_msg"}
	return held, order
}

func (s *Server) results(c *call, j *job) ([]byte, *refusal) {
	j.mu.Lock()
	status, _ := j.state(s.clock.passed())
	refuse := status != "Job Completed"
	if j.behaviour == "notready" && !refuse && j.refusals < j.count {
		refuse = true
		j.refusals++
	}
	if !refuse {
		j.resultsRead++
	}
	j.mu.Unlock()
	if refuse { // [quoted: 2601_1815107_async_not_ready]
		return nil, must(2601, 1815107)
	}
	return s.streams.page(j.id, j.report, c.params, c.address, true)
}

// Job is one element of GET /__sim/jobs.
type Job struct {
	ID            string   `json:"id"`
	Account       string   `json:"account"`
	Level         string   `json:"level"`
	Since         string   `json:"since"`
	Until         string   `json:"until"`
	Fields        []string `json:"fields"`
	Polls         int      `json:"polls"`
	CompletedSeen bool     `json:"completed_seen"` // a poll has reported completion
	ResultsRead   int      `json:"results_read"`   // pages
}

// forget empties the list of jobs. Their results can still be read.
func (js *jobs) forget() {
	js.mu.Lock()
	defer js.mu.Unlock()
	js.all = nil
}

// Jobs returns the report jobs since the start or the last reset.
func (s *Server) Jobs() []Job {
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	list := []Job{}
	for _, j := range s.jobs.all {
		j.mu.Lock()
		asked := j.report.asked()
		list = append(list, Job{ID: j.id, Account: "act_" + j.report.account.id, Level: string(j.report.level),
			Since: asked.Get("since"), Until: asked.Get("until"), Fields: strings.Split(joined(j.report.fields), ","),
			Polls: j.polls, CompletedSeen: j.completedSeen, ResultsRead: j.resultsRead})
		j.mu.Unlock()
	}
	return list
}
