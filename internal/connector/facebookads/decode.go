package facebookads

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/jsonread"
	"adtally/internal/table"
)

// decoder turns Meta's JSON objects into typed columns in one pass, without building
// intermediate objects. Members without a column are kept in raw; a value that does
// not fit its column's type is quarantined, and the rest of its row is loaded.
type decoder struct {
	stream  *stream
	account adtally.Account
	offset  int32 // digits of the currency's minor unit
	known   bool  // whether offset is known; if not, amounts in minor units are withheld
	daily   bool  // rows that span more than one day are rejected
	key     []int // the key columns

	rows     *table.Builder
	actions  *actionRows // nil if the stream has none
	lists    *listRows   // nil if the stream has none
	rejected *table.Builder

	memo        [][]byte // texts of the current row, in the order of stream.remember
	stop        []byte   // date_stop of the current row
	raw         []byte
	badValues   []badValue
	foreign     bool // the current row belongs to another account
	memberOrder memberOrder
	scratch     []byte

	window  adtally.Window    // the requested days; zero = all
	bound   bool              // rows outside window are skipped
	filled  map[string]string // values of the current row that come from no member
	entries map[string]int    // of a page of a log: how often each entry came
}

func newDecoder(s *stream, a adtally.Account) *decoder {
	d := &decoder{stream: s, account: a, daily: s.daily && s.period.single(),
		rows: table.NewBuilder(s.table), rejected: table.NewBuilder(&table.Quarantine), memo: make([][]byte, len(s.remember))}
	d.offset, d.known = minorDigits(a.Currency)
	for _, name := range s.table.Key {
		d.key = append(d.key, s.table.Index(name))
	}
	if s.actions != nil {
		d.actions = newActionRows(s)
	}
	if s.lists != nil {
		d.lists = newListRows(s)
	}
	return d
}

// row decodes one element of a list. An element that is not an object is skipped and
// quarantined.
func (d *decoder) row(r *jsonread.Reader) error {
	switch {
	case r.Kind() != '{':
		value, err := r.Value()
		if err != nil {
			return err
		}
		d.reset()
		return d.quarantine(value, "An element of the list is not an object.")
	case d.stream.logs:
		return d.entry(r)
	}
	return d.object(r)
}

func (d *decoder) object(r *jsonread.Reader) error {
	d.reset()
	if err := r.Members(func(name []byte) error { return d.member(r, name) }); err != nil {
		return err
	}
	return d.endRow()
}

func (d *decoder) reset() {
	d.memberOrder.at = 0
	d.raw, d.stop, d.badValues, d.foreign = d.raw[:0], d.stop[:0], d.badValues[:0], false
	for i := range d.memo {
		d.memo[i] = d.memo[i][:0]
	}
	if d.actions != nil {
		d.actions.reset()
	}
	if d.lists != nil {
		d.lists.of = d.lists.of[:0]
	}
}

// member decodes the value of a member.
func (d *decoder) member(r *jsonread.Reader, name []byte) error {
	s, known := d.memberOrder.next(d.stream.slots, name)
	switch {
	case known && s.how == asActions && d.actions != nil && r.Kind() == '[':
		return d.actions.read(r, s, d)
	case known && s.how == asNested && r.Kind() == '{':
		return d.nested(r, s)
	case known && s.how == asAsset:
		return d.asset(r, s)
	}
	value, err := r.Value()
	if err != nil || value[0] == 'n' { // null counts as absent
		return err
	}
	switch {
	case known && s.how == asActions && d.actions != nil:
		d.addBadValue(d.stream.actions, s.name, string(value), errors.New("a list was expected"))
		return nil
	case !known || s.how == asActions || s.how == asMinor && !d.known:
		return d.keep(name, value)
	}
	if d.lists != nil && isList(s.from) {
		d.lists.read(s.name, value, d)
	}
	return d.store(s, value)
}

// unescaped returns the contents of a string without escapes.
func unescaped(value jsontext.Value) ([]byte, bool) {
	if value[0] != '"' || bytes.IndexByte(value, '\\') >= 0 {
		return nil, false
	}
	return value[1 : len(value)-1], true
}

// keep appends a member without a column to raw.
func (d *decoder) keep(name, value []byte) (err error) {
	d.raw, err = appendMember(d.raw, name, value)
	return err
}

// appendMember adds a member to an object that is not closed yet.
func appendMember(object, name, value []byte) ([]byte, error) {
	sep := byte(',')
	if len(object) == 0 {
		sep = '{'
	}
	object, err := jsontext.AppendQuote(append(object, sep), name)
	return append(append(object, ':'), value...), err
}

// store puts a value into its column or records that it did not fit.
func (d *decoder) store(s *slot, value jsontext.Value) error {
	text, err := d.text(s, value)
	if err == nil && s.date {
		text = d.day(s, text)
	}
	if err == nil && s.how == asStop {
		d.stop = append(d.stop[:0], text...)
		return nil
	}
	if err == nil && s.id {
		if text = bareID(text); len(text) == 0 {
			return nil // an empty ID counts as absent
		}
	}
	if err == nil && s.name == table.AccountColumn {
		text = bytes.TrimPrefix(text, []byte("act_"))
		d.foreign = d.foreign || string(text) != d.account.ID
	}
	if err == nil {
		err = setTrimmed(d.rows, s.column, text, d.scale(s))
	}
	if err != nil {
		if d.addBadValue(d.stream.table, s.name, string(value), err); !d.rows.IsSet(s.column) {
			return nil
		}
	}
	if s.memo >= 0 {
		d.memo[s.memo] = append(d.memo[s.memo][:0], text...)
	}
	return nil
}

