package duckdb

import (
	"context"
	"fmt"

	"adtally/internal/destination"
)

// rowsPerPart is how many rows DuckDB sorts at once, because it keeps all rows of a window function
// in memory. With these sizes, 21 million orders were computed with 64 MB. A key and its origin
// take about a third of the memory of a row.
const (
	rowsPerPart = 150_000
	keysPerPart = 3 * rowsPerPart
)

// selects returns the SELECTs that together compute the rows: one, or several of a large table.
func (sh *sharing) selects(ctx context.Context, r *destination.Rows) ([]string, error) {
	p := r.Parts
	if p == nil {
		return []string{r.Select}, nil
	}
	var rows int
	var same bool // all rows come from one origin, and so have different keys
	query := fmt.Sprintf("SELECT count(*), coalesce(min(%[1]s) = max(%[1]s), true) FROM %[2]s", ident(p.Origin), target(sh.dataset, p.From))
	if err := sh.session.row(ctx, query).Scan(&rows, &same); err != nil {
		return nil, err
	}
	if rows <= rowsPerPart {
		return []string{r.Select}, nil
	}
	counts := "true"
	if !same {
		later, err := sh.later(ctx, r.Table.Name, p, rows)
		if err != nil {
			return nil, err
		}
		counts = "NOT EXISTS (SELECT 1 FROM " + later + " AS o WHERE o." + ident(p.Origin) + " = k." + ident(p.Origin) + " AND " +
			each(p.Key, " AND ", func(c string) string { return "o." + c + " IS NOT DISTINCT FROM k." + c }) + ")"
	}
	if p.Column == "" {
		return []string{p.Select(counts)}, nil
	}
	// Rows without a value are divided by their key: they may be all rows.
	value := "coalesce(CAST(k." + ident(p.Column) + " AS VARCHAR), CAST(k." + ident(p.Key[0]) + " AS VARCHAR))"
	all := make([]string, rows/rowsPerPart+1)
	for i := range all {
		all[i] = p.Select(part(value, i, len(all)) + " AND " + counts)
	}
	return all, nil
}

// later returns a temporary table with the keys and origins of rows that do not count, because
// another row with the same key comes first.
func (sh *sharing) later(ctx context.Context, name string, p *destination.Parts, rows int) (string, error) {
	temporary := "temp." + ident("later_"+name)
	list := idents("", append(p.Key[:len(p.Key):len(p.Key)], p.Origin))
	from := target(sh.dataset, p.From)
	if err := sh.run(ctx, "CREATE TEMP TABLE "+ident("later_"+name)+" AS SELECT "+list+" FROM "+from+" LIMIT 0"); err != nil {
		return "", err
	}
	n := rows/keysPerPart + 1
	for i := range n {
		err := sh.run(ctx, fmt.Sprintf("INSERT INTO %s SELECT %s FROM (SELECT %s, row_number() OVER (PARTITION BY %s ORDER BY %s) AS _nth FROM %s AS k WHERE %s) AS k WHERE _nth > 1",
			temporary, list, list, idents("", p.Key), p.Order, from, part("k."+ident(p.Key[0]), i, n)))
		if err != nil {
			return "", err
		}
	}
	return temporary, nil
}

// part is the condition for one of n parts of the rows, by the value of a column.
func part(column string, i, n int) string { return fmt.Sprintf("hash(%s) %% %d = %d", column, n, i) }
