package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"adtally"
)

// KeepSending stores what was prepared for a subscription that the caller has taken, and when
// it is due next. The message is sent if there is one. Nothing is stored if the subscription was
// changed meanwhile, or taken by another caller.
func (db *DB) KeepSending(ctx context.Context, s adtally.Subscription, g adtally.Sending, message *adtally.Delivery, files []adtally.AttachedFile) error {
	names, err := json.Marshal(g.Files)
	if err != nil {
		return err
	}
	return db.write(ctx, "send a dashboard", func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE subscriptions SET due = ?, asked = CASE WHEN asked = ? THEN NULL ELSE asked END, held = NULL, tries = 0 WHERE id = ? AND held = ?`,
			s.Due.UnixMicro(), micros(s.Asked), s.ID, s.Held.UnixMicro())
		if err != nil || n == 0 {
			return err
		}
		_, err = tx.exec(ctx, `INSERT INTO sendings (id, subscription, at, asked, stale, files, problem) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			g.ID, s.ID, g.At.UnixMicro(), bit(g.Asked), bit(g.Stale), string(names), g.Problem)
		if err != nil || message == nil {
			return err
		}
		for i, f := range files {
			if _, err := tx.exec(ctx, `INSERT INTO sending_files (sending, place, name, type, content) VALUES (?, ?, ?, ?, ?)`, g.ID, i, f.Name, f.Type, f.Content); err != nil {
				return err
			}
		}
		return tx.post(ctx, *message)
	})
}

// Sendings returns what was sent for a subscription before a position, newest first.
func (db *DB) Sendings(ctx context.Context, subscription string, before adtally.PagePosition, limit int) (all []adtally.Sending, err error) {
	w := from(before, "at")
	err = db.query(ctx, "read what was sent", func(rows *sql.Rows) error {
		var g adtally.Sending
		var asked, stale int64
		var files string
		var at, arrived, again, tries sql.Null[int64]
		var problem, delivery sql.Null[string]
		err := rows.Scan(&g.ID, &g.Subscription, &at, &asked, &stale, &files, &g.Problem, &delivery, &arrived, &again, &tries, &problem)
		g.At, g.Asked, g.Stale = moment(at), asked == 1, stale == 1
		g.Delivery = adtally.Delivery{ID: delivery.V, Arrived: moment(arrived), NotBefore: moment(again), Tries: int(tries.V), Problem: problem.V}
		if err == nil {
			err = fromJSON(files, &g.Files)
		}
		all = append(all, g)
		return err
	}, `SELECT g.id, subscription, at, asked, stale, files, problem, d.id, d.delivered, d.not_before, d.tries, d.error
		FROM (SELECT id, subscription, at, asked, stale, files, problem FROM sendings WHERE `+w.text+` AND subscription = ? ORDER BY at DESC, id DESC LIMIT ?) g
		LEFT JOIN deliveries d ON d.id = g.id ORDER BY at DESC, g.id DESC`, append(w.args, subscription, limit)...)
	return all, err
}

// SendingFiles returns the files of a message.
func (db *DB) SendingFiles(ctx context.Context, id string) (all []adtally.AttachedFile, err error) {
	err = db.query(ctx, "read the files of a message", func(rows *sql.Rows) error {
		var f adtally.AttachedFile
		err := rows.Scan(&f.Name, &f.Type, &f.Content)
		all = append(all, f)
		return err
	}, `SELECT name, type, content FROM sending_files WHERE sending = ? ORDER BY place`, id)
	return all, err
}

// PruneSendings deletes what was sent before a time, and the files of messages that are not
// sent any more.
func (db *DB) PruneSendings(ctx context.Context, before time.Time) error {
	return db.write(ctx, "forget what was sent long ago", func(tx txn) error {
		_, err := tx.exec(ctx, `DELETE FROM sendings WHERE at < ?`, before.UnixMicro())
		_, failed := tx.exec(ctx, `DELETE FROM sending_files WHERE NOT EXISTS (SELECT 1 FROM deliveries d WHERE d.id = sending AND d.not_before IS NOT NULL)`)
		return errors.Join(err, failed)
	})
}
