package destinationtest

import (
	"fmt"
	"strings"
	"testing"

	"adtally/internal/table"
)

// keptValues are values at the limits of their types.
var keptValues = []struct {
	kind   table.Type
	values []string
}{
	{table.Text, []string{"", " ", "0", "NULL", "'; DROP TABLE x; --", "line\nbreak\ttab\\", "🙂👩‍👩‍👧‍👦", "שלום עולם", "مرحبا\u200f123", "é", "e\u0301", "12345678901234567890", strings.Repeat("長", 5000)}},
	{table.Int, []string{"0", "-1", "9223372036854775807", "-9223372036854775808"}},
	{table.Decimal(18, 6), []string{"0.000000", "0.000001", "-0.000001", "7.348789", "999999999999.999999", "-999999999999.999999"}},
	{table.Decimal(24, 6), []string{"123456789012345678.500000", "-999999999999999999.999999"}},
	{table.Decimal(38, 0), []string{strings.Repeat("9", 38), "-" + strings.Repeat("9", 38)}},
	{table.Decimal(4, 2), []string{"99.99", "-99.99"}},
	{table.Decimal(9, 0), []string{"999999999", "-1"}},
	{table.Bool, []string{"true", "false"}},
	{table.Date, []string{"2026-02-28", "2024-02-29", "0001-01-01", "9999-12-31", "1969-12-31"}},
	{table.Time, []string{"2023-10-24T14:14:20+0200", "2026-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z", "2026-03-29T01:30:00.000001Z"}},
	{table.JSON, []string{"{}", `{"a": [1, 2.50, null], "b":"🙂 שלום"}`, "null", "[]", `"text"`, `{"n":12345678901234567890.123456789}`}},
}

func typesExact(t *testing.T, w *warehouse) {
	for i, c := range keptValues {
		s := table.Schema{Name: fmt.Sprintf("kept_%d", i), Description: "Values.", Mode: table.Upsert, Key: []string{"account_id", "id"},
			Columns: []table.Column{column("account_id", table.Text), column("id", table.Text), column("v", c.kind)}}
		in := rows{&s, [][]string{{alpha, "none", null}}}
		for n, v := range c.values {
			in.cells = append(in.cells, []string{alpha, fmt.Sprint(n), v})
		}
		w.prepare(t, &s)
		w.commit(t, now(alpha), in)
		same(t, c.kind.String()+" without a value", w.see(t, "SELECT id FROM DATASET."+s.Name+" WHERE v IS NULL"), []string{"none"})
		for n, v := range c.values {
			query := fmt.Sprintf("SELECT id FROM DATASET.%s WHERE %s = CAST('%s' AS %s) AND id = '%d'", s.Name, cell(c.kind), strings.ReplaceAll(v, "'", "''"), comparedAs(c.kind), n)
			same(t, fmt.Sprintf("%s %.40q", c.kind, v), w.see(t, query), []string{fmt.Sprint(n)})
		}
	}
}

// Text may contain any character, including control characters.
func seldomCharacters(t *testing.T, w *warehouse) {
	s := entityTable(column("more", table.JSON))
	w.prepare(t, s)
	w.commit(t, now(alpha), rows{s, [][]string{{alpha, "1", "a\x00b\x01\uFFFD\u2028", `{"x":"\u0000\u0001\ufffd"}`}}})
	same(t, "characters", w.see(t, "SELECT name, CAST(more AS VARCHAR) FROM DATASET.ads"), []string{"a\x00b\x01\uFFFD\u2028 " + `{"x":"\u0000\u0001\ufffd"}`})
}

// cell returns the SQL expression for a value; a JSON document is compared as the text it came in.
func cell(t table.Type) string {
	if t.Kind == table.KindJSON {
		return "CAST(v AS VARCHAR)"
	}
	return "v"
}

func comparedAs(t table.Type) string {
	if t.Kind == table.KindJSON {
		return "VARCHAR"
	}
	return t.String()
}

func absentIsNotZero(t *testing.T, w *warehouse) {
	w.commit(t, days(alpha, 0, 1), factsOf(
		fact(alpha, 0, "none", 0, null), fact(alpha, 0, "zero", 0, "0"), fact(alpha, 0, "less", 0, "-12.5")))
	same(t, "spend", w.see(t, "SELECT ad_id, CAST(spend AS VARCHAR) FROM DATASET.facts"), []string{"none NULL", "zero 0.000000", "less -12.500000"})
	same(t, "sum of nothing", w.see(t, "SELECT CAST(sum(spend) AS VARCHAR) FROM DATASET.facts WHERE ad_id = 'none'"), []string{"NULL"})
}
