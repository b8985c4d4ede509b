package api

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"adtally"
)

// runs serves runs of syncs.
type runs struct {
	*shell
	Service
}

const tagRuns = "runs"

// toSync is the access that starting a sync requires.
var toSync = Access{Role: adtally.Viewer, Also: adtally.Syncs}

func (g runs) register() {
	const one = "/api/v1/runs/{id}"
	handle(g.shell, operation{ID: "start-run", Method: http.MethodPost, Path: "/api/v1/sources/{id}/runs", Tag: tagRuns, Access: toSync, Status: http.StatusCreated,
		Summary: "Sync a source now, or read part of it again", Text: "If a run is in progress, the answer is 409 with its ID. With an Idempotency-Key, a repeated request starts no second run; the same key with another request is rejected (422). A run that names accounts, tables or days is a backfill and runs beside the schedule.",
		Refuses: []int{http.StatusConflict}}, g.start)
	handle(g.shell, operation{ID: "list-runs", Method: http.MethodGet, Path: "/api/v1/runs", Tag: tagRuns, Access: forViewers, Summary: "List the runs, newest first",
		Text: "The first page begins with the runs that are due and have not started. They have no ID yet, and do not count toward the limit."}, g.list)
	handle(g.shell, operation{ID: "get-run", Method: http.MethodGet, Path: one, Tag: tagRuns, Access: forViewers, Summary: "Get a run with its steps"}, g.get)
	handle(g.shell, operation{ID: "cancel-run", Method: http.MethodPost, Path: one + "/cancel", Tag: tagRuns, Access: toSync, Summary: "Cancel a run",
		Text: "Rows that are already in the warehouse stay.", Refuses: []int{http.StatusConflict}}, g.cancel)
	handle(g.shell, operation{ID: "get-log", Method: http.MethodGet, Path: one + "/log", Tag: tagRuns, Access: forViewers, Summary: "Read the log of a run",
		Text: "Lines are in the order in which they were written. /api/v1/runs/{id}/log.txt is the whole log as a file; /api/v1/runs/{id}/events streams new lines as server-sent events."}, g.log)
	handle(g.shell, operation{ID: "download-log", Method: http.MethodGet, Path: one + "/log.txt", Tag: tagRuns, Access: forViewers, Summary: "Download the log of a run", Stream: "text/plain",
		Text: "One line of text per entry: time, level, account, table, code, message."}, g.download)
	handle(g.shell, operation{ID: "stream-log", Method: http.MethodGet, Path: one + "/events", Tag: tagRuns, Access: forViewers, Summary: "Stream the log of a run", Stream: "text/event-stream",
		Text: "Server-sent events. Each line that matches the filters is a line event with the entry as data and its seq as ID. The last event is end, with the state of the run as data. Last-Event-ID resumes after that line. The stream ends when the caller logs out."}, g.watch)
}

// Run is a run of a sync.
type Run struct {
	ID      string           `json:"id" doc:"ID of the run; empty = the run is due and has not started"`
	Source  string           `json:"source" doc:"ID of the source"`
	Trigger string           `json:"trigger" doc:"schedule, manual or backfill; empty = the command line"`
	By      string           `json:"by,omitempty" doc:"Who started it, as kind:id"`
	ByName  string           `json:"by_name,omitempty" doc:"Current name of that person; absent = unknown"`
	State   adtally.RunState `json:"state" enum:"waiting,running,finished,incomplete,failed,interrupted" doc:"incomplete = everything available was read; some values could not be loaded, or the platform returns the rest on a later day"`
	Error   string           `json:"error,omitempty" doc:"What went wrong; for an interrupted run, who or what ended it; for a running one, what it is waiting for"`
	Started time.Time        `json:"started" doc:"When the run started; if it has not started, since when it is due"`
	Ended   *time.Time       `json:"ended,omitempty" doc:"When the run ended; absent = it is running"`
	Seconds float64          `json:"seconds" doc:"Duration so far"`
	Rows    int64            `json:"rows" doc:"Rows loaded so far"`
	Calls   int64            `json:"calls" doc:"API calls so far, as the platform counts them"`
	Code    string           `json:"code,omitempty" doc:"Code of the fault that kept the source from being up to date; absent = none"`
	Done    int              `json:"accounts_done" doc:"Number of ad accounts that were read, completely or as far as possible"`
	Total   int              `json:"accounts_total" doc:"Number of ad accounts of the run; 0 = not known yet"`
	Note    string           `json:"note,omitempty" doc:"What is worth knowing about the run, in one sentence, such as the fault or the gaps; absent = nothing"`
}

