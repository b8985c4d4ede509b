package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"adtally"
)

// AppendLog stores lines of a run's log. The database assigns their Seq.
func (db *DB) AppendLog(ctx context.Context, lines ...adtally.LogLine) error {
	return db.write(ctx, "keep the log", func(tx txn) error { return tx.appendLog(ctx, lines...) })
}

func (t txn) appendLog(ctx context.Context, lines ...adtally.LogLine) error {
	for _, l := range lines {
		if _, err := t.exec(ctx, `INSERT INTO log_lines (run, at, level, account, stream, code, message, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			l.Run, micros(l.At), l.Level, l.Account, l.Stream, l.Code, l.Message, l.Detail); err != nil {
			return err
		}
	}
	return nil
}

// SearchLog returns the lines of a log that match a query.
func (db *DB) SearchLog(ctx context.Context, run string, q adtally.LogQuery, after int64, limit int) ([]adtally.LogLine, error) {
	w := where{text: "run = ? AND seq > ?", args: []any{run, after}}
	w.and(q.Level != "", "level = ?", q.Level)
	w.and(q.Account != "", "account = ?", q.Account)
	w.and(q.Text != "", `lower(message || ' ' || detail || ' ' || code || ' ' || account || ' ' || stream) LIKE ? ESCAPE '!'`,
		"%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(strings.ToLower(q.Text))+"%")
	return db.logLines(ctx, run, w, limit)
}

// Log returns the lines of a run after a sequence number, in the order in which they were
// stored. On PostgreSQL a line can become visible after a later one.
func (db *DB) Log(ctx context.Context, run string, after int64, limit int) ([]adtally.LogLine, error) {
	return db.SearchLog(ctx, run, adtally.LogQuery{}, after, limit)
}

// LogSummary counts the lines of a run's log.
func (db *DB) LogSummary(ctx context.Context, run string) (s adtally.LogSummary, err error) {
	err = db.query(ctx, "count the lines of a log", func(rows *sql.Rows) error {
		return rows.Scan(&s.Lines, &s.Warnings, &s.Errors, &s.FirstError)
	}, `SELECT count(*), coalesce(sum(CASE WHEN level = 'warn' THEN 1 ELSE 0 END), 0), coalesce(sum(CASE WHEN level = 'error' THEN 1 ELSE 0 END), 0),
		coalesce(min(CASE WHEN level = 'error' THEN seq END), 0) FROM log_lines WHERE run = ?`, run)
	return s, err
}

func (db *DB) logLines(ctx context.Context, run string, w where, limit int) (all []adtally.LogLine, err error) {
	err = db.query(ctx, "read the log", func(rows *sql.Rows) error {
		l := adtally.LogLine{Run: run}
		var at sql.Null[int64]
		err := rows.Scan(&l.Seq, &at, &l.Level, &l.Account, &l.Stream, &l.Code, &l.Message, &l.Detail)
		l.At = moment(at)
		all = append(all, l)
		return err
	}, `SELECT seq, at, level, account, stream, code, message, detail FROM log_lines WHERE `+w.text+` ORDER BY seq LIMIT ?`, append(w.args, limit)...)
	return all, err
}

// PruneLog deletes lines that are older than a time and returns how many.
func (db *DB) PruneLog(ctx context.Context, before time.Time) (int64, error) {
	return db.exec(ctx, "forget old lines of the log", `DELETE FROM log_lines WHERE at < ?`, before.UnixMicro())
}

// Beat stores that a worker is alive.
func (db *DB) Beat(ctx context.Context, w adtally.Worker) error {
	_, err := db.exec(ctx, "say that a worker is there", `INSERT INTO workers (id, host, version, started, seen) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET seen = excluded.seen`, w.ID, w.Host, w.Version, micros(w.Started), micros(w.Seen))
	return err
}

// Workers returns the workers that were alive after a time.
func (db *DB) Workers(ctx context.Context, since time.Time) (all []adtally.Worker, err error) {
	err = db.query(ctx, "read the workers", func(rows *sql.Rows) error {
		var w adtally.Worker
		var started, seen sql.Null[int64]
		err := rows.Scan(&w.ID, &w.Host, &w.Version, &started, &seen)
		w.Started, w.Seen = moment(started), moment(seen)
		all = append(all, w)
		return err
	}, `SELECT id, host, version, started, seen FROM workers WHERE seen >= ? ORDER BY id`, since.UnixMicro())
	return all, err
}
