package store

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"adtally"
)

// coverageRows is how many checkpoints are read for one page of ranges, unless one table of
// one account has more. Reading them takes about 85 ms and 6 MB (BenchmarkCoverage).
const coverageRows = 8_000

// Coverage returns ranges of days that are in the warehouse, by account and table, up to the
// filter's limit. more reports whether there are further ranges.
func (db *DB) Coverage(ctx context.Context, q adtally.CoverageFilter) (ranges []adtally.Checkpoint, more bool, err error) {
	for rows := coverageRows; ; rows *= 2 {
		parts, err := db.parts(ctx, q, rows)
		if err != nil {
			return nil, false, err
		}
		more = len(parts) == rows
		if more {
			parts = completed(parts)
		}
		ranges = after(adtally.Ranges(parts), q.After)
		if q.Limit > 0 && len(ranges) > q.Limit {
			return ranges[:q.Limit], true, nil
		}
		if !more || len(ranges) > 0 {
			return ranges, more, nil
		}
	}
}

// parts returns the checkpoints of a page.
func (db *DB) parts(ctx context.Context, q adtally.CoverageFilter, limit int) (all []adtally.Checkpoint, err error) {
	w := where{text: "source = ?", args: []any{q.Source}}
	w.and(q.Account != "", "account = ?", q.Account)
	w.and(q.Table != "", "table_name = ?", q.Table)
	w.and(q.After.Table != "", "account >= ? AND (account, table_name) >= (?, ?)", q.After.Account, q.After.Account, q.After.Table)
	err = db.query(ctx, "read what is covered", func(rows *sql.Rows) error {
		var asked sql.Null[int64]
		var c adtally.Checkpoint
		err := rows.Scan(&c.Account, &c.Table, &c.Window.From, &c.Window.To, &asked, &c.Partial)
		c.Asked = moment(asked)
		all = append(all, c)
		return err
	}, `SELECT account, table_name, from_day, to_day, asked, partial FROM checkpoints
		WHERE `+w.text+` ORDER BY account, table_name, from_day, to_day, asked NULLS FIRST, partial LIMIT ?`, append(w.args, limit)...)
	return all, err
}

// completed drops the last table of a page, which may be incomplete.
func completed(parts []adtally.Checkpoint) []adtally.Checkpoint {
	last := parts[len(parts)-1]
	n := len(parts)
	for n > 0 && parts[n-1].Account == last.Account && parts[n-1].Table == last.Table {
		n--
	}
	return parts[:n]
}

// after returns the ranges after a position.
func after(ranges []adtally.Checkpoint, p adtally.CoveragePosition) []adtally.Checkpoint {
	if p.Table == "" {
		return ranges
	}
	n := slices.IndexFunc(ranges, func(c adtally.Checkpoint) bool {
		return cmp.Or(cmp.Compare(c.Account, p.Account), cmp.Compare(c.Table, p.Table), cmp.Compare(c.Window.From, p.From)) > 0
	})
	if n < 0 {
		return nil
	}
	return ranges[n:]
}

// Covered returns the tables of a source that have data, each with its first and last day and
// when it was last asked for; a table without days has the zero window.
func (db *DB) Covered(ctx context.Context, source string) (all []adtally.Extremes, err error) {
	err = db.query(ctx, "read what is covered", func(rows *sql.Rows) error {
		var e adtally.Extremes
		var asked sql.Null[int64]
		err := rows.Scan(&e.Table, &e.Window.From, &e.Window.To, &asked)
		e.Asked = moment(asked)
		all = append(all, e)
		return err
	}, `SELECT table_name, coalesce(min(CASE WHEN to_day > 0 THEN from_day END), 0), max(to_day), max(asked) FROM checkpoints WHERE source = ? GROUP BY table_name ORDER BY table_name`, source)
	return all, err
}
