package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

// NoteQuota stores what the platform said about an account's rate limit, unless something
// newer is stored.
func (db *DB) NoteQuota(ctx context.Context, q adtally.Quota) error {
	_, err := db.exec(ctx, "keep a rate limit", `INSERT INTO quotas (source, account, used, at) VALUES (?, ?, ?, ?)
		ON CONFLICT (source, account) DO UPDATE SET used = excluded.used, at = excluded.at WHERE quotas.at IS NULL OR quotas.at <= excluded.at`,
		q.Source, q.Account, q.Used, micros(q.At))
	return err
}

// NoteQuotaWait stores that requests for an account wait from now until a time. Time for
// which they wait already is counted once.
func (db *DB) NoteQuotaWait(ctx context.Context, source, account string, now, until time.Time) error {
	if !until.After(now) {
		return nil
	}
	return db.write(ctx, "keep a wait for a rate limit", func(tx txn) error {
		from := now
		err := tx.query(ctx, func(rows *sql.Rows) error {
			var waits sql.Null[int64]
			err := rows.Scan(&waits)
			if known := moment(waits); known.After(from) {
				from = known
			}
			return err
		}, `SELECT waits_until FROM quotas WHERE source = ? AND account = ?`, source, account)
		if err != nil || !until.After(from) {
			return err
		}
		if _, err := tx.exec(ctx, `INSERT INTO quotas (source, account, waits_until) VALUES (?, ?, ?)
			ON CONFLICT (source, account) DO UPDATE SET waits_until = excluded.waits_until`, source, account, until.UnixMicro()); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `INSERT INTO quota_waits (source, account, day, waited) VALUES (?, ?, ?, ?)
			ON CONFLICT (source, account, day) DO UPDATE SET waited = quota_waits.waited + excluded.waited`,
			source, account, adtally.DayOf(now, time.UTC), until.Sub(from).Microseconds())
		return err
	})
}

// Quotas returns the rate limits of a source's accounts, and how long their requests waited
// since a day. The account is empty for waits that concern all accounts.
func (db *DB) Quotas(ctx context.Context, source string, since adtally.Day) (all []adtally.Quota, err error) {
	err = db.query(ctx, "read the rate limits", func(rows *sql.Rows) error {
		q := adtally.Quota{Source: source}
		var used sql.Null[float64]
		var at, until sql.Null[int64]
		var waited int64
		err := rows.Scan(&q.Account, &used, &at, &until, &waited)
		q.Used, q.Known, q.At, q.WaitsUntil, q.Waited = used.V, used.Valid, moment(at), moment(until), time.Duration(waited)*time.Microsecond
		all = append(all, q)
		return err
	}, `SELECT q.account, q.used, q.at, q.waits_until, coalesce(CAST((SELECT sum(w.waited) FROM quota_waits AS w
			WHERE w.source = q.source AND w.account = q.account AND w.day >= ?) AS BIGINT), 0)
		FROM quotas AS q WHERE q.source = ? ORDER BY q.account`, since, source)
	return all, err
}
