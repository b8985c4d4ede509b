package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"
	"time"

	"adtally"
)

// dayMicros is a day in microseconds.
const dayMicros = int64(24 * time.Hour / time.Microsecond)

// Usage sums up the attempts that match a filter.
func (db *DB) Usage(ctx context.Context, f adtally.UsageFilter) (all []adtally.Usage, err error) {
	w := where{text: "1 = 1"}
	w.and(f.Source != "", "r.source = ?", f.Source)
	w.and(f.Run != "", "r.id = ?", f.Run)
	w.and(!f.Since.IsZero(), "o.started >= ?", f.Since.UnixMicro())
	w.and(!f.Until.IsZero(), "o.started < ?", f.Until.UnixMicro())
	args := append([]any{bit(f.ByDay), dayMicros, bit(f.ByStream), bit(f.ByAccount)}, w.args...)
	err = db.query(ctx, "read what was used", func(rows *sql.Rows) error {
		var u adtally.Usage
		var took int64
		err := rows.Scan(&u.Day, &u.Stream, &u.Account, &u.Tries, &u.Failed, &u.Rows, &u.Calls, &u.Bytes, &took)
		u.Took = time.Duration(took) * time.Microsecond
		all = append(all, u)
		return err
	}, `SELECT day, stream, account, count(*), CAST(sum(failed) AS BIGINT), CAST(sum(rows) AS BIGINT), CAST(sum(calls) AS BIGINT), CAST(sum(bytes) AS BIGINT), CAST(sum(took) AS BIGINT)
		FROM (SELECT CASE WHEN ? = 1 THEN o.started / ? ELSE 0 END AS day, CASE WHEN ? = 1 THEN o.stream ELSE '' END AS stream,
			CASE WHEN ? = 1 THEN o.account ELSE '' END AS account, CASE WHEN o.act IS NULL THEN 0 ELSE 1 END AS failed, o.rows, o.calls, o.bytes,
			coalesce(o.ended - o.started, 0) AS took
			FROM outcomes AS o JOIN runs AS r ON r.id = o.run WHERE `+w.text+`) AS tries
		GROUP BY day, stream, account ORDER BY day, stream, account`, args...)
	if err != nil || !f.ByStream {
		return all, err
	}
	return db.apart(ctx, all, w, args)
}

// apart moves the rows of tables that are read together with another table into
// entries of their own.
func (db *DB) apart(ctx context.Context, all []adtally.Usage, w where, args []any) ([]adtally.Usage, error) {
	type backend struct {
		day             adtally.Day
		stream, account string
	}
	at := map[backend]int{}
	for i, u := range all {
		at[backend{u.Day, u.Stream, u.Account}] = i
	}
	err := db.query(ctx, "read the rows by table", func(rows *sql.Rows) error {
		var u adtally.Usage
		err := rows.Scan(&u.Day, &u.Stream, &u.Account, &u.Table, &u.Rows)
		if i, there := at[backend{u.Day, u.Stream, u.Account}]; there && err == nil {
			all[i].Rows -= u.Rows
			all = append(all, u)
		}
		return err
	}, `SELECT day, stream, account, table_name, CAST(sum(rows) AS BIGINT)
		FROM (SELECT CASE WHEN ? = 1 THEN o.started / ? ELSE 0 END AS day, CASE WHEN ? = 1 THEN o.stream ELSE '' END AS stream,
			CASE WHEN ? = 1 THEN o.account ELSE '' END AS account, t.table_name, t.rows
			FROM outcome_tables AS t JOIN outcomes AS o ON o.run = t.run AND o.load = t.load AND o.load <> '' JOIN runs AS r ON r.id = o.run WHERE `+w.text+`) AS loads
		GROUP BY day, stream, account, table_name`, args...)
	slices.SortStableFunc(all, func(a, b adtally.Usage) int {
		return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Table, b.Table))
	})
	return all, err
}

// CostModels returns what the successful slices of a source took since a time, by
// stream and account.
func (db *DB) CostModels(ctx context.Context, source string, since time.Time) (all []adtally.CostModel, err error) {
	err = db.query(ctx, "read what slices took", func(rows *sql.Rows) error {
		var t adtally.CostModel
		err := rows.Scan(&t.Stream, &t.Account, &t.Slices, &t.Days, &t.Squares, &t.Calls.Sum, &t.Calls.Product, &t.Rows.Sum, &t.Rows.Product, &t.Seconds.Sum, &t.Seconds.Product)
		all = append(all, t)
		return err
	}, `SELECT stream, account, CAST(count(*) AS DOUBLE PRECISION), CAST(sum(days) AS DOUBLE PRECISION), CAST(sum(days * days) AS DOUBLE PRECISION),
			CAST(sum(calls) AS DOUBLE PRECISION), CAST(sum(calls * days) AS DOUBLE PRECISION), CAST(sum(rows) AS DOUBLE PRECISION), CAST(sum(rows * days) AS DOUBLE PRECISION),
			CAST(sum(took) AS DOUBLE PRECISION) / 1e6, CAST(sum(took * days) AS DOUBLE PRECISION) / 1e6
		FROM (SELECT o.stream, o.account, o.to_day - o.from_day AS days, o.calls, o.rows, coalesce(o.ended - o.started, 0) AS took
			FROM outcomes AS o JOIN runs AS r ON r.id = o.run WHERE r.source = ? AND o.act IS NULL AND o.calls > 0 AND o.started >= ?) AS slices
		GROUP BY stream, account ORDER BY stream, account`, source, since.UnixMicro())
	return all, err
}
