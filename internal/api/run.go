package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// runs are the carryings-out of syncs.
type runs struct {
	*shell
	Service
}

const tagRuns = "runs"

// toSync is what starting a sync asks for.
var toSync = Access{Role: adtally.Viewer, Also: adtally.Syncs}

func (g runs) register() {
	const one = "/api/v1/runs/{id}"
	handle(g.shell, operation{ID: "start-run", Method: http.MethodPost, Path: "/api/v1/sources/{id}/runs", Tag: tagRuns, Access: toSync, Status: http.StatusCreated,
		Summary: "Sync a source now, or read some of it again", Text: "Where a run is on, its id is told (409). With an Idempotency-Key the same order is never placed twice; the same key with another order is refused (422). A run that names accounts, tables or days is a backfill, and goes on beside the schedule.",
		Refuses: []int{http.StatusConflict}}, g.start)
	handle(g.shell, operation{ID: "list-runs", Method: http.MethodGet, Path: "/api/v1/runs", Tag: tagRuns, Access: forViewers, Summary: "List the runs, newest first",
		Text: "The first page begins with the runs that are due and about to begin. They have no id yet, and do not count to the limit."}, g.list)
	handle(g.shell, operation{ID: "get-run", Method: http.MethodGet, Path: one, Tag: tagRuns, Access: forViewers, Summary: "Show a run and its steps"}, g.get)
	handle(g.shell, operation{ID: "cancel-run", Method: http.MethodPost, Path: one + "/cancel", Tag: tagRuns, Access: toSync, Summary: "Cancel a run",
		Text: "What is in the warehouse stays.", Refuses: []int{http.StatusConflict}}, g.cancel)
	handle(g.shell, operation{ID: "get-log", Method: http.MethodGet, Path: one + "/log", Tag: tagRuns, Access: forViewers, Summary: "Read the log of a run",
		Text: "In the order in which it was written. /api/v1/runs/{id}/log.txt is all of it as a file, /api/v1/runs/{id}/events sends new lines as they come, as server-sent events."}, g.log)
	handle(g.shell, operation{ID: "download-log-text", Method: http.MethodGet, Path: one + "/log.txt", Tag: tagRuns, Access: forViewers, Summary: "Download the log of a run as text",
		Text: "As lines of text: when, level, account, table, code, what happened."}, g.download)
	handle(g.shell, operation{ID: "stream-log", Method: http.MethodGet, Path: one + "/events", Tag: tagRuns, Access: forViewers, Summary: "Watch the log of a run", Stream: "text/event-stream",
		Text: "Server-sent events: a line event for each line, whose data is the line as in the log and whose id is its seq; at last an end event, whose data is the run's state. Last-Event-ID goes on after that line."}, g.watch)
}

// Run is a run.
type Run struct {
	ID      string           `json:"id" doc:"Empty = the run is about to begin, and is only listed"`
	Source  string           `json:"source"`
	Trigger string           `json:"trigger" doc:"schedule, manual or backfill; empty = the command line"`
	By      string           `json:"by,omitempty"`
	ByName  string           `json:"by_name,omitempty" doc:"What they are called now; absent = nobody knows"`
	State   adtally.RunState `json:"state" enum:"waiting,running,finished,incomplete,failed,interrupted" doc:"incomplete = all that could be had was read; some values could not be loaded, or the platform gives the rest on a later day"`
	Error   string           `json:"error,omitempty" doc:"What went wrong; of a run that was interrupted, who or what ended it; of one that is on, what keeps it from going on for the moment"`
	Started time.Time        `json:"started" doc:"Of one that is about to begin: since when it is due"`
	Ended   *time.Time       `json:"ended,omitempty"`
	Seconds float64          `json:"seconds" doc:"How long it took, or has been on"`
	Rows    int64            `json:"rows" doc:"So far"`
	Calls   int64            `json:"calls" doc:"So far, as the platform counts them"`
	Code    string           `json:"code,omitempty" doc:"Of what kept it from bringing all up to date; absent = nothing did"`
}

// runOf is a run at a moment.
func runOf(r adtally.RunRecord, f adtally.RunFigures, name func(string) string, now time.Time) Run {
	out := Run{ID: r.ID, Source: r.Source, Trigger: string(r.Trigger), By: r.By, ByName: name(r.By), State: r.State, Error: r.Error,
		Started: r.Started.UTC(), Ended: given(r.Ended), Rows: f.Rows, Calls: f.Calls, Code: f.Code}
	switch {
	case !r.Ended.IsZero():
		now = r.Ended
	case r.State != adtally.Running:
		return out // it has not begun
	}
	out.Seconds = max(0, now.Sub(r.Started).Round(time.Millisecond).Seconds())
	return out
}

