package duckdb

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"adtally/internal/table"
)

// replace replaces the slice's rows with those of the load, unless they are the same.
func (b *loadTx) replace(ctx context.Context, in tableLoad) error {
	if unchanged, err := b.unchanged(ctx, in.staged); err != nil || unchanged {
		return err
	}
	condition := table.AccountColumn + " = ? AND " + within(b.load.Slice.Window)
	if remarks(in.schema) {
		condition += " AND table_name IN " + b.tableNames()
	} else if b.remarked(&table.Gaps) > 0 {
		condition += " AND " + b.notWithheld(in)
	}
	if err := b.session.exec(ctx, "DELETE FROM "+in.target+" WHERE "+condition, b.load.Slice.Account); err != nil {
		return err
	}
	if in.facts.rows == 0 {
		return nil
	}
	return b.session.exec(ctx, in.insert()+" FROM memory.main."+in.view+" AS s", b.bookkeepingValues()...)
}

// notWithheld returns the SQL condition for rows that the platform did not withhold this time.
// Withheld rows, of a whole day or of an object on a day, stay as they were.
func (b *loadTx) notWithheld(in tableLoad) string {
	objects := "NULL"
	for _, c := range in.schema.Columns {
		named := c.Unit == table.ID || slices.Contains(in.schema.Key, c.Name)
		if named && c.Type == table.Text && c.Name != table.AccountColumn {
			objects += ", " + in.target + "." + ident(in.places[c.Name])
		}
	}
	return "NOT EXISTS (SELECT 1 FROM " + target(b.load.Dataset, table.Gaps.Name) + " AS g WHERE g.table_name = " + literal(in.schema.Name) +
		" AND g." + table.AccountColumn + " = " + in.target + "." + ident(in.places[table.AccountColumn]) +
		" AND g." + table.DayColumn + " = " + in.target + "." + ident(in.places[table.DayColumn]) +
		" AND g.column_name = '' AND (NOT contains(g.row_key, '/') OR split_part(g.row_key, '/', 2) IN (" + objects + ")))"
}

// unchanged reports whether the file already holds exactly these rows: the last load that
// covered any of the days was for exactly these days and had the same checksum. Then only
// _loads is written. Remarks do not count in a checksum.
func (b *loadTx) unchanged(ctx context.Context, t *staged) (bool, error) {
	if remarks(t.schema) || b.remarked(&table.Gaps) > 0 {
		return false, nil
	}
	w := b.load.Slice.Window
	first, last := ends(w)
	query := "SELECT date_from = ?::DATE AND date_to = ?::DATE AND rows = ? AND checksum = ? FROM " + target(b.load.Dataset, loadsTable.Name) +
		" WHERE table_name = ? AND account_id = ? AND " + touching(w) + " ORDER BY sequence DESC LIMIT 1"
	var same bool
	err := b.session.row(ctx, query, first, last, t.facts.rows, t.facts.checksum, t.schema.Name, b.load.Slice.Account).Scan(&same)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("compare with the last load: %w", err)
	}
	return same, nil
}
