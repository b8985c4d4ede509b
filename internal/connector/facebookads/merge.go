package facebookads

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"adtally/internal/jsonread"
)

// merged collects rows by key whose fields come from several requests.
type merged struct {
	keys        []string
	memberOrder []string
	rows        map[string]*mergedRow
	stray       map[string]bool // elements that are not objects
}

type mergedRow struct {
	names  []string
	values map[string][]byte // the latest of each
	older  []mergedValue     // those that a later row replaced
}

type mergedValue struct {
	name  string
	value []byte
}

// add adds the members of an object to its row. If two objects differ in a member, the
// later one counts.
func (m *merged) add(r *jsonread.Reader) error {
	if r.Kind() != '{' {
		value, err := r.Value()
		if m.stray == nil {
			m.stray = map[string]bool{}
		}
		m.stray[string(value)] = true
		return err
	}
	var list, again []mergedValue
	values := map[string][]byte{}
	err := members(r, func(name string) error {
		value, err := r.Value()
		v := mergedValue{name, bytes.Clone(value)}
		if _, twice := values[name]; twice {
			again = append(again, v)
			return err
		}
		values[name], list = v.value, append(list, v)
		return err
	})
	if err != nil {
		return err
	}
	row := m.row(values)
	for _, v := range list {
		row.set(v, slices.Contains(m.keys, v.name))
	}
	row.older = append(row.older, again...)
	return nil
}

// set adds a value. Members of the key are the same value, however they are written.
func (row *mergedRow) set(v mergedValue, isKey bool) {
	before, known := row.values[v.name]
	switch {
	case !known:
		row.names = append(row.names, v.name)
	case isKey || bytes.Equal(before, v.value):
		return
	default:
		row.older = append(row.older, mergedValue{v.name, before})
	}
	row.values[v.name] = v.value
}

func (m *merged) row(values map[string][]byte) *mergedRow {
	var key []byte
	for _, k := range m.keys {
		key = append(append(key, keyText(values[k])...), '/')
	}
	row := m.rows[string(key)]
	if row == nil {
		row = &mergedRow{values: map[string][]byte{}}
		if m.rows == nil {
			m.rows = map[string]*mergedRow{}
		}
		m.rows[string(key)], m.memberOrder = row, append(m.memberOrder, string(key))
	}
	return row
}

// keyText returns a member of a key in one spelling.
func keyText(value []byte) string {
	text := strings.TrimPrefix(string(bareID([]byte(textIn(value)))), "act_")
	if day, ok := looseDay([]byte(text)); ok {
		return day
	}
	return text
}

// object returns the row as one object. A value that was replaced comes again after the
// latest, so that the decoder notes it.
func (row *mergedRow) object() (object []byte, err error) {
	for _, name := range row.names {
		if object, err = appendMember(object, []byte(name), row.values[name]); err != nil {
			return nil, err
		}
	}
	for _, v := range row.older {
		if object, err = appendMember(object, []byte(v.name), v.value); err != nil {
			return nil, err
		}
	}
	if len(object) == 0 {
		return []byte("{}"), nil
	}
	return append(object, '}'), nil
}

// each calls row with every complete row.
func (m *merged) each(row rowFunc) error {
	for _, key := range m.memberOrder {
		object, err := m.rows[key].object()
		if err == nil {
			err = row(jsonread.New(object))
		}
		if err != nil {
			return err
		}
	}
	for element := range m.stray {
		if err := row(jsonread.New([]byte(element))); err != nil {
			return err
		}
	}
	return nil
}

// fetchFunc requests some fields, besides the keys, in one request that cannot be made
// smaller, and passes each object to row.
type fetchFunc func(ctx context.Context, fields []string, row rowFunc) error

// gather requests fields, and halves of them if that is too much. lost are the fields
// that fail even alone.
func gather(ctx context.Context, ask fetchFunc, fields []string, m *merged) (lost []string, err error) {
	part := &merged{keys: m.keys}
	err = ask(ctx, fields, part.add)
	switch {
	case err == nil:
		return nil, part.each(m.add)
	case !isShrinkable(err) || len(fields) == 0:
		return nil, err
	case len(fields) == 1:
		return fields, nil
	}
	half := len(fields) / 2
	first, err := gather(ctx, ask, fields[:half], m)
	if err != nil {
		return nil, err
	}
	second, err := gather(ctx, ask, fields[half:], m)
	return append(first, second...), err
}

// byFields sends a request a few fields at a time. A field that is too much even
// alone is requested object by object.
func (rd *reading) byFields(ctx context.Context, q request, cause error) error {
	var at time.Time
	ask := func(ctx context.Context, fields []string, row rowFunc) (err error) {
		at, err = rd.rows(ctx, q, fields, row, false)
		return err
	}
	m := &merged{keys: q.keys()}
	lost, err := gather(ctx, ask, without(q.asks(), q.keys()), m)
	for _, field := range lost {
		if err == nil {
			err = rd.fieldByObject(ctx, q, field, m, cause)
		}
	}
	if err == nil {
		err = m.each(rd.decoder.row)
	}
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = rd.now
	}
	return rd.page(ctx, at)
}

// fieldByObject requests one field for fewer objects at a time. If no part succeeds, the
// field counts as lost for all of them: checking each object would take as many calls
// as there are objects.
func (rd *reading) fieldByObject(ctx context.Context, q request, field string, m *merged, cause error) error {
	parts, err := rd.byObjects(ctx, q)
	if err != nil {
		return err
	}
	var lost []request
	for _, part := range parts {
		switch _, err := rd.rows(ctx, part, []string{field}, m.add, true); {
		case isShrinkable(err):
			lost = append(lost, part)
		case err != nil:
			return err
		}
	}
	if len(lost) == len(parts) && (len(parts) != 1 || parts[0].below() == "") {
		return rd.gap(cause, gap{days: q.window, row: q.object(), column: field, due: true})
	}
	for _, part := range lost {
		if err := rd.fieldByObject(ctx, part, field, m, cause); err != nil {
			return err
		}
	}
	return nil
}

// oneRow handles a page of one row that is still too much: a broken record is left
// out, and a large one is read a few fields at a time.
func (rd *reading) oneRow(q request) func(context.Context, *listing, error) (string, error) {
	return func(ctx context.Context, l *listing, cause error) (after string, err error) {
		query := cloneValues(l.query)
		ask := func(ctx context.Context, fields []string, row rowFunc) error {
			query.Set("fields", joined(append(q.keys(), fields...)))
			a, err := l.graph.get(ctx, l.path, l.budget, query)
			if err == nil {
				after, err = decodePage(a.Body, row)
			}
			return err
		}
		m := &merged{keys: q.keys()}
		if err := ask(ctx, nil, m.add); err != nil {
			return "", errors.Join(cause, err)
		}
		if classOf(cause) == classRecord {
			return after, rd.addLost(m, []string{""}, cause)
		}
		lost, err := gather(ctx, ask, without(q.asks(), q.keys()), m)
		if err == nil {
			err = m.each(rd.decoder.row)
		}
		if err == nil {
			err = rd.addLost(m, lost, cause)
		}
		return after, err
	}
}

// addLost lists fields of the objects in m as gaps; "" = the whole object.
func (rd *reading) addLost(m *merged, lost []string, cause error) error {
	for _, key := range m.memberOrder {
		for _, field := range lost {
			if err := rd.gap(cause, gap{days: rd.slice.Window, row: rowKey(key), column: field, due: true}); err != nil {
				return err
			}
		}
	}
	return nil
}
