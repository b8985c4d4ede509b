package duckdb

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
	"github.com/zeebo/xxh3"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// facts are the counts of one table of a load.
type facts struct {
	rows     int64
	checksum string
	lost     int64 // rows of table.Quarantine with no loaded value
}

// audit checks the rows as they arrive, before the file is touched, and counts them.
type audit struct {
	schema           *table.Schema
	load             destination.Load
	key              []int
	names            []uint64 // hashes of the columns' names and types, so that the same values in another column hash differently
	rows             int64
	sum              uint64 // sum of the row hashes, independent of the order of the rows
	keyless, strays  int64
	hashes, keyWords []uint64 // of the current batch
	keys             keySet
	lost             int64
}

func newAudit(s *table.Schema, load destination.Load) *audit {
	a := &audit{schema: s, load: load}
	for _, c := range s.Key {
		a.key = append(a.key, s.Index(c))
	}
	for _, c := range s.Columns {
		a.names = append(a.names, xxh3.HashString(c.Name+" "+c.Type.String()))
	}
	return a
}

// take checks one batch.
func (a *audit) take(rec arrow.RecordBatch) {
	keyless, own := a.hash(rec), a.owner(rec)
	for row := range int(rec.NumRows()) {
		a.sum += a.hashes[row]
		if keyless[row] {
			a.keyless++
		}
		if !own(row) {
			a.strays++
		}
	}
	a.keys.add(a.keyWords, a.day(rec))
	a.rows += rec.NumRows()
	if a.schema == &table.Quarantine {
		a.lost += int64(rec.Column(a.schema.Index(table.LoadedColumn)).NullN())
	}
}

// hash computes the hashes of a batch's rows and keys, column by column. keyless marks the
// rows with a NULL in their key.
func (a *audit) hash(rec arrow.RecordBatch) (keyless []bool) {
	n := int(rec.NumRows())
	a.hashes, a.keyWords = zeros(a.hashes, n), zeros(a.keyWords, n)
	keyless = make([]bool, n)
	for i, c := range rec.Columns() {
		isKey, name := slices.Contains(a.key, i), a.names[i]
		eachHash(c, func(row int, h uint64) {
			a.hashes[row] = mix(a.hashes[row] ^ h + name)
			if isKey {
				a.keyWords[row] = mix(a.keyWords[row] ^ h + name)
				keyless[row] = keyless[row] || c.IsNull(row)
			}
		})
	}
	return keyless
}

func zeros(words []uint64, n int) []uint64 {
	words = slices.Grow(words[:0], n)[:n]
	clear(words)
	return words
}

// eachHash calls put with the hash of every value of a column. Hashes must be the same on
// every machine and in every version, because checksums are compared over years.
func eachHash(c arrow.Array, put func(row int, h uint64)) {
	const null = 0x6E756C6C
	var of func(row int) uint64
	switch c := c.(type) {
	case *array.String:
		of = func(row int) uint64 { return xxh3.HashString(c.Value(row)) }
	case *array.Int64:
		of = func(row int) uint64 { return mix(uint64(c.Value(row)) + 1) }
	case *array.Date32:
		of = func(row int) uint64 { return mix(uint64(c.Value(row)) + 2) }
	case *array.Timestamp:
		of = func(row int) uint64 { return mix(uint64(c.Value(row)) + 3) }
	case *array.Decimal128:
		of = func(row int) uint64 {
			v := c.Value(row)
			return mix(v.LowBits() + mix(uint64(v.HighBits())+4))
		}
	default:
		of = func(row int) uint64 { return xxh3.HashString(c.ValueStr(row)) }
	}
	for row := range c.Len() {
		if c.IsNull(row) {
			put(row, null)
			continue
		}
		put(row, of(row))
	}
}

// mix spreads a word over all its bits (the finalizer of MurmurHash3).
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xFF51AFD7ED558CCD
	x ^= x >> 33
	x *= 0xC4CEB9FE1A85EC53
	return x ^ x>>33
}

// owner returns a function that reports whether a row belongs to the slice: to its account
// and, unless the table has no days, to its window.
func (a *audit) owner(rec arrow.RecordBatch) func(row int) bool {
	text := func(name string) *array.String {
		c, _ := rec.Column(a.schema.Index(name)).(*array.String)
		return c
	}
	account := text(table.AccountColumn)
	checks := []func(row int) bool{func(row int) bool { return account.IsValid(row) && account.Value(row) == a.load.Slice.Account }}
	if a.schema.Mode == table.Replace {
		day, window := rec.Column(a.schema.Index(table.DayColumn)).(*array.Date32), a.load.Slice.Window
		checks = append(checks, func(row int) bool {
			if window.IsZero() || day.IsNull(row) {
				return window.IsZero() && day.IsNull(row)
			}
			d := adtally.Day(day.Value(row))
			return d >= window.From && d < window.To
		})
	}
	if remarks(a.schema) {
		of := text("table_name")
		checks = append(checks, func(row int) bool {
			return of.IsValid(row) && slices.ContainsFunc(a.load.Tables, func(t *table.Schema) bool { return t.Name == of.Value(row) })
		})
	}
	return func(row int) bool {
		return !slices.ContainsFunc(checks, func(check func(int) bool) bool { return !check(row) })
	}
}

// verdict returns the counts, or a fault if the rows must not be written.
func (a *audit) verdict() (facts, error) {
	switch {
	case a.strays > 0:
		return facts{}, bug("row_outside", "%d rows of %s are outside of %s; the next load would duplicate or lose them", a.strays, a.schema.Name, a.load.Slice)
	case a.keyless > 0 && a.schema != &table.Quarantine:
		return facts{}, bug("key_null", "%d rows of %s have a NULL in their key (%s)", a.keyless, a.schema.Name, strings.Join(a.schema.Key, ", "))
	}
	return facts{rows: a.rows, checksum: fmt.Sprintf("%x", binary.BigEndian.AppendUint64(nil, a.sum)), lost: a.lost}, nil
}

// day returns a function for the day of a row; it returns 0 if the key has no day.
func (a *audit) day(rec arrow.RecordBatch) func(row int) int32 {
	i := a.schema.Index(table.DayColumn)
	if !slices.Contains(a.key, i) {
		return func(int) int32 { return 0 }
	}
	c, _ := rec.Column(i).(*array.Date32)
	return func(row int) int32 { return int32(c.Value(row)) }
}

// tableNames returns the load's tables as an SQL list.
func (st *staging) tableNames() string {
	out := make([]string, len(st.load.Tables))
	for i, t := range st.load.Tables {
		out[i] = literal(t.Name)
	}
	return listed(out)
}

func listed(parts []string) string { return "(" + strings.Join(parts, ", ") + ")" }

// within returns the SQL condition for rows of the window's days. Rows of objects have no day.
func within(w adtally.Window) string {
	day := ident(table.DayColumn)
	if w.IsZero() {
		return day + " IS NULL"
	}
	return fmt.Sprintf("%s >= DATE '%s' AND %s < DATE '%s'", day, w.From, day, w.To)
}
