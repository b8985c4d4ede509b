package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"time"

	"adtally"
	"adtally/internal/api"
)

type runCommand struct {
	Start  runStartCommand  `cmd:"" help:"Sync a source now, or read days again."`
	List   runListCommand   `cmd:"" help:"List the runs, newest first."`
	Show   runShowCommand   `cmd:"" help:"Show a run and its accounts."`
	Log    runLogCommand    `cmd:"" help:"Print the log of a run."`
	Cancel runCancelCommand `cmd:"" help:"Cancel a run. Data that is already in the warehouse stays."`
}

type runStartCommand struct {
	aSource
	Account []string `help:"Only these ad accounts." placeholder:"NUMBER"`
	Table   []string `help:"Only these tables."`
	Since   string   `help:"Read again from this day." placeholder:"YYYY-MM-DD"`
	Until   string   `help:"Read again until this day." placeholder:"YYYY-MM-DD"`
	Wait    bool     `help:"Wait until the run has ended; the exit code says how it ended."`
}

func (c *runStartCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	body := map[string]any{}
	for key, list := range map[string][]string{"accounts": c.Account, "tables": c.Table} {
		if list != nil {
			body[key] = list
		}
	}
	for key, day := range map[string]string{"since": c.Since, "until": c.Until} {
		if day != "" {
			body[key] = day
		}
	}
	answer, err := v.ask(ctx, "POST", c.path()+"/runs", body, "Idempotency-Key", newID())
	if err != nil {
		return err
	}
	if !c.Wait {
		return v.show(answer, runFields...)
	}
	var r api.Run
	if err := answer.into(&r); err != nil {
		return err
	}
	if err := v.follow(ctx, r.ID, ""); err != nil {
		return err
	}
	return v.ended(ctx, r.ID)
}

var (
	runFields = []string{"id", "source", "state", "trigger", "by", "started", "ended", "seconds", "rows", "calls", "accounts_done", "accounts_total", "remaining_seconds", "code", "note"}
	// listedRunFields fit on one line; the error code stands for the message.
	listedRunFields = []string{"id", "source", "state", "trigger", "started", "ended", "seconds", "rows", "calls", "accounts_done", "accounts_total", "code"}
)

type runListCommand struct {
	remote
	Source  string `help:"Only runs of this source." placeholder:"ID"`
	State   string `help:"Only runs in this state: waiting, running, finished, incomplete, failed or interrupted." enum:",waiting,running,finished,incomplete,failed,interrupted" default:""`
	Trigger string `help:"Only runs that were started in this way: schedule, manual or backfill." enum:",schedule,manual,backfill" default:""`
	Since   string `help:"Only runs that started on or after this day, in UTC." placeholder:"YYYY-MM-DD"`
}

func (c *runListCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, "/runs?"+url.Values{"source": {c.Source}, "state": {c.State}, "trigger": {c.Trigger}, "since": {c.Since}}.Encode(), listedRunFields...)
}

// aRun is a command for one run.
type aRun struct {
	remote
	ID string `arg:"" help:"The run's id, see adtally run list."`
}

func (n aRun) path() string { return "/runs/" + url.PathEscape(n.ID) }

type runShowCommand struct{ aRun }

func (c *runShowCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.ask(ctx, "GET", c.path(), nil)
	if err != nil {
		return err
	}
	if v.json {
		return v.show(answer)
	}
	var one struct{ Steps, Tables []any }
	if err := answer.into(&one); err != nil {
		return err
	}
	if err := v.show(answer, runFields...); err != nil {
		return err
	}
	if len(one.Tables) > 0 {
		if err := v.table(one.Tables, []string{"table", "rows"}); err != nil {
			return err
		}
	}
	return v.table(one.Steps, []string{"account", "name", "state", "rows", "calls", "quarantined", "slices_done", "slices_left", "waits_until", "message"})
}

type runLogCommand struct {
	aRun
	Follow  bool   `help:"Keep printing until the run has ended." short:"f"`
	Text    string `help:"Only lines that contain this text."`
	Account string `help:"Only lines about this ad account." placeholder:"NUMBER"`
	Level   string `help:"Only lines of this level: info, warn or error." enum:",info,warn,error" default:""`
}

func (c *runLogCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	if c.Follow {
		return v.follow(ctx, c.ID, c.query())
	}
	_, err = v.lines(ctx, c.ID, c.query(), 0)
	return err
}

// query returns the search as query parameters.
func (c *runLogCommand) query() string {
	q := url.Values{}
	for name, value := range map[string]string{"text": c.Text, "level": c.Level, "account": c.Account} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if len(q) == 0 {
		return ""
	}
	return "&" + q.Encode()
}

// glance is how often an active run is polled.
const glance = time.Second

// follow prints a run's log until it has ended.
func (v *visitor) follow(ctx context.Context, id, query string) error {
	for after := int64(0); ; {
		answer, err := v.ask(ctx, "GET", "/runs/"+url.PathEscape(id), nil)
		if err != nil {
			return err
		}
		var r api.Run
		if err := answer.into(&r); err != nil {
			return err
		}
		if after, err = v.lines(ctx, id, query, after); err != nil || r.Ended != nil {
			return err
		}
		select {
		case <-time.After(glance):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// lines prints the log lines after a sequence number and returns the last number.
func (v *visitor) lines(ctx context.Context, id, query string, after int64) (int64, error) {
	for {
		answer, err := v.ask(ctx, "GET", fmt.Sprintf("/runs/%s/log?limit=1000&after=%d%s", url.PathEscape(id), after, query), nil)
		if err != nil {
			return after, err
		}
		var page struct{ Items []api.LogLine }
		if err := answer.into(&page); err != nil || len(page.Items) == 0 {
			return after, err
		}
		for _, l := range page.Items {
			after = l.Seq
			if err := v.line(l); err != nil {
				return after, err
			}
		}
	}
}

func (v *visitor) line(l api.LogLine) error {
	text := shown(l.Message)
	if l.Account != "" && !strings.Contains(text, l.Account) {
		text = "act_" + l.Account + "  " + text
	}
	if l.Detail != "" {
		text += "\n    " + shown(l.Detail)
	}
	return v.p.printf("%s  %-5s  %s\n", l.At.Local().Format("15:04:05"), l.Level, text)
}

// ended returns nil if the run brought everything up to date, and a fault otherwise.
func (v *visitor) ended(ctx context.Context, id string) error {
	answer, err := v.ask(ctx, "GET", "/runs/"+url.PathEscape(id), nil)
	if err != nil {
		return err
	}
	var r struct {
		api.Run
		Steps []api.Step
	}
	if err := answer.into(&r); err != nil || r.State == adtally.Finished {
		return err
	}
	for _, s := range r.Steps {
		if s.Message != "" && s.Message == r.Error {
			return &adtally.Fault{Act: s.Act, Code: s.Code, Message: s.Message, Hint: s.Hint}
		}
	}
	if r.Error != "" {
		return wrong("run_ended", "See adtally run log.", "The run is %s: %s", r.State, r.Error)
	}
	return wrong("run_ended", "See adtally run log for the reason.", "The run is %s", r.State)
}

type runCancelCommand struct{ aRun }

func (c *runCancelCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.ask(ctx, "POST", c.path()+"/cancel", nil)
	if err != nil {
		return err
	}
	return v.show(answer, runFields...)
}
