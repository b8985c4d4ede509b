package facebookads

import (
	"context"
	"errors"
	"time"

	"adtally"
)

// ask reads a question of a report, and in smaller ones where Meta finds it too
// big: days, then fields where the rows can be had without them, else the ids of
// objects from campaigns down to ads. What cannot be had at all is listed as a
// gap (R39).
func (rd *reading) ask(ctx context.Context, q question) error {
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

// each asks questions one after another, by what was learned meanwhile.
func (rd *reading) each(ctx context.Context, qs []question) error {
	for _, q := range qs {
		if err := rd.ask(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// try reads one question, and does what helps where Meta refuses it.
func (rd *reading) try(ctx context.Context, q question) error {
	before := rd.answered
	err := rd.once(ctx, q)
	switch {
	case err == nil || errors.Is(err, errStopped):
		return err
	case rd.answered > before:
		return rd.restart(ctx, q, err)
	case classOf(err) == classCombination && !q.plain:
		return rd.tryPlain(ctx, q, err)
	}
	isWithout, err := rd.leaveOut(ctx, q, q.sample(), err)
	switch {
	case isWithout:
		q.fields = without(q.asks(), rd.tuning().Without)
		return rd.try(ctx, q)
	case isShrinkable(err):
		return rd.narrower(ctx, q, err)
	}
	return err
}

// restart says what becomes of a question that fails after it gave rows: these
// cannot be taken back, so the slice begins anew, with smaller questions.
func (rd *reading) restart(ctx context.Context, q question, err error) error {
	switch {
	case errors.Is(err, errRunGone):
		return again(err)
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
	half := (q.window.Days() + 1) / 2
	return rd.learn(ctx, func(l *tuning) {
		if l.Days == 0 || half < l.Days {
			l.Days = half
		}
	})
}

// once asks a question as it is: small ones at once, and the others by a job.
func (rd *reading) once(ctx context.Context, q question) error {
	isSmall := q.window.Days() <= smallDays || rd.stream.always && q.window == rd.slice.Window
	if !isSmall {
		return rd.report(ctx, q)
	}
	l := rd.list("act_"+q.account+"/insights", q.budget(), q)
	l.fixed = true
	before := rd.answered
	err := l.pages(ctx, rd.page)
	if isTooBig := errors.Is(err, errTooMuch) || isUnreadable(err); isTooBig && rd.answered == before {
		return rd.report(ctx, q) // a job may take longer, and hold more
	}
	return err
}

// narrower asks a question that was too big in parts.
func (rd *reading) narrower(ctx context.Context, q question, cause error) error {
	parts := q.byDays()
	if parts == nil {
		return rd.single(ctx, q, cause)
	}
	if err := rd.learnDays(ctx, q); err != nil {
		return err
	}
	return rd.each(ctx, parts)
}

// single reads a question about one day that was too big. Where its rows can be
// had without their figures, the fields are at fault; else there are too many
// rows, or one object is at fault.
func (rd *reading) single(ctx context.Context, q question, cause error) error {
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
	// Nothing makes it smaller but its pages.
	if _, err := rd.rows(ctx, q, nil, m.add, false); err == nil {
		return rd.byFields(ctx, q, cause)
	}
	return rd.missing(q, cause)
}

// rows asks for some fields of a question at once, beside its keys.
func (rd *reading) rows(ctx context.Context, q question, fields []string, row rowFunc, fixed bool) (at time.Time, err error) {
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

// missing lists a whole cell as a gap. Where Meta gave no reason and answered
// nothing so far, it is an outage instead.
func (rd *reading) missing(q question, cause error) error {
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

// gap lists something with the reason for it.
func (rd *reading) gap(cause error, x gap) error {
	f := adtally.FaultOf(cause)
	x.code, x.reason = f.Code, sentenceOf(f)
	return rd.gaps.add(x)
}
