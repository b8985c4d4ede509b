package duckdb

import (
	"fmt"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// hashesAtOnce is how many hashes of keys are in memory at the same time: 32 MB. More rows are
// read several times.
const hashesAtOnce = 4 << 20

// keepFirst leaves the first row of each key.
func (t *staged) keepFirst(key []string) error {
	if len(key) == 0 || t.facts.rows == 0 {
		return nil
	}
	t.audit = newAudit(&table.Schema{Name: t.schema.Name, Key: key, Columns: t.schema.Columns}, destination.Load{})
	for i, at := range t.audit.key {
		if at < 0 {
			return bug("key_missing", "The rows of %s have no column %s, which is a part of the key", t.schema.Name, key[i])
		}
	}
	t.schema = t.audit.schema
	passes := uint64(t.facts.rows/hashesAtOnce + 1)
	for pass := range passes {
		if err := t.suspect(pass, passes); err != nil {
			return fmt.Errorf("check the keys of %s: %w", t.schema.Name, err)
		}
	}
	if len(t.audit.keys.suspects) == 0 {
		return nil
	}
	seenKeys := map[string]bool{}
	return t.again(func(b seen) error {
		for row, h := range b.keys {
			if !t.audit.keys.suspects[h] {
				continue
			}
			key := b.audit.keyOf(b.rec, row)
			if !seenKeys[key] {
				seenKeys[key] = true
				continue
			}
			t.drop = append(t.drop, b.from+int64(row))
			if len(t.twice) < destination.MaxKeys {
				t.twice = append(t.twice, key)
			}
		}
		return nil
	})
}

// suspect finds the hashes that occur twice, of the keys that belong to a pass.
func (t *staged) suspect(pass, passes uint64) error {
	hashes := make([]uint64, 0, min(t.facts.rows, hashesAtOnce))
	err := t.again(func(b seen) error {
		for _, h := range b.keys {
			if h%passes == pass {
				hashes = append(hashes, h)
			}
		}
		return nil
	})
	t.audit.keys.suspect(hashes)
	return err
}
