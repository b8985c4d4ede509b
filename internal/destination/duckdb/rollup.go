package duckdb

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"adtally/internal/destination"
	"adtally/internal/table"
)

// rollupsTable lists what loads write again in the shared dataset. It is in the file, so that
// every process that loads keeps it.
var rollupsTable = table.Schema{
	Name:        "_rollups",
	Description: "Tables that loads keep up to date, with the SELECT that their rows equal.",
	Mode:        table.Upsert,
	Key:         []string{"name", "source"},
	Columns: []table.Column{
		{Name: "name", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The table."},
		{Name: "source", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The dataset that is read."},
		{Name: "loads", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "The table of the dataset whose loads change the rows."},
		{Name: "columns", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The columns that are written."},
		{Name: "statement", Type: table.Text, Unit: table.Words, Additivity: table.None, Description: "The SELECT."},
	},
}

// rollup computes the rows of a source anew if the declaration has changed.
func (sh *sharing) rollup(ctx context.Context, r *destination.Rollup) (out destination.Changed, err error) {
	for _, s := range []*table.Schema{&rollupsTable, r.Table} {
		if err := sh.fit(ctx, s); err != nil {
			return out, err
		}
	}
	list := target(sh.dataset, rollupsTable.Name)
	columns := idents("", names(r.Table.Columns))
	mine := " WHERE name = " + literal(r.Table.Name) + " AND source = " + literal(r.Source)
	same, err := sh.session.texts(ctx, "SELECT name FROM "+list+mine+" AND loads = "+literal(r.Loads)+" AND columns = "+literal(columns)+" AND statement = "+literal(r.Select))
	if err != nil || len(same) == 1 {
		return out, err
	}
	if err := sh.run(ctx, "DELETE FROM "+list+mine, "DELETE FROM "+target(sh.dataset, r.Table.Name)+" WHERE source = "+literal(r.Source)); err != nil || r.Select == "" {
		return out, err
	}
	if out.Rows, err = sh.compute(ctx, r, columns); err != nil {
		return out, fmt.Errorf("compute %s: %w", r.Table.Name, err)
	}
	return out, sh.run(ctx, "INSERT INTO "+list+" (name, source, loads, columns, statement) VALUES ("+literal(r.Table.Name)+", "+literal(r.Source)+", "+literal(r.Loads)+", "+literal(columns)+", "+literal(r.Select)+")")
}

// compute writes all rows of a source in parts, because a view over years of actions takes more
// memory than a service has.
func (sh *sharing) compute(ctx context.Context, r *destination.Rollup, columns string) (rows int64, err error) {
	parts, err := sh.parts(ctx, r)
	if err != nil {
		return 0, err
	}
	for _, part := range parts {
		err := sh.inFile(ctx, func() error {
			n, err := sh.write(ctx, "INSERT INTO "+target(sh.dataset, r.Table.Name)+" ("+columns+") SELECT "+columns+" FROM ("+r.Select+") AS s WHERE "+part)
			rows += n
			return err
		})
		if err != nil {
			return rows, err
		}
	}
	return rows, nil
}

// rowsAtOnce is about how many rows of a source are read at once.
const rowsAtOnce = 100_000

// parts returns conditions that split a source's rows by quarter, and by account where a
// quarter has many.
func (sh *sharing) parts(ctx context.Context, r *destination.Rollup) (parts []string, err error) {
	rows, err := sh.session.query(ctx, "SELECT CAST(date_trunc('quarter', date) AS DATE)::VARCHAR AS quarter, account_id, count(*) FROM "+target(r.Source, r.Loads)+" GROUP BY 1, 2 ORDER BY 1, 2")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	quarter, accounts, sum := "", []string(nil), int64(0)
	flush := func() {
		if len(accounts) > 0 {
			parts = append(parts, fmt.Sprintf("date >= DATE '%s' AND date < DATE '%s' + INTERVAL 3 MONTH AND account_id IN (%s)", quarter, quarter, strings.Join(accounts, ", ")))
		}
		accounts, sum = nil, 0
	}
	for rows.Next() {
		var of, account string
		var n int64
		if err := rows.Scan(&of, &account, &n); err != nil {
			return nil, err
		}
		if of != quarter || sum+n > rowsAtOnce {
			flush()
		}
		quarter, accounts, sum = of, append(accounts, literal(account)), sum+n
	}
	flush()
	return parts, rows.Err()
}

// declaredRollup is a rollup that a load must write again.
type declaredRollup struct{ name, columns, statement string }

// declared returns the rollups of the load's tables. A rollup that cannot be computed, because
// somebody has dropped what it reads, must not stop loads: it is forgotten, and computed anew
// when it is declared again.
func (b *loadTx) declared(ctx context.Context) (all []declaredRollup, err error) {
	if b.load.Slice.Window.Days() == 0 {
		return nil, nil
	}
	there, err := b.session.texts(ctx, "SELECT table_name FROM duckdb_tables() WHERE database_name = "+literal(catalog)+" AND schema_name = "+literal(destination.SharedDataset)+" AND table_name = "+literal(rollupsTable.Name))
	if err != nil || len(there) == 0 {
		return nil, err
	}
	list := target(destination.SharedDataset, rollupsTable.Name)
	rows, err := b.session.query(ctx, "SELECT name, columns, statement FROM "+list+" WHERE source = "+literal(b.load.Dataset)+" AND loads IN "+b.tableNames()+" ORDER BY name")
	if err != nil {
		return nil, fmt.Errorf("read the rollups: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var r declaredRollup
		if err := rows.Scan(&r.name, &r.columns, &r.statement); err != nil {
			return nil, fmt.Errorf("read the rollups: %w", err)
		}
		all = append(all, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the rollups: %w", err)
	}
	if err := rows.Close(); err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(r declaredRollup) bool { return !b.computable(ctx, r) }), ctx.Err()
}

// computable reports whether a rollup can be planned.
func (b *loadTx) computable(ctx context.Context, r declaredRollup) bool {
	err := b.session.inFile(ctx, func() error {
		_, err := b.session.texts(ctx, "SELECT column_name FROM (DESCRIBE SELECT "+r.columns+" FROM ("+r.statement+") AS s)")
		return err
	})
	if err == nil || ctx.Err() != nil {
		return true
	}
	forget := "DELETE FROM " + target(destination.SharedDataset, rollupsTable.Name) + " WHERE name = " + literal(r.name) + " AND source = " + literal(b.load.Dataset)
	return b.session.exec(ctx, forget) != nil // then the load fails, and says why
}

// rollUp writes the rows of the load's account and days again.
func (b *loadTx) rollUp(ctx context.Context) error {
	condition := table.AccountColumn + " = " + literal(b.load.Slice.Account) + " AND " + within(b.load.Slice.Window)
	for _, r := range b.rollups {
		name := target(destination.SharedDataset, r.name)
		if err := b.session.exec(ctx, "DELETE FROM "+name+" WHERE source = "+literal(b.load.Dataset)+" AND "+condition); err != nil {
			return err
		}
		err := b.session.inFile(ctx, func() error {
			return b.session.exec(ctx, "INSERT INTO "+name+" ("+r.columns+") SELECT "+r.columns+" FROM ("+r.statement+") AS s WHERE "+condition)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
