package facebookads

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"slices"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
)

// merged is rows that came in parts, some fields at a time, by key.
type merged struct {
	keys  []string
	order []string
	rows  map[string]*mergedRow
}

type mergedRow struct {
	object []byte // still open
	has    map[string]bool
}

// add takes the members of one object that its row lacks.
func (m *merged) add(dec *jsontext.Decoder) error {
	names, values := []string{}, map[string][]byte{}
	err := members(dec, func(name string) error {
		value, err := dec.ReadValue()
		names, values[name] = append(names, name), bytes.Clone(value)
		return err
	})
	if err != nil {
		return err
	}
	row := m.row(values)
	for _, name := range names {
		if row.has[name] {
			continue
		}
		row.has[name] = true
		if row.object, err = appendMember(row.object, []byte(name), values[name]); err != nil {
			return err
		}
	}
	return nil
}

func (m *merged) row(values map[string][]byte) *mergedRow {
	var key []byte
	for _, k := range m.keys {
		key = append(append(key, values[k]...), '/')
	}
	row := m.rows[string(key)]
	if row == nil {
		row = &mergedRow{has: map[string]bool{}}
		if m.rows == nil {
			m.rows = map[string]*mergedRow{}
		}
		m.rows[string(key)], m.order = row, append(m.order, string(key))
	}
	return row
}

// each hands the whole rows on.
func (m *merged) each(row rowFunc) error {
	for _, key := range m.order {
		object := append(slices.Clone(m.rows[key].object), '}')
		if err := row(jsontext.NewDecoder(bytes.NewBuffer(object))); err != nil {
			return err
		}
	}
	return nil
}

// asker asks for some fields of what cannot be asked in smaller parts, and hands
// on each object.
type asker func(ctx context.Context, fields []string, row rowFunc) error

// gather asks for fields, and for half of them where that is too much. lost are
// those that cannot be had even alone.
func gather(ctx context.Context, ask asker, keys, fields []string, m *merged) (lost []string, err error) {
	part := &merged{keys: m.keys}
	err = ask(ctx, slices.Concat(keys, fields), part.add)
	switch {
	case err == nil:
		return nil, part.each(m.add)
	case !isShrinkable(err) || len(fields) == 0:
		return nil, err
	case len(fields) == 1:
		return fields, nil
	}
	half := len(fields) / 2
	first, err := gather(ctx, ask, keys, fields[:half], m)
	if err != nil {
		return nil, err
	}
	second, err := gather(ctx, ask, keys, fields[half:], m)
	return append(first, second...), err
}

// byFields reads a question that cannot be narrowed any more, some fields at a
// time. Where not even its keys can be had, all of it is a gap.
func (rd *reading) byFields(ctx context.Context, q question, cause error) iter.Seq2[time.Time, error] {
	return func(yield func(time.Time, error) bool) {
		var at time.Time
		ask := func(ctx context.Context, fields []string, row rowFunc) error {
			part := q
			part.fields = fields
			l := rd.list("act_"+q.account+"/insights", insightsOf(q.account), part)
			l.row, l.lone = row, nil
			for asked, err := range l.pages(ctx) {
				if err != nil {
					return err
				}
				at = asked
			}
			return nil
		}
		m := &merged{keys: q.keys()}
		err := rd.inParts(ctx, ask, q, m, cause)
		if err == nil && at.IsZero() {
			at = rd.note.Cursor().Asked
		}
		yield(at, err)
	}
}

// inParts reads the rows that ask gives: their keys first, then their fields.
func (rd *reading) inParts(ctx context.Context, ask asker, q question, m *merged, cause error) error {
	err := ask(ctx, q.keys(), m.add)
	if errors.Is(err, errTooMuch) || isShrinkable(err) && q.ids != nil { // else it may be an outage
		return rd.missing(q, cause)
	}
	if err != nil {
		return err
	}
	lost, err := gather(ctx, ask, q.keys(), without(q.asks(), q.keys()), m)
	if err != nil {
		return err
	}
	if err := m.each(rd.decoder.row); err != nil {
		return err
	}
	f := adtally.FaultOf(cause)
	for _, field := range lost {
		if err := rd.gaps.add(gap{day: q.window.From, row: q.object(), column: field, code: f.Code, reason: sentenceOf(f), due: true}); err != nil {
			return err
		}
	}
	return nil
}

// lone reads a page of one row that is still too much: a record that is broken
// is left out, and of one that is too big the fields are read in parts.
func (rd *reading) lone(q question) func(context.Context, *listing, error) (string, error) {
	return func(ctx context.Context, l *listing, cause error) (after string, err error) {
		query := cloneValues(l.query)
		ask := func(ctx context.Context, fields []string, row rowFunc) error {
			query.Set("fields", joined(rd.stream.askable(fields)))
			a, err := l.graph.get(ctx, l.path, l.budget, query)
			if err == nil {
				after, err = decodePage(a.Body, row)
			}
			return err
		}
		m := &merged{keys: q.keys()}
		if err := ask(ctx, q.keys(), m.add); err != nil {
			return "", errors.Join(cause, err)
		}
		if classOf(cause) == classRecord {
			return after, rd.broken(m, cause)
		}
		lost, err := gather(ctx, ask, q.keys(), without(q.asks(), q.keys()), m)
		if err == nil {
			err = m.each(rd.decoder.row)
		}
		if err == nil {
			err = rd.lostOf(m, lost, cause)
		}
		return after, err
	}
}

// broken lists a record that Meta cannot give.
func (rd *reading) broken(m *merged, cause error) error { return rd.lostOf(m, []string{""}, cause) }

// lostOf lists fields of the rows in m as gaps; "" = the whole row.
func (rd *reading) lostOf(m *merged, lost []string, cause error) error {
	f := adtally.FaultOf(cause)
	for _, key := range m.order {
		for _, field := range lost {
			x := gap{row: rowKey(key), column: field, code: f.Code, reason: sentenceOf(f), due: true}
			if rd.stream.daily {
				x.day = rd.slice.Window.From
			}
			if err := rd.gaps.add(x); err != nil {
				return err
			}
		}
	}
	return nil
}
