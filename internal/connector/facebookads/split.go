package facebookads

import (
	"context"
	"errors"
	"time"

	"adtally"
)

// ask sends a request of a report. If Meta finds it too big, ask splits it: by
// days; then by fields if the rows can be read without them; else by object, from
// campaigns down to ads. Data that still cannot be read is listed as a gap.
func (rd *reading) ask(ctx context.Context, q request) error {
	if parts := rd.parts(q); len(parts) > 0 {
		return rd.each(ctx, parts)
	}
	if days := rd.tuning().Days; days > 0 && days < q.window.Days() && !rd.noted(q) {
		if pieces := q.pieces(days); len(pieces) > 1 {
			return rd.each(ctx, pieces)
		}
	}
	return rd.try(ctx, q)
}

// each sends requests one after another and applies what was learned from earlier
// ones.
func (rd *reading) each(ctx context.Context, qs []request) error {
	for _, q := range qs {
		if err := rd.ask(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// try sends one request and applies the cure if Meta refuses it.
func (rd *reading) try(ctx context.Context, q request) error {
	before := rd.answered
	err := rd.once(ctx, q)
	switch {
	case err == nil || errors.Is(err, errStopped):
		return err
	case rd.answered > before:
		return rd.restart(ctx, q, err)
	case classOf(err) == classCombination && !q.noActions:
		return rd.tryWithoutActions(ctx, q, err)
	}
	isWithout, err := rd.dropFields(ctx, q, q.sample(), err)
	switch {
	case isWithout:
		q.fields = without(q.asks(), rd.tuning().Without)
		return rd.try(ctx, q)
	case isShrinkable(err):
		return rd.split(ctx, q, err)
	}
	return err
}

// restart decides what to do when a request fails after rows were passed on. These
// cannot be taken back, so the slice starts again with smaller requests.
func (rd *reading) restart(ctx context.Context, q request, err error) error {
	switch {
	case errors.Is(err, errRunGone):
		return restartError(err)
	case isShrinkable(err) && q.window.Days() > 1:
		if err := rd.learnDays(ctx, q); err != nil {
			return err
		}
		return restartError(err)
	case classOf(err) == classCursor, errors.Is(err, errNotReady):
		return restartError(err)
	}
	return err
}

func (rd *reading) learnDays(ctx context.Context, q request) error {
	half := (q.window.Days() + 1) / 2
	return rd.learn(ctx, func(l *tuning) {
		if l.Days == 0 || half < l.Days {
			l.Days = half
		}
	})
}

// once sends a request without splitting it: synchronously if it is small, else
// with a report job.
func (rd *reading) once(ctx context.Context, q request) error {
	isSmall := q.window.Days() <= smallDays || rd.stream.always && q.window == rd.slice.Window
	if !isSmall {
		return rd.report(ctx, q)
	}
	l := rd.list("act_"+q.account+"/insights", q.budget(), q)
	l.fixed = true
	before := rd.answered
	err := l.pages(ctx, rd.page)
	if isTooBig := errors.Is(err, errTooMuch) || isUnreadable(err); isTooBig && rd.answered == before {
		return rd.report(ctx, q) // a job may take longer and return more
	}
	return err
}

// split sends a request that was too big in parts.
func (rd *reading) split(ctx context.Context, q request, cause error) error {
	parts := q.byDays()
	if parts == nil {
		return rd.single(ctx, q, cause)
	}
	if err := rd.learnDays(ctx, q); err != nil {
		return err
	}
	return rd.each(ctx, parts)
}

// single sends a request about one day that was too big. If its rows can be read
// without their figures, some fields are the cause; else there are too many rows, or
// one object is the cause.
func (rd *reading) single(ctx context.Context, q request, cause error) error {
	m := &merged{keys: q.keys()}
	_, err := rd.rows(ctx, q, nil, m.add, true)
	if err == nil {
		return rd.byFields(ctx, q, cause)
	}
	if !isShrinkable(err) {
		return err
	}
	parts, err := rd.byObjects(ctx, q)
	switch {
	case err != nil:
		return err
	case parts != nil:
		return rd.each(ctx, parts)
	}
	// Only smaller pages are left to try.
	if _, err := rd.rows(ctx, q, nil, m.add, false); err == nil {
		return rd.byFields(ctx, q, cause)
	}
	return rd.missing(q, cause)
}

// rows reads some fields of a request, besides its keys, in one call.
func (rd *reading) rows(ctx context.Context, q request, fields []string, row rowFunc, fixed bool) (at time.Time, err error) {
	q.fields = append(q.keys(), fields...)
	l := rd.list("act_"+q.account+"/insights", q.budget(), q)
	l.row, l.undo, l.fixed = row, nil, fixed
	err = l.pages(ctx, func(_ context.Context, asked time.Time) error {
		if at.IsZero() {
			at = asked
		}
		return nil
	})
	return at, err
}

// missing lists the whole window as a gap. If Meta gave no reason and has answered
// nothing so far, it returns an error instead.
func (rd *reading) missing(q request, cause error) error {
	if !errors.Is(cause, errTooMuch) && q.ids == nil && rd.answered == 0 {
		return cause
	}
	for _, t := range rd.stream.tables() {
		if err := rd.gap(cause, gap{table: t.Name, days: q.window, row: q.object(), due: true}); err != nil {
			return err
		}
	}
	return nil
}

// gap lists a gap with its reason.
func (rd *reading) gap(cause error, x gap) error {
	f := adtally.FaultOf(cause)
	x.code, x.reason = f.Code, sentenceOf(f)
	return rd.gaps.add(x)
}
