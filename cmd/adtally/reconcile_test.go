package main

import (
	"context"
	"iter"
	"math/big"
	"path/filepath"
	"testing"
	"time"

	"adtally"
	"adtally/internal/connector"
	"adtally/internal/destination/duckdb"
	"adtally/internal/engine"
	"adtally/internal/store"
	"adtally/internal/table"
)

// totalled is a platform with one day of facts and its total. It returns spend and clicks by
// stream; no entry = no row.
type totalled struct {
	gives map[string][2]string
	reads map[string]int
}

var dayOfFacts = adtally.WindowOf(20000, 20000)

func figures(name string) *table.Schema {
	column := func(name string, t table.Type, u table.Unit, a table.Additivity) table.Column {
		return table.Column{Name: name, Type: t, Unit: u, Additivity: a, Description: "d"}
	}
	return &table.Schema{Name: name, Description: "d", Mode: table.Replace, Key: []string{"account_id", "date"}, Columns: []table.Column{
		column("account_id", table.Text, table.ID, table.None), column("date", table.Date, table.Days, table.None),
		column("spend", table.Decimal(18, 6), table.Count, table.Sum), column("clicks", table.Int, table.Count, table.Sum)}}
}

func (p *totalled) Streams() []connector.Stream {
	cent := func(_ adtally.Account, column string) *big.Rat {
		if column == "spend" {
			return big.NewRat(1, 200)
		}
		return nil
	}
	total := &connector.Total{Table: "totals", Columns: []string{"spend", "clicks"}, Tolerance: cent}
	return []connector.Stream{{Name: "facts", Tables: []*table.Schema{figures("facts")}, Daily: true, Total: total},
		{Name: "totals", Tables: []*table.Schema{figures("totals")}, Daily: true}}
}

func (*totalled) Views() []*table.View { return nil }

func (p *totalled) Plan(stream string, a adtally.Account, done []adtally.Checkpoint, now time.Time) []adtally.Slice {
	for _, c := range done {
		if c.Table == stream && !c.Asked.Before(now) {
			return nil
		}
	}
	return []adtally.Slice{{Stream: stream, Account: a.ID, Window: dayOfFacts}}
}

func (p *totalled) Read(_ context.Context, a adtally.Account, sl adtally.Slice, _ connector.Note) iter.Seq2[table.Batch, error] {
	return func(yield func(table.Batch, error) bool) {
		p.reads[sl.Stream]++
		b := table.NewBuilder(figures(sl.Stream))
		if row, given := p.gives[sl.Stream]; given {
			for i, text := range []string{a.ID, dayOfFacts.From.String(), row[0], row[1]} {
				if err := b.Set(i, []byte(text)); err != nil {
					yield(table.Batch{}, err)
					return
				}
			}
			b.EndRow()
		}
		yield(b.Batch(), nil)
	}
}

// Sums that differ by less than half a cent agree. Larger differences are reported, and a
// missing total is not reported as zero.
func TestEngine_Reconcile(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		gives map[string][2]string
		want  string // the drift of spend or clicks; empty = it adds up
	}{
		"equal":              {map[string][2]string{"facts": {"161.53", "7"}, "totals": {"161.53", "7"}}, ""},
		"six decimals":       {map[string][2]string{"facts": {"161.530001", "7"}, "totals": {"161.53", "7"}}, ""},
		"nearly half a cent": {map[string][2]string{"facts": {"161.534999", "7"}, "totals": {"161.53", "7"}}, ""},
		"half a cent":        {map[string][2]string{"facts": {"161.535", "7"}, "totals": {"161.53", "7"}}, "facts on 2024-10-04: the sum of spend is 161.535, and Meta says 161.53 (difference 0.005)"},
		"a cent less":        {map[string][2]string{"facts": {"161.52", "7"}, "totals": {"161.53", "7"}}, "facts on 2024-10-04: the sum of spend is 161.52, and Meta says 161.53 (difference -0.01)"},
		"a click":            {map[string][2]string{"facts": {"1.50", "6"}, "totals": {"1.50", "7"}}, "facts on 2024-10-04: the sum of clicks is 6, and Meta says 7 (difference -1)"},
		"no total":           {map[string][2]string{"facts": {"161.50", "0"}}, "facts on 2024-10-04: the sum of spend is 161.50, and Meta gives no total (difference 161.50)"},
		"no rows":            {map[string][2]string{"totals": {"12", "0"}}, "facts on 2024-10-04: the warehouse has no spend, and Meta says 12 (difference -12)"},
		"nothing at all":     {nil, ""},
		"nothing was spent":  {map[string][2]string{"facts": {"0", "0"}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, err := duckdb.New(duckdb.Options{}).Open(t.Context(), adtally.Destination{Location: filepath.Join(t.TempDir(), "w.duckdb")}, adtally.Secret{})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			db, err := store.Open(t.Context(), filepath.Join(t.TempDir(), "state"))
			if err != nil {
				t.Fatal(err)
			}
			defer db.Close()
			now := time.Date(2026, 6, 2, 10, 0, 0, 0, time.UTC)
			if err := db.BeginRun(t.Context(), adtally.Run{ID: "r", Source: "s", Started: now, State: adtally.Running}); err != nil {
				t.Fatal(err)
			}
			p := &totalled{c.gives, map[string]int{}}
			e := &engine.Engine{Source: adtally.Source{ID: "s", Dataset: "d"}, Reader: p, Writer: w, Store: db, Now: func() time.Time { return now }, NewID: newID}
			if err := e.Prepare(t.Context()); err != nil {
				t.Fatal(err)
			}
			done, err := e.Step(t.Context(), adtally.Step{Run: "r", Account: adtally.Account{ID: "7", Zone: "Europe/Prague", Currency: "EUR"}}, now)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, d := range done.Drifts {
				got += d.Sentence("Meta")
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
			if again := p.reads["facts"] == 2 && p.reads["totals"] == 2; again != (c.want != "") {
				t.Errorf("read %v times", p.reads)
			}
		})
	}
}