// Step is one account's part of a run.
type Step struct {
	Account string           `json:"account" doc:"Empty = the look at which accounts there are"`
	Name    string           `json:"name,omitempty"`
	State   adtally.RunState `json:"state" enum:"waiting,running,finished,incomplete,failed,interrupted" doc:"incomplete = all that could be had was read; some values could not be loaded, or the platform gives the rest on a later day"`
	Started *time.Time       `json:"started,omitempty"`
	Ended   *time.Time       `json:"ended,omitempty"`
	Until   *time.Time       `json:"waits_until,omitempty" doc:"Not before this moment it goes on"`
	Rows    int64            `json:"rows"`
	Gaps    int64            `json:"gaps" doc:"What the platform did not give; the table _gaps lists it"`
	Misfits int64            `json:"quarantined" doc:"Values that could not be loaded; the table _quarantine lists them"`
	Slices  int              `json:"slices_done"`
	Left    int              `json:"slices_left"`
	Act     adtally.Act      `json:"act,omitempty"`
	Code    string           `json:"code,omitempty"`
	Message string           `json:"message,omitempty"`
	Hint    string           `json:"hint,omitempty"`
}

func stepOf(s adtally.StepRecord) Step {
	out := Step{Account: s.Step.Account.ID, Name: s.Step.Account.Name, State: s.State, Started: given(s.Started), Ended: given(s.Ended), Rows: s.Rows, Gaps: s.Gaps, Misfits: s.Quarantined, Slices: s.Slices, Left: s.Left}
	if s.State == adtally.Waiting {
		out.Until = given(s.NotBefore)
	}
	if f := s.Fault; f != nil {
		out.Act, out.Code, out.Message, out.Hint = f.Act, f.Code, f.Message, f.Hint
	}
	return out
}

// TableRows are how many rows a run has brought into a table.
type TableRows struct {
	Table string `json:"table"`
	Rows  int64  `json:"rows"`
}

type oneRun struct {
	Body struct {
		Run
		Gaps    int64       `json:"gaps" doc:"Of all steps, so far"`
		Misfits int64       `json:"quarantined" doc:"Values that could not be loaded, of all steps, so far"`
		Tables  []TableRows `json:"tables" nullable:"false" doc:"The rows by table"`
		Steps   []Step      `json:"steps" nullable:"false"`
	}
}