// runOf converts a run at the time now.
func runOf(r adtally.RunRecord, f adtally.RunFigures, name func(string) string, now time.Time) Run {
	out := Run{ID: r.ID, Source: r.Source, Trigger: string(r.Trigger), By: r.By, ByName: name(r.By), State: r.State, Error: r.Error,
		Started: r.Started.UTC(), Ended: timeOrNil(r.Ended), Rows: f.Rows, Calls: f.Calls, Code: f.Code,
		Done: f.Done, Total: f.Accounts, Note: noteOf(r, f)}
	switch {
	case !r.Ended.IsZero():
		now = r.Ended
	case r.State != adtally.Running:
		return out // it has not started
	}
	out.Seconds = max(0, now.Sub(r.Started).Round(time.Millisecond).Seconds())
	return out
}

// Step is one account's part of a run.
type Step struct {
	Account string           `json:"account" doc:"Number of the ad account; empty = the step that lists the accounts"`
	Name    string           `json:"name,omitempty" doc:"Name of the ad account"`
	State   adtally.RunState `json:"state" enum:"waiting,running,finished,incomplete,failed,interrupted" doc:"incomplete = everything available was read; some values could not be loaded, or the platform returns the rest on a later day"`
	Started *time.Time       `json:"started,omitempty" doc:"When the step started"`
	Ended   *time.Time       `json:"ended,omitempty" doc:"When the step ended"`
	Until   *time.Time       `json:"waits_until,omitempty" doc:"The step continues after this time"`
	Rows    int64            `json:"rows" doc:"Rows loaded so far"`
	Gaps    int64            `json:"gaps" doc:"Values that the platform did not return; the table _gaps lists them"`
	Misfits int64            `json:"quarantined" doc:"Values that could not be loaded; the table _quarantine lists them"`
	Calls   int64            `json:"calls" doc:"API calls so far, as the platform counts them"`
	Slices  int              `json:"slices_done" doc:"Slices that are committed"`
	Left    int              `json:"slices_left" doc:"Slices that are left"`
	Act     adtally.Act      `json:"act,omitempty" doc:"Who must act on the fault"`
	Code    string           `json:"code,omitempty" doc:"Code of the fault"`
	Message string           `json:"message,omitempty" doc:"Fault in one sentence"`
	Hint    string           `json:"hint,omitempty" doc:"How to fix it"`
}

func stepOf(s adtally.StepRecord) Step {
	out := Step{Account: s.Step.Account.ID, Name: s.Step.Account.Name, State: s.State, Started: timeOrNil(s.Started), Ended: timeOrNil(s.Ended), Rows: s.Rows, Gaps: s.Gaps, Misfits: s.Quarantined, Calls: s.Calls, Slices: s.Slices, Left: s.Left}
	if s.State == adtally.Waiting {
		out.Until = timeOrNil(s.NotBefore)
	}
	if f := s.Fault; f != nil {
		out.Act, out.Code, out.Message, out.Hint = f.Act, f.Code, f.Message, f.Hint
	}
	return out
}

// TableRows is the number of rows that a run has loaded into a table.
type TableRows struct {
	Table string `json:"table" doc:"Name of the table"`
	Rows  int64  `json:"rows" doc:"Rows loaded so far"`
}

// LogSummary counts the lines of a log.
type LogSummary struct {
	Lines    int64  `json:"lines" doc:"Number of lines"`
	Warnings int64  `json:"warnings" doc:"Number of lines of the level warn"`
	Errors   int64  `json:"errors" doc:"Number of lines of the level error"`
	First    *int64 `json:"first_error_seq,omitempty" doc:"seq of the first line of the level error; absent = there is none"`
}

type oneRun struct {
	Body struct {
		Run
		Left    *float64    `json:"remaining_seconds,omitempty" doc:"Estimated time until the run ends; absent = unknown, or it has ended"`
		Log     LogSummary  `json:"log" doc:"Lines of the log"`
		Gaps    int64       `json:"gaps" doc:"Values that the platform did not return, over all steps"`
		Misfits int64       `json:"quarantined" doc:"Values that could not be loaded, over all steps"`
		Tables  []TableRows `json:"tables" nullable:"false" doc:"Rows by table"`
		Steps   []Step      `json:"steps" nullable:"false" doc:"Steps, one for each ad account"`
	}
}

