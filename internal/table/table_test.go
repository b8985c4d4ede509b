package table_test

import (
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/table"
)

func one(t table.Type) *table.Schema {
	return &table.Schema{Name: "t", Columns: []table.Column{{Name: "v", Type: t}}}
}

func TestBuilder_SetIsExact(t *testing.T) {
	t.Parallel()
	money := table.Decimal(18, 6)
	for _, c := range []struct {
		typ      table.Type
		in, want string // want "": the value does not fit
	}{
		{table.Int, "634", "634"}, {table.Int, "-1", "-1"}, {table.Int, "0", "0"},
		{table.Int, "", ""}, {table.Int, "6.5", ""}, {table.Int, "1e-3", ""}, {table.Int, "NaN", ""},
		{table.Int, "9223372036854775807", "9223372036854775807"}, {table.Int, "9223372036854775808", ""},
		{money, "20.42", "20.42"}, {money, "7.4", "7.4"}, {money, "0", "0"}, {money, "-0.000001", "-0.000001"},
		{money, "7.348789", "7.348789"}, {money, "7.34878900", "7.348789"},
		{money, "999999999999.999999", "999999999999.999999"}, {money, "1000000000000", ""},
		{money, "", ""}, {money, ".", ""}, {money, "1.", ""}, {money, ".5", ""}, {money, "1e", ""}, {money, "e3", ""}, {money, "1e+-3", ""}, {money, "--1", ""}, {money, "1e13", ""}, {money, "1e999999999999999999999", ""}, {money, "1.2.3", ""}, {money, "NaN", ""},
		{table.Decimal(24, 6), "123456789012345678.5", "123456789012345678.5"},
		{table.Date, "2026-05-31", "2026-05-31"}, {table.Date, "2026-02-30", ""}, {table.Date, "31.05.2026", ""},
		{table.Time, "2023-10-24T14:14:20+0200", "2023-10-24T12:14:20Z"}, {table.Time, "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"}, {table.Time, "yesterday", ""},
		{table.Bool, "true", "true"}, {table.Bool, "false", "false"}, {table.Bool, "maybe", ""},
		{table.Text, "🙂 שלום", "🙂 שלום"}, {table.Text, "12345678901234567890", "12345678901234567890"}, {table.Text, "\xff", ""},
	} {
		got, ok, err := through(c.typ, c.in, 0)
		if (c.want == "") != (err != nil) {
			t.Errorf("%s %q: error %v, want value %q", c.typ, c.in, err, c.want)
		}
		if ok != (c.want != "") || trim(c.typ, got) != c.want {
			t.Errorf("%s %q: got %q, want %q", c.typ, c.in, got, c.want)
		}
	}
}

