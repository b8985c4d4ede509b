package duckdb

import "slices"

// keySet looks for keys that occur twice, a day at a time: reports come in the
// order of their days, so that it holds one day's hashes and no more.
type keySet struct {
	day      int32
	hashes   []uint64 // of that day
	closed   map[int32]bool
	suspects map[uint64]bool // hashes that two rows of a day share
	mixed    bool            // a day came back after it was closed: nothing is known
}

func (k *keySet) add(hashes []uint64, day func(row int) int32) {
	for row, h := range hashes {
		if d := day(row); d != k.day {
			k.close()
			k.day = d
			k.mixed = k.mixed || k.closed[d]
		}
		k.hashes = append(k.hashes, h)
	}
}

// close ends a day.
func (k *keySet) close() {
	slices.Sort(k.hashes)
	for i := 1; i < len(k.hashes); i++ {
		if k.hashes[i] == k.hashes[i-1] {
			if k.suspects == nil {
				k.suspects = map[uint64]bool{}
			}
			k.suspects[k.hashes[i]] = true
		}
	}
	if len(k.hashes) > 0 {
		if k.closed == nil {
			k.closed = map[int32]bool{}
		}
		k.closed[k.day] = true
	}
	k.hashes = k.hashes[:0]
}
