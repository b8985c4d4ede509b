package facebookads

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/fetch"
)

// jobsNote is the part of a cursor about report jobs. It maps each request to its
// job's ID or to tooBig. A request's name contains its window and fingerprint, so
// that a job never answers a request that it was not submitted for.
type jobsNote struct {
	Runs map[string]string `json:"report_run_ids"`
}

// tooBig replaces the ID if Meta found the request too big: its parts are requested
// instead.
const tooBig = "too big"

func tooBigBefore() error {
	r := refuse(rule{class: classTooMuch}, nil, fetch.Answer{})
	r.fault.Err = errors.New("an earlier attempt at this slice got the same answer")
	return r
}

// jobName returns the request's name in the note.
func (rd *reading) jobName(q request) string {
	return q.window.String() + " " + q.fingerprint(rd.graph.apiVersion())
}

// submitted returns the ID of the request's job: the one in the note, or that of a
// new job.
func (rd *reading) submitted(ctx context.Context, q request) (run string, fresh bool, err error) {
	switch run := rd.runs()[rd.jobName(q)]; run {
	case "":
	case tooBig:
		return "", false, tooBigBefore()
	default:
		return run, false, nil
	}
	run, asked, err := rd.graph.submit(ctx, q)
	if err != nil {
		return "", false, err
	}
	return run, true, rd.keep(ctx, q, run, asked)
}

// dropJob removes a job that ended without a report from the note. tooBig entries stay.
func (rd *reading) dropJob(ctx context.Context, q request, why error) error {
	if errors.Is(why, errTooMuch) {
		return rd.keep(ctx, q, tooBig, rd.note.Cursor().Asked)
	}
	return rd.keep(ctx, q, "", rd.note.Cursor().Asked)
}

// runs returns the jobs in the note. An unreadable note counts as empty.
func (rd *reading) runs() map[string]string {
	var n jobsNote
	if text := rd.note.Cursor().Note; len(text) > 0 && json.Unmarshal(text, &n) != nil {
		return nil
	}
	return n.Runs
}

// noted reports whether the note has an entry for the request.
func (rd *reading) noted(q request) bool { return rd.runs()[rd.jobName(q)] != "" }

// keep saves the ID of a request's job in the note; an empty ID removes it. The
// submission of the first job dates the slice.
func (rd *reading) keep(ctx context.Context, q request, run string, asked time.Time) error {
	runs := map[string]string{}
	maps.Copy(runs, rd.runs())
	delete(runs, rd.jobName(q))
	if run != "" {
		runs[rd.jobName(q)] = run
	}
	if len(runs) == 0 {
		return rd.note.Save(ctx, adtally.Cursor{})
	}
	text, err := json.Marshal(jobsNote{runs})
	if err != nil {
		return err
	}
	before := rd.note.Cursor().Asked
	if !holdsJob(runs) {
		asked = time.Time{}
	} else if !before.IsZero() && before.Before(asked) {
		asked = before
	}
	return rd.note.Save(ctx, adtally.Cursor{Asked: asked, Note: text})
}

func holdsJob(runs map[string]string) bool {
	for _, run := range runs {
		if run != tooBig {
			return true
		}
	}
	return false
}

// parts splits a request into the windows for which an earlier attempt of the slice
// submitted jobs, newest first, so that no job is submitted twice. It returns nil if
// the note has the request itself or nothing inside it.
func (rd *reading) parts(q request) (out []request) {
	if rd.noted(q) {
		return nil
	}
	inside := rd.within(q)
	if len(inside) == 0 {
		return nil
	}
	end := q.window.To
	add := func(from, to adtally.Day) {
		if from < to {
			part := q
			part.window = adtally.Window{From: from, To: to}
			out = append(out, part)
		}
	}
	for _, w := range inside {
		add(w.To, end)
		add(w.From, w.To)
		end = w.From
	}
	add(q.window.From, end)
	return out
}

// within returns the largest windows inside the request's for which the note has the
// same request, newest first. They do not overlap.
func (rd *reading) within(q request) (found []adtally.Window) {
	var all []adtally.Window
	for name := range rd.runs() {
		window, fingerprint, _ := strings.Cut(name, " ")
		w, err := adtally.ParseWindow(window)
		if err == nil && fingerprint == q.fingerprint(rd.graph.apiVersion()) && q.window.Covers(w) {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, func(a, b adtally.Window) int {
		return cmp.Or(cmp.Compare(b.Days(), a.Days()), cmp.Compare(b.From, a.From))
	})
	for _, w := range all {
		overlaps := func(o adtally.Window) bool { return w.From < o.To && o.From < w.To }
		if !slices.ContainsFunc(found, overlaps) {
			found = append(found, w)
		}
	}
	slices.SortFunc(found, func(a, b adtally.Window) int { return cmp.Compare(b.From, a.From) })
	return found
}
