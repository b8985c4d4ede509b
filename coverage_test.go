package adtally_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
)

// For every day, the ranges report what its newest reading said. They are sorted and as
// long as possible.
func TestRanges_NewestReadingCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var all []adtally.Checkpoint
		newest := map[adtally.Day]adtally.Checkpoint{}
		for i := range rapid.IntRange(0, 12).Draw(t, "readings") {
			from := adtally.Day(rapid.IntRange(100, 130).Draw(t, "from"))
			c := adtally.Checkpoint{Table: "t", Account: "7", Window: adtally.WindowOf(from, from+adtally.Day(rapid.IntRange(0, 9).Draw(t, "days"))),
				Asked: time.Unix(int64(1000+i), 0), Partial: rapid.Bool().Draw(t, "partial")}
			all = append(all, c)
			for day := c.Window.From; day < c.Window.To; day++ {
				newest[day] = c
			}
		}
		all = rapid.Permutation(all).Draw(t, "in any order")
		seen := 0
		var last adtally.Checkpoint
		for i, r := range adtally.Ranges(all) {
			if i > 0 && (r.Window.From < last.Window.To || r.Window.From == last.Window.To && r.Partial == last.Partial) {
				t.Fatalf("%v after %v", r, last)
			}
			oldest := newest[r.Window.From].Asked
			for day := r.Window.From; day < r.Window.To; day++ {
				c, there := newest[day]
				if !there || c.Partial != r.Partial {
					t.Fatalf("day %s: %v, and the range says %v", day, c, r)
				}
				if c.Asked.Before(oldest) {
					oldest = c.Asked
				}
				seen++
			}
			if !oldest.Equal(r.Asked) {
				t.Fatalf("%v was asked at %s", r, oldest)
			}
			last = r
		}
		if seen != len(newest) {
			t.Fatalf("the ranges cover %d days, %d were read", seen, len(newest))
		}
	})
}