func TestBuilder_SetScaled(t *testing.T) {
	t.Parallel()
	typ := table.Decimal(24, 6)
	for in, want := range map[string]string{"5000": "50", "1": "0.01", "0": "0", "123456789012345678": "1234567890123456.78"} {
		if got, _, err := through(typ, in, 2); err != nil || trim(typ, got) != want {
			t.Errorf("%s minor units: got %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestDecimal_MatchesBigRat(t *testing.T) {
	t.Parallel()
	typ := table.Decimal(24, 6)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,18}(\.[0-9]{1,6})?`).Draw(t, "text")
		got, _, err := through(typ, text, 0)
		if len(strings.TrimLeft(strings.Split(strings.TrimPrefix(text, "-"), ".")[0], "0")) > 18 {
			return
		}
		want, _ := new(big.Rat).SetString(text)
		have, ok := new(big.Rat).SetString(got)
		if err != nil || !ok || have.Cmp(want) != 0 {
			t.Fatalf("%q became %q (%v)", text, got, err)
		}
	})
}

func FuzzSetNeverPanics(f *testing.F) {
	for _, s := range []string{"1.5", "-", "99999999999999999999999999", "2026-05-01", "\x00"} {
		f.Add(s)
	}
	types := []table.Type{table.Text, table.Int, table.Decimal(18, 6), table.Decimal(24, 6), table.Bool, table.Date, table.Time, table.JSON}
	f.Fuzz(func(t *testing.T, s string) {
		for _, typ := range types {
			_, ok, err := through(typ, s, 2)
			if _, rounded := errors.AsType[*table.Rounded](err); ok == (err != nil && !rounded) {
				t.Fatalf("%s %q: stored %v and error %v", typ, s, ok, err)
			}
		}
	})
}

func TestBuilder_UnsetIsNull(t *testing.T) {
	t.Parallel()
	s := &table.Schema{Name: "t", Columns: []table.Column{{Name: "a", Type: table.Int}, {Name: "b", Type: table.Text}}}
	b := table.NewBuilder(s)
	_ = b.Set(0, []byte("1"))
	b.EndRow()
	_ = b.Set(1, []byte("x"))
	b.EndRow()
	batch := b.Batch()
	defer batch.Release()
	for _, c := range []struct {
		row  int
		col  string
		null bool
	}{{0, "a", false}, {0, "b", true}, {1, "a", true}, {1, "b", false}} {
		if _, ok := batch.Cell(c.row, c.col); ok == c.null {
			t.Errorf("row %d column %s: present %v", c.row, c.col, ok)
		}
	}
}

func TestBuilder_Drop(t *testing.T) {
	t.Parallel()
	s := &table.Schema{Name: "t", Columns: []table.Column{{Name: "a", Type: table.Text}, {Name: "b", Type: table.Int}}}
	b := table.NewBuilder(s)
	for _, name := range []string{"w", "x", "y", "z"} {
		_ = b.Set(0, []byte(name))
		if name == "w" || name == "y" {
			b.Drop()
			continue
		}
		b.EndRow()
	}
	_ = b.Set(0, []byte("under way"))
	if b.Rows() != 2 {
		t.Errorf("%d rows, want 2", b.Rows())
	}
	batch := b.Batch()
	defer batch.Release()
	got := ""
	for i := range batch.Rows() {
		name, _ := batch.Cell(i, "a")
		got += name
	}
	if got != "xz" || b.Rows() != 0 {
		t.Errorf("rows %s are left, and %d in the builder", got, b.Rows())
	}
	_ = b.Set(0, []byte("v"))
	b.EndRow()
	if next := b.Batch(); next.Rows() != 1 {
		t.Errorf("%d rows in the next batch", next.Rows())
	}
}

func TestSchema_CheckFindsOmissions(t *testing.T) {
	t.Parallel()
	s := table.Schema{Name: "t", Mode: table.Replace, Key: []string{"id"}, Description: "d", History: true, Restated: []string{"spend", "name"}, Volatile: []string{"link"},
		References: []table.Reference{{Column: "owner", Table: "people", Key: "id", Fill: map[string]string{"name": "owner_name"}}},
		Columns:    []table.Column{{Name: "spend", Type: table.Int, Unit: table.Money, Additivity: table.Sum}}}
	err := s.Check()
	for _, want := range []string{"spend needs", "key column id", "key column date", "no currency", "no history", "volatile column link", "column owner,", "column owner_name,", "column name cannot be summed"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}

// Views are checked before they are created.
func TestView_CheckFindsOmissions(t *testing.T) {
	t.Parallel()
	text := table.Column{Name: "v", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "d"}
	number := text
	number.Type = table.Int
	a, b := &table.Schema{Name: "a", Key: []string{"v"}, Columns: []table.Column{text}}, &table.Schema{Name: "b", Columns: []table.Column{number}}
	kind := text
	kind.Name = "kind"
	for want, v := range map[string]*table.View{
		"of one kind":             {Description: "d"},
		"has another type":        {Description: "d", Union: &table.Union{Column: kind, Parts: []table.Part{{Of: a}, {Of: b}}}},
		"needs tables":            {Description: "d", Union: &table.Union{Column: kind}},
		"name of its own":         {Description: "d", Union: &table.Union{Column: table.Column{Name: "kind", Type: table.Text}, Parts: []table.Part{{Of: a}}}},
		"b has no column count":   {Description: "d", Wide: &table.Wide{Of: a, Long: b, CountColumn: "count"}},
		"of one kin":              {Description: "d", Union: &table.Union{Column: kind, Parts: []table.Part{{Of: a}}}, Joined: &table.Joined{Of: a}},
		"at least one hop":        {Description: "d", Joined: &table.Joined{Of: a}},
		"a has no column x":       {Description: "d", Joined: &table.Joined{Of: a, Hops: []table.Hop{{Column: "x", To: a}}, Shown: []table.Shown{{}}}},
		"the key of b is not one": {Description: "d", Joined: &table.Joined{Of: a, Hops: []table.Hop{{Column: "v", To: b}}, Shown: []table.Shown{{}}}},
		"b has no text v":         {Description: "d", Joined: &table.Joined{Of: a, Hops: []table.Hop{{Column: "v", To: b}}, Shown: []table.Shown{{Column: text, From: "v"}}}},
		"needs a text of a":       {Description: "d", Joined: &table.Joined{Of: a, Hops: []table.Hop{{Column: "v", To: a}}, Shown: []table.Shown{{Column: text, From: "v"}}, Marks: []table.Mark{{Text: "{{x}}", Column: "x"}}}},
		"types and a window":      {Description: "d", Wide: &table.Wide{Of: a, Long: b, Conversions: []table.Conversion{{Name: "x"}}}},
		"column v of a has anoth": {Description: "d", Union: &table.Union{Column: text, Parts: []table.Part{{Of: a}}}},
	} {
		if err := v.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error about %q, got %v", want, err)
		}
	}
}

func TestSchema_OwnTablesPassCheck(t *testing.T) {
	t.Parallel()
	for _, s := range append([]*table.Schema{&table.Restatement, &table.Reconciliation}, table.Remarks...) {
		if err := s.Check(); err != nil {
			t.Error(err)
		}
	}
}

func through(typ table.Type, in string, digits int32) (string, bool, error) {
	b := table.NewBuilder(one(typ))
	err := b.SetScaled(0, []byte(in), digits)
	b.EndRow()
	batch := b.Batch()
	defer batch.Release()
	got, ok := batch.Cell(0, "v")
	return got, ok, err
}

func trim(t table.Type, s string) string {
	if t.Kind == table.KindDecimal && strings.Contains(s, ".") {
		return strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

func BenchmarkDecimal(b *testing.B) {
	bl := table.NewBuilder(one(table.Decimal(18, 6)))
	text := []byte("12345.678901")
	for b.Loop() {
		_ = bl.Set(0, text)
		bl.EndRow()
	}
}