func (g runs) start(ctx context.Context, who Caller, in *struct {
	ByID
	Key  string `header:"Idempotency-Key" maxLength:"200" doc:"Idempotency key: repeats of a request carry the same value"`
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
		return nil, refusal("conflict", "The source has no token, or no account is picked", "Give the source a token and pick accounts.")
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
		return nil, fieldRefusal{refusal("key_reused", "This Idempotency-Key was used with another request", "Use a new key for each request."), "header.Idempotency-Key"}
	}
	if !placed && !repeated {
		return nil, conflictWith(refusal("run_on", "A run of this source is in progress", "Wait until it ends, or cancel it."), object("run", run.ID))
	}
	return g.runDetails(ctx, run)
}

// sameExtent reports whether a run has the scope of a request; absent and empty lists
// are equal.
func sameExtent(run adtally.RunRecord, o adtally.RunRequest) bool {
	a, err := json.Marshal(run.RunScope)
	b, wrong := json.Marshal(o.RunScope)
	return err == nil && wrong == nil && bytes.Equal(a, b) && run.Trigger == o.Trigger
}

func (g runs) runDetails(ctx context.Context, r adtally.RunRecord) (*oneRun, error) {
	steps, err := g.Runs.Steps(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	out := &oneRun{}
	figures, err := g.Runs.RunFigures(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	if out.Body.Log, err = g.logSummary(ctx, r.ID); err != nil {
		return nil, err
	}
	out.Body.Left = remaining(r, steps, g.Now())
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
	return g.runDetails(ctx, r)
}

func (g runs) list(ctx context.Context, _ Caller, in *struct {
	Pages
	Source  string           `query:"source" maxLength:"100" doc:"Only runs of the source with this ID"`
	State   adtally.RunState `query:"state" enum:"waiting,running,finished,incomplete,failed,interrupted" doc:"Only runs in this state"`
	Trigger adtally.Trigger  `query:"trigger" enum:"schedule,manual,backfill" doc:"Only runs that were started in this way"`
	Since   dayParam         `query:"since" doc:"Only runs that started on or after this day, in UTC"`
},
) (*listed[Run], error) {
	f := adtally.RunFilter{Source: in.Source, State: in.State, Trigger: in.Trigger, Limit: in.Limit + 1}
	if in.Since.day != 0 {
		f.Since = in.Since.day.Start(time.UTC)
	}
	list := strings.Join([]string{"runs", f.Source, string(f.State), string(f.Trigger), in.Since.text}, " ")
	if err := g.resume(list, in.Pages, &f.Before); err != nil {
		return nil, err
	}
	coming, now := []Run{}, g.Now()
	if f.Before == "" { // read first, so that a run that starts meanwhile is in at least one of the lists
		var err error
		if coming, err = g.upcoming(ctx, f, now); err != nil {
			return nil, err
		}
	}
	all, err := g.Runs.Runs(ctx, f)
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

// maxUpcoming limits how many due runs are listed.
const maxUpcoming = 200

// upcoming returns the runs that are due and have not started.
func (g runs) upcoming(ctx context.Context, f adtally.RunFilter, now time.Time) ([]Run, error) {
	all := []Run{}
	if f.State != "" && f.State != adtally.Waiting || f.Trigger != "" && f.Trigger != adtally.BySchedule {
		return all, nil
	}
	due, err := g.Sources.DueSources(ctx, now, maxUpcoming)
	for _, s := range due {
		if (f.Source == "" || s.ID == f.Source) && !s.Next.Before(f.Since) {
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
	return g.runDetails(ctx, r)
}

// LogLine is a line of a run's log.
type LogLine struct {
	Seq     int64     `json:"seq" doc:"Number of the line, in ascending order"`
	At      time.Time `json:"at" doc:"When it was written"`
	Level   string    `json:"level" enum:"info,warn,error" doc:"Severity of the line"`
	Account string    `json:"account,omitempty" doc:"Number of the ad account"`
	Stream  string    `json:"stream,omitempty" doc:"Name of the stream"`
	Code    string    `json:"code" doc:"Stable code of the event"`
	Message string    `json:"message" doc:"What happened, in one sentence"`
	Detail  string    `json:"detail,omitempty" doc:"Further facts"`
}

func lineOf(l adtally.LogLine) LogLine {
	return LogLine{l.Seq, l.At.UTC(), l.Level, l.Account, l.Stream, l.Code, l.Message, l.Detail}
}

func (g runs) log(ctx context.Context, _ Caller, in *struct {
	ByID
	LogSearch
	After int64 `query:"after" minimum:"0" doc:"Only lines after this seq"`
	Limit int   `query:"limit" minimum:"1" maximum:"1000" default:"200" doc:"Maximum number of lines"`
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
