package store_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/store"
)

func TestNumbered(t *testing.T) {
	t.Parallel()
	for statement, want := range map[string]string{
		"SELECT 1":                                  "SELECT 1",
		"a = ? AND b = ?":                           "a = $1 AND b = $2",
		"a = 'what?' AND b = ?":                     "a = 'what?' AND b = $1",
		"a = 'it''s ?' AND b = ?":                   "a = 'it''s ?' AND b = $1",
		`"odd?" = ?`:                                `"odd?" = $1`,
		"a = ? -- really?\nAND b = ?":               "a = $1 -- really?\nAND b = $2",
		"a /* ? ' */ = ?":                           "a /* ? ' */ = $1",
		"(?,?,?,?,?,?,?,?,?,?,?)":                   "($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)",
		"a = ? AND 'never closed ?":                 "a = $1 AND 'never closed ?",
		"name = 'قهوة?' AND zone = ? /* unclosed ?": "name = 'قهوة?' AND zone = $1 /* unclosed ?",
	} {
		if got := store.Numbered(statement); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", statement, got, want)
		}
	}
}

// Whatever is between the placeholders, their order and the other text stay.
func TestNumbered_ChangesNothingElse(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var statement, want strings.Builder
		n := 0
		for _, piece := range rapid.SliceOf(rapid.SampledFrom([]string{"?", "a = ", "'?'", `"?"`, "--?\n", "/*?*/", "''", "é", "- ", "/ ", "'--?'", `"'?"`})).Draw(t, "pieces") {
			statement.WriteString(piece)
			if piece == "?" {
				n++
				piece = "$" + strconv.Itoa(n)
			}
			want.WriteString(piece)
		}
		if got := store.Numbered(statement.String()); got != want.String() {
			t.Fatalf("%q became %q, want %q", statement.String(), got, want.String())
		}
	})
}

func FuzzNumbered(f *testing.F) {
	f.Add("a = ? AND 'b?")
	f.Fuzz(func(t *testing.T, statement string) {
		if got := store.Numbered(statement); len(got) < len(statement) {
			t.Errorf("%q became %q", statement, got)
		}
	})
}

// Two methods that read and then write what they read are as one after the
// other: nothing that one of them counted is lost.
func TestWrite_Serializable(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 10 {
					if err := db.Count(ctx, nil); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if tuning, err := db.Tuning(ctx, "s", "7", "n"); err != nil || number(tuning) != 40 {
			t.Errorf("it counted to %s, %v", tuning, err)
		}
	})
}

func TestWrite_FaultRollsBack(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, address string) {
		db := open(t, address)
		refusal := &adtally.Fault{Act: adtally.Configure, Code: "conflict", Message: "No"}
		if err := db.Count(ctx, func() error { return refusal }); !errors.Is(err, error(refusal)) {
			t.Errorf("it says %v", err)
		}
		if tuning, err := db.Tuning(ctx, "s", "7", "n"); err != nil || tuning != nil {
			t.Errorf("it counted to %s, %v", tuning, err)
		}
	})
}
