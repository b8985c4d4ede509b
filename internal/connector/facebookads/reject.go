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

// misfit is a value that did not fit, or not as it came.
type misfit struct {
	table, column, value, reason string
	loaded                       *string // what was loaded instead; nil = nothing
}

func (d *decoder) misfit(t *table.Schema, column, value string, err error) {
	m := misfit{table: t.Name, column: column, value: value, reason: err.Error()}
	if rounded, ok := errors.AsType[*table.Rounded](err); ok {
		m.loaded = &rounded.Kept
	}
	d.misfits = append(d.misfits, m)
}

// strange says why a row cannot be one of those that were asked for; "" = it can.
func (d *decoder) strange() string {
	if !d.bound {
		return ""
	}
	for _, column := range d.key {
		if !d.rows.IsSet(column) {
			return fmt.Sprintf("The row has no %s, which is a part of its key.", d.stream.table.Columns[column].Name)
		}
	}
	if d.foreign {
		return "The row is another account's."
	}
	if d.stream.day < 0 || d.window.IsZero() || !d.stream.daily {
		return ""
	}
	if day, err := adtally.ParseDay(string(d.memo[d.stream.day])); err != nil || !d.window.Contains(day) {
		return fmt.Sprintf("The row is of %s, and %s was asked for.", d.memo[d.stream.day], d.window)
	}
	return ""
}

// stray puts a whole element into quarantine.
func (d *decoder) stray(value []byte, reason string) error {
	d.misfits = append(d.misfits, misfit{table: d.stream.table.Name, value: string(value), reason: reason})
	return d.reject()
}

// said is what is remembered of the row under way, as an object.
func (d *decoder) said() ([]byte, error) {
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

// reject writes the row's misfits to quarantine.
func (d *decoder) reject() error {
	if len(d.misfits) == 0 {
		return nil
	}
	day, key := d.rejectedDay(), bytes.Trim(bytes.Join(d.memo[:len(d.stream.table.Key)], []byte("/")), "/")
	for _, m := range d.misfits {
		for i, v := range []string{m.table, d.account.ID, day, string(key), m.column, m.value, m.reason} {
			if v == "" && i == 2 {
				continue // an entity has no day
			}
			if err := d.rejected.Set(i, bytes.ToValidUTF8([]byte(v), []byte("\uFFFD"))); err != nil {
				return fmt.Errorf("quarantine %s: %w", table.Quarantine.Columns[i].Name, err)
			}
		}
		if m.loaded != nil {
			if err := d.rejected.Set(table.Quarantine.Index(table.LoadedColumn), []byte(*m.loaded)); err != nil {
				return fmt.Errorf("quarantine what was loaded: %w", err)
			}
		}
		d.rejected.EndRow()
	}
	return nil
}

// rejectedDay is the day that misfits of the row under way are listed under: its
// own, or the first of the slice where it has none of those. They go away with
// the rows of that day.
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

// discard forgets what was read since rows were handed over last.
func (d *decoder) discard() {
	for _, b := range d.batches() {
		b.Release()
	}
}

// day reads a day however it is written: 2026-5-26 and 2026-05-26T00:00:00+0200
// are the same day as 2026-05-26. That it was read so is said.
func (d *decoder) day(s *slot, text []byte) []byte {
	const plain = len("2006-01-02")
	if len(text) == plain && text[4] == '-' && text[7] == '-' {
		return text
	}
	day, ok := looseDay(text)
	if !ok {
		return text
	}
	d.misfits = append(d.misfits, misfit{table: d.stream.table.Name, column: s.name, value: string(text), reason: "The day is written in another way than usual.", loaded: &day})
	return []byte(day)
}

func looseDay(text []byte) (string, bool) {
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
