package duckdb

import "slices"

// keySet finds keys that may occur twice. Reports are sorted by day, so it holds the
// hashes of one day only.
type keySet struct {
	day      int32
	hashes   []uint64 // of the current day
	closed   map[int32]bool
	suspects map[uint64]bool // hashes that two rows of a day share
	reopened map[int32]bool  // days that continued after they were closed; their duplicates are not known
}

func (k *keySet) add(hashes []uint64, day func(row int) int32) {
	for row, h := range hashes {
		if d := day(row); d != k.day {
			k.close()
			k.day = d
			if k.closed[d] {
				k.reopen(d)
			}
		}
		k.hashes = append(k.hashes, h)
	}
}

func (k *keySet) reopen(day int32) {
	if k.reopened == nil {
		k.reopened = map[int32]bool{}
	}
	k.reopened[day] = true
}

// suspect records the hashes that occur twice.
func (k *keySet) suspect(hashes []uint64) {
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			if k.suspects == nil {
				k.suspects = map[uint64]bool{}
			}
			k.suspects[hashes[i]] = true
		}
	}
}

// close ends a day.
func (k *keySet) close() {
	k.suspect(k.hashes)
	if len(k.hashes) > 0 {
		if k.closed == nil {
			k.closed = map[int32]bool{}
		}
		k.closed[k.day] = true
	}
	k.hashes = k.hashes[:0]
}
