package store_test

import (
	"slices"
	"testing"
	"time"

	"adtally"
)

func TestCheckpoints_DeleteCursorOfTheirSlice(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		other := adtally.Slice{Stream: "ads", Account: "7"}
		for _, s := range []adtally.Slice{slice, other} {
			if err := db.SaveCursor(ctx, "s", s, adtally.Cursor{Asked: moment, Note: []byte("job of " + s.String())}); err != nil {
				t.Fatal(err)
			}
		}
		cps := []adtally.Checkpoint{{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "l"},
			{Table: "basic_ad_actions", Account: "7", Window: slice.Window, Asked: moment, Load: "l"}}
		if err := db.SaveCheckpoints(ctx, "s", slice, cps); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		db = open(t, address)
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "checkpoints", got, cps)
		gone, err := db.Cursor(ctx, "s", slice)
		if err != nil || !gone.Asked.IsZero() || gone.Note != nil {
			t.Errorf("the slice's cursor: %+v, %v", gone, err)
		}
		left, err := db.Cursor(ctx, "s", other)
		if err != nil || string(left.Note) != "job of "+other.String() || !left.Asked.Equal(moment) {
			t.Errorf("another slice's cursor: %+v, %v", left, err)
		}
	})
}

func TestCheckpoints_AdoptWarehouse(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		mine := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: slice.Window, Asked: moment, Load: "old"}
		if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{mine}); err != nil {
			t.Fatal(err)
		}
		truth := []adtally.Checkpoint{{Table: "ads", Account: "7", Asked: moment, Load: "a"},
			{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20010, To: 20012}, Asked: moment.Add(time.Hour), Load: "b"}}
		if err := db.AdoptCheckpoints(ctx, "s", "7", truth); err != nil {
			t.Fatal(err)
		}
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "checkpoints", got, truth)
	})
}

// A day that the platform returned in part is marked as partial.
func TestCheckpoints_PartialStaysPartial(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		whole := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20000, To: 20010}, Asked: moment, Load: "l"}
		part := adtally.Checkpoint{Table: "basic_ad", Account: "7", Window: adtally.Window{From: 20010, To: 20031}, Asked: moment, Load: "l", Partial: true}
		now := adtally.Checkpoint{Table: "ads", Account: "7", Load: "n", Partial: true}
		if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{whole, part, now}); err != nil {
			t.Fatal(err)
		}
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "saved", got, []adtally.Checkpoint{now, whole, part})
		if err := db.AdoptCheckpoints(ctx, "s", "7", []adtally.Checkpoint{part}); err != nil {
			t.Fatal(err)
		}
		if got, err = db.Checkpoints(ctx, "s", "7"); err != nil {
			t.Fatal(err)
		}
		same(t, "adopted", got, []adtally.Checkpoint{part})
	})
}

// A newer checkpoint supersedes an older one within it; a zero window is not a range
// of days.
func TestCheckpoints_CoveredIsDeleted(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		at := func(from, to adtally.Day, hours int, load string) adtally.Checkpoint {
			c := adtally.Checkpoint{Table: "t", Account: "7", Window: adtally.Window{From: from, To: to}, Load: load}
			if hours > 0 {
				c.Asked = moment.Add(time.Duration(hours) * time.Hour)
			}
			return c
		}
		for _, c := range []adtally.Checkpoint{
			at(20000, 20010, 1, "within"), at(20000, 20040, 1, "wider"), at(20005, 20006, 3, "newer"), at(20001, 20002, 0, "never asked"), at(0, 0, 1, "now"),
			at(20000, 20031, 2, "last"),
		} {
			if err := db.SaveCheckpoints(ctx, "s", slice, []adtally.Checkpoint{c}); err != nil {
				t.Fatal(err)
			}
		}
		all, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		var left []string
		for _, c := range all {
			left = append(left, c.Load)
		}
		same(t, "left", left, []string{"now", "last", "wider", "newer"})
	})
}

// The order is the same in both databases; never-asked checkpoints come first.
func TestCheckpoints_AreOrdered(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		var want []adtally.Checkpoint
		for _, table := range []string{"B", "_", "a", "é"} {
			for _, asked := range []time.Time{{}, moment, moment.Add(time.Second)} {
				want = append(want, adtally.Checkpoint{Table: table, Account: "7", Window: slice.Window, Asked: asked, Load: "l"})
			}
		}
		mixed := slices.Clone(want)
		slices.Reverse(mixed)
		if err := db.AdoptCheckpoints(ctx, "s", "7", mixed); err != nil {
			t.Fatal(err)
		}
		got, err := db.Checkpoints(ctx, "s", "7")
		if err != nil {
			t.Fatal(err)
		}
		same(t, "checkpoints", got, want)
	})
}
