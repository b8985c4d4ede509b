package facebookads

import (
	"context"
	"errors"
	"iter"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
)

// ask reads a question of a report, and in smaller ones where Meta finds it too
// big: days, then the ids of objects from campaigns down to ads, then fields.
// What cannot be had at all is listed as a gap (R39).
func (rd *reading) ask(ctx context.Context, q question) iter.Seq2[time.Time, error] {
	if days := rd.lesson().Days; days > 0 && days < q.window.Days() {
		return rd.each(ctx, q.pieces(days), nil)
	}
	return rd.each(ctx, []question{q}, nil)
}

// each asks questions one after another, and then those again, in parts, that
// were too big. Where Meta gives no reason, and of several questions answers
// none, smaller ones would fare no better: that is an outage.
func (rd *reading) each(ctx context.Context, qs []question, cause error) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		var failed []question
		var reasons []error
		for _, q := range qs {
			refused, ended := rd.try(ctx, q, yield)
			if ended {
				return
			}
			if refused != nil {
				failed, reasons = append(failed, q), append(reasons, refused)
			}
		}
		if cause != nil && len(qs) > 1 && len(failed) == len(qs) && !errors.Is(errors.Join(append(reasons, cause)...), errTooMuch) {
			yield(time.Time{}, reasons[0])
			return
		}
		for i, q := range failed {
			for asked, err := range rd.narrower(ctx, q, reasons[i]) {
				if !yield(asked, err) {
					return
				}
			}
		}
	}
}

// try reads one question. refused says that it may be too big, and gave nothing;
// ended that there is nothing more to do.
func (rd *reading) try(ctx context.Context, q question, yield func(time.Time, error) bool) (refused error, ended bool) {
	begun := false
	for asked, err := range rd.once(ctx, q) {
		switch {
		case err == nil && !begun:
			err = rd.refused(q)
		case err != nil && !begun && isShrinkable(err):
			return err, false
		case err != nil && !begun && rd.leaveOut(ctx, q, err):
			q.fields = without(q.asks(), rd.lesson().Without)
			return rd.try(ctx, q, yield)
		case err != nil && begun:
			err = rd.restart(ctx, q, err)
		}
		begun = true
		if !yield(asked, err) || err != nil {
			return nil, true
		}
	}
	return nil, false
}

// restart says what becomes of a question that fails after it gave rows: these
// cannot be taken back, so the slice begins anew, with smaller questions.
func (rd *reading) restart(ctx context.Context, q question, err error) error {
	switch {
	case isShrinkable(err) && q.window.Days() > 1:
		if err := rd.learnDays(ctx, q); err != nil {
			return err
		}
		return again(err)
	case classOf(err) == classCursor, errors.Is(err, errNotReady):
		return again(err)
	}
	return err
}

func (rd *reading) learnDays(ctx context.Context, q question) error {
	return rd.learn(ctx, func(l *lesson) { l.Days = max(q.window.Days()/2, 1) })
}

// once asks a question as it is: small ones at once, and the others by a job.
func (rd *reading) once(ctx context.Context, q question) iter.Seq2[time.Time, error] {
	if !rd.stream.always && q.window.Days() > smallDays {
		return rd.report(ctx, q)
	}
	return func(yield func(time.Time, error) bool) {
		begun := false
		for asked, err := range rd.list("act_"+rd.account.ID+"/insights", insightsOf(rd.account.ID), q).pages(ctx) {
			if !begun && errors.Is(err, errTooMuch) { // a job may take longer, and hold more
				rd.report(ctx, q)(yield)
				return
			}
			begun = true
			if !yield(asked, err) {
				return
			}
		}
	}
}

// narrower asks a question that was too big in parts.
func (rd *reading) narrower(ctx context.Context, q question, cause error) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		parts := q.halves()
		if q.window.Days() > 1 {
			if err := rd.learnDays(ctx, q); err != nil {
				yield(time.Time{}, err)
				return
			}
		}
		if parts == nil && q.below() != "" {
			list, err := rd.objects(ctx, q)
			if err != nil && !errors.Is(err, errTooMuch) {
				yield(time.Time{}, err)
				return
			}
			if len(list) > 0 {
				parts = []question{list.of(q)}
			}
		}
		if parts == nil {
			rd.byFields(ctx, q, cause)(yield)
			return
		}
		if len(parts) == 1 && len(parts[0].ids) > 1 {
			parts = parts[0].halves()
		}
		rd.each(ctx, parts, cause)(yield)
	}
}

// objectIDs are the ids of a level that narrow a question.
type objectIDs []string

func (ids objectIDs) of(q question) question {
	q.level, q.ids = q.below(), ids
	return q
}

// objects lists the objects of the next level that have figures on the
// question's days. It asks for nothing but ids.
func (rd *reading) objects(ctx context.Context, q question) (ids objectIDs, err error) {
	name := q.below() + "_id"
	query := q.query()
	query.Set("fields", name)
	query.Set("level", q.below())
	query.Del("action_attribution_windows")
	if list := q.filtering(); len(list) > 0 {
		list[0] = condition{q.below() + ".effective_status", "IN", statuses[q.below()]}
		query.Set("filtering", text(list))
	}
	seen := map[string]bool{}
	row := func(dec *jsontext.Decoder) error {
		return members(dec, func(member string) error {
			value, err := dec.ReadValue()
			if err == nil && member == name {
				id, err := jsontext.AppendUnquote(nil, value)
				if err == nil && !seen[string(id)] {
					seen[string(id)] = true
					ids = append(ids, string(id))
				}
				return err
			}
			return err
		})
	}
	l := &listing{graph: rd.graph, path: "act_" + q.account + "/insights", budget: insightsOf(q.account), query: query, limit: resultRows, row: row}
	for _, err := range l.pages(ctx) {
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// missing lists a whole cell as a gap.
func (rd *reading) missing(q question, cause error) error {
	f := adtally.FaultOf(cause)
	for _, t := range rd.stream.tables() {
		if err := rd.gaps.add(gap{table: t.Name, day: q.window.From, row: q.object(), code: f.Code, reason: sentenceOf(f), due: true}); err != nil {
			return err
		}
	}
	return nil
}
