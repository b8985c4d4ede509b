package destination

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"adtally"
	"adtally/internal/table"
)

// existing returns which tables of a dataset exist. A new dataset has none.
func existing(ctx context.Context, db *sql.DB, dataset string) ([]string, error) {
	all, err := existingOf(ctx, db, dataset)
	return all[dataset], err
}

// existingOf returns which tables of some datasets exist, by dataset. It reads the list of all
// tables of the warehouse, which takes about 20 ms for 3,000 tables in DuckDB.
func existingOf(ctx context.Context, db *sql.DB, datasets ...string) (map[string][]string, error) {
	all := map[string][]string{}
	if len(datasets) == 0 {
		return all, nil
	}
	marks, args := make([]string, len(datasets)), make([]any, len(datasets))
	for i, name := range datasets {
		marks[i], args[i] = fmt.Sprintf("$%d", i+1), name
	}
	err := scan(ctx, db, func(rows *sql.Rows) error {
		var dataset, name string
		err := rows.Scan(&dataset, &name)
		all[dataset] = append(all[dataset], name)
		return err
	}, `SELECT table_schema, table_name FROM information_schema.tables WHERE table_catalog = current_database() AND table_schema IN (`+strings.Join(marks, ", ")+`)`, args...)
	return all, err
}

// CountRows returns the number of rows of those tables that exist.
func CountRows(ctx context.Context, db *sql.DB, dataset string, tables []string) (map[string]int64, error) {
	names, err := existing(ctx, db, dataset)
	if err != nil {
		return nil, err
	}
	all := map[string]int64{}
	for _, name := range tables {
		if !slices.Contains(names, name) {
			continue
		}
		var n int64
		if err := db.QueryRowContext(ctx, "SELECT count(*) FROM "+quoted(dataset, name)).Scan(&n); err != nil {
			return nil, fmt.Errorf("count the rows of %s: %w", name, err)
		}
		all[name] = n
	}
	return all, nil
}

// DataStates returns the state of several datasets, by dataset. A filter without a table selects
// no comparisons.
func DataStates(ctx context.Context, db *sql.DB, filters map[string]adtally.ComparisonFilter) (map[string]adtally.DataState, error) {
	names, err := existingOf(ctx, db, slices.Sorted(maps.Keys(filters))...)
	if err != nil {
		return nil, err
	}
	all := map[string]adtally.DataState{}
	for dataset, f := range filters {
		var s adtally.DataState
		if s.Missing, err = missingIn(ctx, db, dataset, names[dataset]); err != nil {
			return nil, err
		}
		if f.Table != "" {
			if s.Compared, err = comparedIn(ctx, db, dataset, names[dataset], f); err != nil {
				return nil, err
			}
		}
		all[dataset] = s
	}
	return all, nil
}

// MissingData returns what is missing in a dataset, by account, table, column and reason.
func MissingData(ctx context.Context, db *sql.DB, dataset string) ([]adtally.MissingData, error) {
	names, err := existing(ctx, db, dataset)
	if err != nil {
		return nil, err
	}
	return missingIn(ctx, db, dataset, names)
}

// missingIn is MissingData of a dataset that has some tables.
func missingIn(ctx context.Context, db *sql.DB, dataset string, names []string) (all []adtally.MissingData, err error) {
	for _, part := range []struct {
		name, code, due, where string
	}{{table.Gaps.Name, "code", "due IS DISTINCT FROM false", "true"}, {table.Quarantine.Name, "''", "false", table.LoadedColumn + " IS NULL"}} {
		if !slices.Contains(names, part.name) {
			continue
		}
		err := scan(ctx, db, func(rows *sql.Rows) error {
			m := adtally.MissingData{Quarantined: part.name == table.Quarantine.Name}
			var from, to sql.NullTime
			err := rows.Scan(&m.Account, &m.Table, &m.Column, &m.Code, &m.Reason, &m.Due, &from, &to, &m.Days, &m.Count, &m.Asked)
			if from.Valid {
				m.Window = adtally.WindowOf(adtally.DayOf(from.Time, time.UTC), adtally.DayOf(to.Time, time.UTC))
			}
			all = append(all, m)
			return err
		}, fmt.Sprintf(`SELECT account_id, table_name, column_name, %s AS code, coalesce(reason, '') AS reason, %s AS due, min(date), max(date), count(DISTINCT date), count(*), max(%s)
			FROM %s WHERE %s GROUP BY 1, 2, 3, 4, 5, 6`, part.code, part.due, AskedColumn, quoted(dataset, part.name), part.where))
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", part.name, err)
		}
	}
	slices.SortFunc(all, func(a, b adtally.MissingData) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Table, b.Table), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Reason, b.Reason))
	})
	return all, nil
}

