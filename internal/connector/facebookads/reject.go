package facebookads

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"adtally"
	"adtally/internal/table"
)

// badValue is a value that did not fit its column, or not unchanged.
type badValue struct {
	table, column, value, reason string
	loaded                       *string // the value that was loaded instead; nil = none
}

func (d *decoder) addBadValue(t *table.Schema, column, value string, err error) {
	m := badValue{table: t.Name, column: column, value: value, reason: err.Error()}
	if rounded, ok := errors.AsType[*table.Rounded](err); ok {
		m.loaded = &rounded.Kept
	}
	d.badValues = append(d.badValues, m)
}

// mismatch returns why a row cannot be one of those that were requested, or "".
func (d *decoder) mismatch() string {
	if !d.bound {
		return ""
	}
	for _, column := range d.key {
		if !d.rows.IsSet(column) {
			return fmt.Sprintf("The row has no %s, which is part of its key.", d.stream.table.Columns[column].Name)
		}
	}
	if d.foreign {
		return "The row belongs to another account."
	}
	if d.stream.day < 0 || d.window.IsZero() || !d.stream.daily {
		return ""
	}
	if day, err := adtally.ParseDay(string(d.memo[d.stream.day])); err != nil || !d.window.Contains(day) {
		return fmt.Sprintf("The row is about %s, but %s was requested.", d.memo[d.stream.day], d.window)
	}
	return ""
}

// quarantine rejects a whole element.
func (d *decoder) quarantine(value []byte, reason string) error {
	d.badValues = append(d.badValues, badValue{table: d.stream.table.Name, value: string(value), reason: reason})
	return d.reject()
}

// remembered returns the remembered members of the current row as a JSON object.
func (d *decoder) remembered() ([]byte, error) {
	var object []byte
	for i, name := range d.stream.remember {
		quoted, err := jsontext.AppendQuote(nil, d.memo[i])
		if err != nil {
			return nil, err
		}
		if len(d.memo[i]) == 0 {
			continue
		}
		if object, err = appendMember(object, []byte(name), quoted); err != nil {
			return nil, err
		}
	}
	if len(object) == 0 {
		return []byte("{}"), nil
	}
	return append(object, '}'), nil
}

// reject writes the row's bad values to quarantine.
func (d *decoder) reject() error {
	if len(d.badValues) == 0 {
		return nil
	}
	day, key := d.rejectedDay(), bytes.Trim(bytes.Join(d.memo[:len(d.stream.table.Key)], []byte("/")), "/")
	for _, m := range d.badValues {
		for i, v := range []string{m.table, d.account.ID, day, string(key), m.column, m.value, m.reason} {
			if v == "" && i == 2 {
				continue // an object has no day
			}
			if err := d.rejected.Set(i, bytes.ToValidUTF8([]byte(v), []byte("\uFFFD"))); err != nil {
				return fmt.Errorf("quarantine %s: %w", table.Quarantine.Columns[i].Name, err)
			}
		}
		if m.loaded != nil {
			if err := d.rejected.Set(table.Quarantine.Index(table.LoadedColumn), []byte(*m.loaded)); err != nil {
				return fmt.Errorf("quarantine the loaded value: %w", err)
			}
		}
		d.rejected.EndRow()
	}
	return nil
}

// rejectedDay returns the day under which the row's bad values are listed: its own, or
// the first day of the slice if its own is not in the slice. They are replaced
// together with the rows of that day.
func (d *decoder) rejectedDay() string {
	if !d.stream.daily {
		return ""
	}
	if d.stream.day >= 0 {
		day, err := adtally.ParseDay(string(d.memo[d.stream.day]))
		if err == nil && (d.window.IsZero() || d.window.Contains(day)) {
			return day.String()
		}
	}
	if d.window.IsZero() {
		return ""
	}
	return d.window.From.String()
}

// discard drops the rows read since the last hand-over.
func (d *decoder) discard() {
	for _, b := range d.batches() {
		b.Release()
	}
}

// day parses a day in any of Meta's forms: 2026-5-26 and 2026-05-26T00:00:00+0200 are
// the same day as 2026-05-26. A converted value is also listed in quarantine.
func (d *decoder) day(s *slot, text []byte) []byte {
	const plain = len("2006-01-02")
	if len(text) == plain && text[4] == '-' && text[7] == '-' {
		return text
	}
	day, ok := looseDay(text)
	if !ok {
		return text
	}
	d.badValues = append(d.badValues, badValue{table: d.stream.table.Name, column: s.name, value: string(text), reason: "The day has an unusual format.", loaded: &day})
	return []byte(day)
}

func looseDay(text []byte) (string, bool) {
	text = bytes.TrimSpace(text)
	if i := bytes.IndexAny(text, "T "); i > 0 {
		text = text[:i]
	}
	parts := bytes.Split(text, []byte("-"))
	if len(parts) != 3 {
		return "", false
	}
	var numbers [3]int
	for i, part := range parts {
		n, err := strconv.Atoi(string(part))
		if err != nil || n < 0 {
			return "", false
		}
		numbers[i] = n
	}
	day, err := adtally.ParseDay(fmt.Sprintf("%04d-%02d-%02d", numbers[0], numbers[1], numbers[2]))
	return day.String(), err == nil
}