func (g runs) start(ctx context.Context, who Caller, in *struct {
	ByID
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"Repeats of an order carry the same key"`
	Body scopeInput
},
) (*oneRun, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	switch {
	case err != nil:
		return nil, err
	case !s.Deleted.IsZero():
		return nil, refusal("conflict", "The source is deleted", "Restore it first.")
	case s.Stage == adtally.Authentication:
		return nil, refusal("conflict", "The source has no token, or no account was picked", "Give it a token and pick accounts.")
	}
	scope, err := sources(g).runScope(ctx, s, in.Body)
	if err != nil {
		return nil, err
	}
	o := adtally.RunRequest{ID: g.NewID(), Source: s.ID, Trigger: adtally.ByHand, By: who.String(), Key: in.Key, At: g.Now()}
	if scope.Reread {
		o.Trigger, o.RunScope = adtally.ByBackfill, scope
	}
	run, placed, err := g.Runs.RequestRun(ctx, o, g.audited(who, "run.start", object("run", o.ID), map[string]string{"source": s.ID}))
	if err != nil {
		return nil, err
	}
	repeated := in.Key != "" && run.Key == in.Key
	if repeated && !placed && !sameExtent(run, o) {
		return nil, fieldRefusal{refusal("key_reused", "This Idempotency-Key was sent with another order", "Take a new key for each order."), "header.Idempotency-Key"}
	}
	if !placed && !repeated {
		return nil, inTheWay(refusal("run_on", "A run of this source is on", "Wait until it has ended, or cancel it."), object("run", run.ID))
	}
	return g.whole(ctx, run)
}

// sameExtent says that a run is of the same order, whatever is absent and whatever is
// empty in it.
func sameExtent(run adtally.RunRecord, o adtally.RunRequest) bool {
	a, err := json.Marshal(run.RunScope)
	b, wrong := json.Marshal(o.RunScope)
	return err == nil && wrong == nil && bytes.Equal(a, b) && run.Trigger == o.Trigger
}

func (g runs) whole(ctx context.Context, r adtally.RunRecord) (*oneRun, error) {
	steps, err := g.Runs.Steps(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	out := &oneRun{}
	figures, err := g.Runs.RunFigures(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	used, err := g.Costs.Usage(ctx, adtally.UsageFilter{Run: r.ID, ByStream: true})
	out.Body.Run, out.Body.Steps, out.Body.Tables = runOf(r, figures[r.ID], g.names(ctx), g.Now()), []Step{}, []TableRows{}
	for _, u := range used {
		out.Body.Tables = append(out.Body.Tables, TableRows{cmp.Or(u.Table, u.Stream), u.Rows})
	}
	for _, s := range steps {
		out.Body.Gaps, out.Body.Misfits = out.Body.Gaps+s.Gaps, out.Body.Misfits+s.Quarantined
		out.Body.Steps = append(out.Body.Steps, stepOf(s))
	}
	return out, err
}

func (g runs) get(ctx context.Context, _ Caller, in *struct{ ByID }) (*oneRun, error) {
	r, err := g.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return g.whole(ctx, r)
}

func (g runs) list(ctx context.Context, _ Caller, in *struct {
	Pages
	Source string `query:"source" maxLength:"100" doc:"Only those of this source"`
},
) (*listed[Run], error) {
	list, before := "runs "+in.Source, ""
	if err := g.resume(list, in.Pages, &before); err != nil {
		return nil, err
	}
	coming, now := []Run{}, g.Now()
	if before == "" { // before the runs are read, so that one that begins meanwhile is in one of both
		var err error
		if coming, err = g.coming(ctx, in.Source, now); err != nil {
			return nil, err
		}
	}
	all, err := g.Runs.Runs(ctx, in.Source, before, in.Limit+1)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	figures, err := g.Runs.RunFigures(ctx, ids...)
	if err != nil {
		return nil, err
	}
	name := g.names(ctx)
	out, err := page(g.shell, list, in.Pages, all, func(r adtally.RunRecord) Run { return runOf(r, figures[r.ID], name, now) }, func(r adtally.RunRecord) any { return r.ID })
	if err != nil {
		return nil, err
	}
	begun := func(c Run) bool {
		return slices.ContainsFunc(out.Body.Items, func(r Run) bool {
			return r.Source == c.Source && r.Ended == nil && r.Trigger != string(adtally.ByBackfill)
		})
	}
	out.Body.Items = append(slices.DeleteFunc(coming, begun), out.Body.Items...)
	return out, nil
}

// mostComing bounds how many runs that are about to begin are listed.
const mostComing = 200

// coming are the runs that are due and have not begun.
func (g runs) coming(ctx context.Context, source string, now time.Time) ([]Run, error) {
	due, err := g.Sources.DueSources(ctx, now, mostComing)
	all := []Run{}
	for _, s := range due {
		if source == "" || s.ID == source {
			all = append(all, Run{Source: s.ID, Trigger: string(adtally.BySchedule), State: adtally.Waiting, Started: s.Next.UTC()})
		}
	}
	return all, err
}

func (g runs) cancel(ctx context.Context, who Caller, in *struct{ ByID }) (*oneRun, error) {
	r, err := g.Runs.Run(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	if err := g.Runs.Cancel(ctx, r.ID, g.Now(), g.audited(who, "run.cancel", object("run", r.ID), nil)); err != nil {
		return nil, err
	}
	return g.whole(ctx, r)
}

// LogLine is a line of a run's log.
type LogLine struct {
	Seq     int64     `json:"seq"`
	At      time.Time `json:"at"`
	Level   string    `json:"level" enum:"info,warn,error"`
	Account string    `json:"account,omitempty"`
	Stream  string    `json:"stream,omitempty"`
	Code    string    `json:"code"`
	Message string    `json:"message"`
	Detail  string    `json:"detail,omitempty"`
}

func lineOf(l adtally.LogLine) LogLine {
	return LogLine{l.Seq, l.At.UTC(), l.Level, l.Account, l.Stream, l.Code, l.Message, l.Detail}
}

func (g runs) log(ctx context.Context, _ Caller, in *struct {
	ByID
	LogSearch
	After int64 `query:"after" minimum:"0" doc:"Only lines after the one of this number"`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"200"`
},
) (*listed[LogLine], error) {
	if _, err := g.Runs.Run(ctx, in.ID); err != nil {
		return nil, err
	}
	lines, err := g.Log.SearchLog(ctx, in.ID, in.query(), in.After, in.Limit)
	out := &listed[LogLine]{}
	out.Body.Items = []LogLine{}
	for _, l := range lines {
		out.Body.Items = append(out.Body.Items, lineOf(l))
	}
	return out, err
}

func (g runs) watch(ctx context.Context, _ Caller, in *struct {
	ByID
	After string `header:"Last-Event-ID" maxLength:"100" doc:"The last line that was seen; what is no line's number counts as none"`
},
) (*huma.StreamResponse, error) {
	if _, err := g.Runs.Run(ctx, in.ID); err != nil {
		return nil, err
	}
	return streamed(g.events), nil
}