// Comparisons returns the comparisons with the platform's totals, by account, day and metric.
func Comparisons(ctx context.Context, db *sql.DB, dataset string, f adtally.ComparisonFilter) ([]adtally.Comparison, error) {
	names, err := existing(ctx, db, dataset)
	if err != nil {
		return nil, err
	}
	return comparedIn(ctx, db, dataset, names, f)
}

// comparedIn is Comparisons of a dataset that has some tables.
func comparedIn(ctx context.Context, db *sql.DB, dataset string, names []string, f adtally.ComparisonFilter) (all []adtally.Comparison, err error) {
	if !slices.Contains(names, table.Reconciliation.Name) {
		return nil, nil
	}
	err = scan(ctx, db, func(rows *sql.Rows) error {
		var c adtally.Comparison
		var day time.Time
		var ours, theirs sql.Null[string]
		err := rows.Scan(&c.Account, &day, &c.Metric, &ours, &theirs, &c.Differs, &c.Checked)
		c.Day, c.Ours, c.Theirs = adtally.DayOf(day, time.UTC), ours.V, theirs.V
		all = append(all, c)
		return err
	}, fmt.Sprintf(`SELECT account_id, date, metric, CAST(ours AS VARCHAR), CAST(theirs AS VARCHAR), state = 'drift', checked_at FROM %s
		WHERE table_name = $1 AND ($2 = '' OR account_id = $2) AND date >= CAST($3 AS DATE) AND date < CAST($4 AS DATE) ORDER BY account_id, date, metric`,
		quoted(dataset, table.Reconciliation.Name)), f.Table, f.Account, f.Window.From.String(), f.Window.To.String())
	return all, err
}

// Restatement returns the totals of an account's days as they were read at certain ages,
// by table, metric, account and age. Only days that were also read at the oldest age count.
func Restatement(ctx context.Context, db *sql.DB, dataset string, f adtally.RestatementFilter) (all []adtally.Restated, err error) {
	names, err := existing(ctx, db, dataset)
	if err != nil || !slices.Contains(names, table.Restatement.Name) {
		return nil, err
	}
	from, to := sql.Null[string]{}, sql.Null[string]{}
	if !f.Window.IsZero() {
		from, to = sql.Null[string]{V: f.Window.From.String(), Valid: true}, sql.Null[string]{V: f.Window.To.String(), Valid: true}
	}
	err = scan(ctx, db, func(rows *sql.Rows) error {
		var r adtally.Restated
		var value, final sql.Null[string]
		err := rows.Scan(&r.Table, &r.Metric, &r.Account, &r.Age, &r.Days, &value, &final)
		r.Value, r.Final = value.V, final.V
		all = append(all, r)
		return err
	}, fmt.Sprintf(`SELECT y.table_name, y.metric, y.account_id, y.age, count(*), CAST(sum(y.value) AS VARCHAR), CAST(sum(o.value) AS VARCHAR) FROM %[1]s y
		JOIN %[1]s o ON o.table_name = y.table_name AND o.account_id = y.account_id AND o.date = y.date AND o.metric = y.metric AND o.age = %[2]d
		WHERE ($1 = '' OR y.table_name = $1) AND ($2 = '' OR y.metric = $2) AND ($3 = '' OR y.account_id = $3)
			AND ($4 IS NULL OR y.date >= CAST($4 AS DATE)) AND ($5 IS NULL OR y.date < CAST($5 AS DATE))
		GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4`, quoted(dataset, table.Restatement.Name), slices.Max(table.Ages)),
		f.Table, f.Metric, f.Account, from, to)
	return all, err
}

func quoted(names ...string) string {
	for i, n := range names {
		names[i] = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
	}
	return strings.Join(names, ".")
}

func scan(ctx context.Context, db *sql.DB, row func(*sql.Rows) error, query string, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