// setTrimmed sets a value, without surrounding spaces if it does not fit with them.
func setTrimmed(rows *table.Builder, column int, text []byte, digits int32) error {
	err := rows.SetScaled(column, text, digits)
	if err == nil || rows.IsSet(column) {
		return err
	}
	if bare := bytes.TrimSpace(text); len(bare) > 0 && len(bare) < len(text) {
		return rows.SetScaled(column, bare, digits)
	}
	return err
}

func (d *decoder) scale(s *slot) int32 {
	if s.how == asMinor {
		return d.offset
	}
	return 0
}

// text returns a value as its column takes it: a document unchanged, a string without
// quotes, a number as its digits.
func (d *decoder) text(s *slot, value jsontext.Value) (_ []byte, err error) {
	if s.how == asInside && value.Kind() == '"' {
		d.scratch, err = jsontext.AppendUnquote(d.scratch[:0], value)
		if inner := jsontext.Value(d.scratch); err != nil || inner.IsValid() {
			return inner, err
		}
		return value, nil
	}
	if s.document {
		return value, nil
	}
	switch value[0] {
	case '"':
		if inside, ok := unescaped(value); ok {
			return inside, nil
		}
		d.scratch, err = jsontext.AppendUnquote(d.scratch[:0], value)
		return d.scratch, err
	case '{', '[':
		if s.how == asPart {
			return value, nil // rows with different values must stay apart
		}
		return nil, errors.New("expected a single value, not a list or an object")
	}
	return value, nil
}

// nested decodes creative:{"id":…}: the ID has a column; other members are kept in
// raw.
func (d *decoder) nested(r *jsonread.Reader, s *slot) error {
	var rest []byte
	err := members(r, func(name string) error {
		value, err := r.Value()
		if err != nil || value.Kind() == 'n' {
			return err
		}
		if name == "id" {
			return d.store(s, value)
		}
		rest, err = appendMember(rest, []byte(name), value)
		return err
	})
	if err != nil || len(rest) == 0 {
		return err
	}
	return d.keep([]byte(s.from), append(rest, '}'))
}

// endRow completes the row with the account's own values, raw, and the rows of its
// actions.
func (d *decoder) endRow() error {
	reason, err := d.checkStop()
	if err != nil {
		return err
	}
	d.fill(d.stream.slots["account_id"], d.account.ID)
	if d.account.Currency != "" {
		d.fill(d.stream.currency, d.account.Currency)
	}
	for _, p := range d.stream.parts {
		d.fill(p, noneGiven)
	}
	for name, value := range d.filled {
		d.fill(d.stream.filled[name], value)
	}
	if d.stream.derive != nil {
		if err := d.stream.derive(d); err != nil {
			return err
		}
	}
	if len(d.raw) > 0 {
		d.raw = append(d.raw, '}')
		if err := d.store(d.stream.raw, d.raw); err != nil {
			return err
		}
	}
	if reason = cmp.Or(reason, d.mismatch()); reason != "" {
		d.rows.Drop()
		said, err := d.remembered()
		if err != nil {
			return err
		}
		return d.quarantine(said, reason)
	}
	d.rows.EndRow()
	if d.actions != nil {
		d.actions.endRow(d)
	}
	if d.lists != nil {
		d.lists.endRow(d)
	}
	return d.reject()
}

// checkStop compares a row's last day with its first. In a daily stream they must be
// equal, or the row is rejected; elsewhere a different last day is kept.
func (d *decoder) checkStop() (reason string, err error) {
	if len(d.stop) == 0 || bytes.Equal(d.stop, d.memo[d.stream.day]) {
		return "", nil
	}
	if d.daily {
		return fmt.Sprintf("The row covers %s to %s, but single days were requested.", d.memo[d.stream.day], d.stop), nil
	}
	quoted, err := jsontext.AppendQuote(nil, d.stop)
	if err != nil {
		return "", err
	}
	return "", d.keep([]byte("date_stop"), quoted)
}

// fill gives a text column a default that the row did not bring itself.
func (d *decoder) fill(s *slot, value string) {
	if s != nil && !d.rows.IsSet(s.column) {
		d.put(s, []byte(value))
	}
}

// put stores a value that is text already.
func (d *decoder) put(s *slot, value []byte) {
	if err := d.rows.Set(s.column, value); err != nil {
		d.addBadValue(d.stream.table, s.name, string(value), err)
		return
	}
	if s.memo >= 0 {
		d.memo[s.memo] = append(d.memo[s.memo][:0], value...)
	}
}

// batches returns the rows read since the last call.
func (d *decoder) batches() (out []table.Batch) {
	d.entries = nil
	builders := []*table.Builder{d.rows, d.rejected}
	if d.actions != nil {
		builders = append(builders, d.actions.rows)
	}
	if d.lists != nil {
		builders = append(builders, d.lists.rows)
	}
	for _, b := range builders {
		if batch := b.Batch(); batch.Rows() > 0 {
			out = append(out, batch)
		} else {
			batch.Release()
		}
	}
	return out
}
