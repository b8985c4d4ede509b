package destinationtest

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"adtally"
	"adtally/internal/destination"
	"adtally/internal/table"
)

// belief is what the warehouse must hold: the rows of a table by account and day, as see
// returns them.
type belief map[string][]string

// trial is one sequence of loads. Each trial has its own accounts, so that all can share
// one warehouse.
type trial struct {
	*warehouse
	accounts []string
	belief   belief
}

// lastLoadHolds: after any sequence of loads, including failed ones, every account, day and
// table holds exactly the rows of the last load that covered it.
func lastLoadHolds(t *testing.T, writer destination.Writer) {
	w := newWarehouse(t, writer)
	w.prepare(t, others)
	n := 0
	rapid.Check(t, func(t *rapid.T) {
		n++
		trial := trial{w, []string{fmt.Sprintf("act_%d_a", n), fmt.Sprintf("act_%d_b", n)}, belief{}}
		for range rapid.IntRange(1, 5).Draw(t, "loads") {
			trial.load(t)
		}
		trial.compare(t)
	})
}

func (r *trial) load(t *rapid.T) {
	account := rapid.SampledFrom(r.accounts).Draw(t, "account")
	from, length := rapid.IntRange(0, 4).Draw(t, "from"), rapid.IntRange(1, 4).Draw(t, "days")
	tables := rapid.SampledFrom([][]*table.Schema{{facts}, {others}, {facts, others}}).Draw(t, "tables")
	next, in := belief{}, []rows{}
	for _, s := range tables {
		for day := from; day < from+length; day++ {
			cells, seen := drawDay(t, account, day)
			in, next[place(s, account, day)] = append(in, rows{s, cells}), seen
		}
	}
	in = rapid.Permutation(in).Draw(t, "order")
	batches, fails := give(in...), rapid.IntRange(0, 4).Draw(t, "fails") == 0
	if fails {
		batches = breaking(errPlatform, in[:len(in)/2]...)
	}
	_, err := r.writer.Commit(context.Background(), r.warehouse.load(days(account, from, length), tables...), batches)
	if (err != nil) != fails {
		t.Fatalf("load should fail: %v, got %v", fails, err)
	}
	if !fails {
		for at, seen := range next {
			r.belief[at] = seen
		}
	}
}

func drawDay(t *rapid.T, account string, day int) (cells [][]string, seen []string) {
	for _, ad := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"x", "y", "z"}), 0, 3, rapid.ID[string]).Draw(t, "ads") {
		clicks := rapid.IntRange(0, 99).Draw(t, "clicks")
		cells, seen = append(cells, fact(account, day, ad, clicks, null)), append(seen, shown(account, day, ad, clicks, "NULL"))
	}
	return cells, seen
}

func place(s *table.Schema, account string, day int) string {
	return fmt.Sprint(s.Name, account, first+adtally.Day(day))
}

func (r *trial) compare(t *rapid.T) {
	for _, s := range []*table.Schema{facts, others} {
		for _, account := range r.accounts {
			want := []string{}
			for day := range 9 {
				want = append(want, r.belief[place(s, account, day)]...)
			}
			slices.Sort(want)
			query := "SELECT account_id, CAST(date AS VARCHAR), ad_id, clicks, CAST(spend AS VARCHAR) FROM DATASET." + s.Name + " WHERE account_id = '" + account + "'"
			same(t, s.Name, r.see(t, query), want)
		}
	}
}
