package store

import (
	"context"
	"database/sql"

	"adtally"
)

// Checkpoints returns what is in the warehouse for an account, as far as the database
// knows.
func (db *DB) Checkpoints(ctx context.Context, source, account string) (all []adtally.Checkpoint, err error) {
	err = db.query(ctx, "read checkpoints", func(rows *sql.Rows) error {
		var asked sql.Null[int64]
		var c adtally.Checkpoint
		err := rows.Scan(&c.Account, &c.Table, &c.Window.From, &c.Window.To, &asked, &c.Load, &c.Partial, &c.Definition)
		c.Asked = moment(asked)
		all = append(all, c)
		return err
	}, `SELECT account, table_name, from_day, to_day, asked, load, partial, definition FROM checkpoints
		WHERE source = ? AND account = ? ORDER BY table_name, from_day, to_day, asked NULLS FIRST, id`, source, account)
	return all, err
}

// SaveCheckpoints stores the result of a commit and deletes the slice's cursor. Older
// checkpoints whose window lies within a new one are deleted, because the new one
// supersedes them.
func (db *DB) SaveCheckpoints(ctx context.Context, source string, s adtally.Slice, cps []adtally.Checkpoint) error {
	return db.write(ctx, "save checkpoints", func(tx txn) error {
		for _, c := range cps {
			if err := deleteCovered(ctx, tx, source, c); err != nil {
				return err
			}
			if err := insertCheckpoint(ctx, tx, source, c); err != nil {
				return err
			}
		}
		return deleteCursor(ctx, tx, source, s)
	})
}

// AdoptCheckpoints replaces the checkpoints of an account with those of the warehouse.
func (db *DB) AdoptCheckpoints(ctx context.Context, source, account string, truth []adtally.Checkpoint) error {
	return db.write(ctx, "adopt checkpoints", func(tx txn) error {
		if err := deleteCheckpoints(ctx, tx, source, account); err != nil {
			return err
		}
		for _, c := range truth {
			c.Account = account
			if err := insertCheckpoint(ctx, tx, source, c); err != nil {
				return err
			}
		}
		return nil
	})
}

func insertCheckpoint(ctx context.Context, tx txn, source string, c adtally.Checkpoint) error {
	_, err := tx.exec(ctx, `INSERT INTO checkpoints (source, account, table_name, from_day, to_day, asked, load, partial, definition)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`, source, c.Account, c.Table, c.Window.From, c.Window.To, micros(c.Asked), c.Load, bit(c.Partial), c.Definition)
	return err
}

func deleteCheckpoints(ctx context.Context, tx txn, source, account string) error {
	_, err := tx.exec(ctx, `DELETE FROM checkpoints WHERE source = ? AND account = ?`, source, account)
	return err
}

// deleteCovered deletes the checkpoints that c supersedes. The zero window is not a
// range of days: it only supersedes itself, and only itself supersedes it.
func deleteCovered(ctx context.Context, tx txn, source string, c adtally.Checkpoint) error {
	_, err := tx.exec(ctx, `DELETE FROM checkpoints
		WHERE source = ? AND account = ? AND table_name = ? AND from_day >= ? AND to_day <= ?
		AND (from_day = 0 AND to_day = 0) = ? AND coalesce(asked <= ?, asked IS NULL)`,
		source, c.Account, c.Table, c.Window.From, c.Window.To, c.Window.IsZero(), micros(c.Asked))
	return err
}
