package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"adtally"
)

const subscriptionColumns = `id, dashboard, channel, sent_to, recurs, days, locks, pdf, csv, paused, revision, maker, created, updated, due, asked, held, tries`

func scanSubscription(rows *sql.Rows) (s adtally.Subscription, err error) {
	var recurs, days, locks string
	var pdf, csv, paused int64
	var created, updated, due, asked, held sql.Null[int64]
	err = rows.Scan(&s.ID, &s.Dashboard, &s.Channel, &s.To, &recurs, &days, &locks, &pdf, &csv, &paused, &s.Revision, &s.Maker, &created, &updated, &due, &asked, &held, &s.Tries)
	if err != nil {
		return s, err
	}
	s.PDF, s.CSV, s.Paused, s.Range = pdf == 1, csv == 1, paused == 1, []byte(days)
	s.Created, s.Updated, s.Due, s.Asked, s.Held = moment(created), moment(updated), moment(due), moment(asked), moment(held)
	return s, errors.Join(fromJSON(recurs, &s.When), fromJSON(locks, &s.Lock))
}

func (db *DB) subscriptions(ctx context.Context, rest string, args ...any) (all []adtally.Subscription, err error) {
	err = db.query(ctx, "read subscriptions", func(rows *sql.Rows) error {
		s, err := scanSubscription(rows)
		all = append(all, s)
		return err
	}, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE `+rest, args...)
	return all, err
}

// Subscriptions returns the subscriptions of a maker and of a dashboard, oldest first. An empty
// text stands for all.
func (db *DB) Subscriptions(ctx context.Context, maker, dashboard string) ([]adtally.Subscription, error) {
	return db.subscriptions(ctx, `(maker = ? OR CAST(? AS TEXT) = '') AND (dashboard = ? OR CAST(? AS TEXT) = '') ORDER BY created, id`, maker, maker, dashboard, dashboard)
}

// Subscription returns one subscription.
func (db *DB) Subscription(ctx context.Context, id string) (adtally.Subscription, error) {
	all, err := db.subscriptions(ctx, `id = ?`, id)
	return one(all, err, "subscription")
}

// subscribed returns the stored form of what people choose, in the order of the columns from
// channel to paused.
func subscribed(s adtally.Subscription) ([]any, error) {
	recurs, err := json.Marshal(s.When)
	locks, failed := json.Marshal(s.Lock)
	return []any{s.Channel, s.To, string(recurs), string(s.Range), string(locks), bit(s.PDF), bit(s.CSV), bit(s.Paused)}, errors.Join(err, failed)
}

// AddSubscription stores a new subscription.
func (db *DB) AddSubscription(ctx context.Context, s adtally.Subscription, d adtally.AuditEntry) error {
	chosen, err := subscribed(s)
	if err != nil {
		return err
	}
	args := append([]any{s.ID, s.Dashboard}, chosen...)
	args = append(args, s.Maker, s.Created.UnixMicro(), s.Updated.UnixMicro(), s.Due.UnixMicro())
	return db.audited(ctx, "add a subscription", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "channel", `SELECT 1 FROM channels WHERE id = ?`, s.Channel); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO subscriptions (`+subscriptionColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, NULL, NULL, 0)`, args...)
		return err
	})
}

// EditSubscription replaces what people chose. It fails if the subscription was changed since s
// was read. What is being prepared is not sent.
func (db *DB) EditSubscription(ctx context.Context, s adtally.Subscription, d adtally.AuditEntry) error {
	args, err := subscribed(s)
	if err != nil {
		return err
	}
	args = append(args, s.Updated.UnixMicro(), s.Due.UnixMicro(), s.ID, s.Revision)
	return db.audited(ctx, "change a subscription", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "subscription", `SELECT 1 FROM subscriptions WHERE id = ?`, s.ID); err != nil {
			return err
		}
		if err := tx.mustExist(ctx, "channel", `SELECT 1 FROM channels WHERE id = ?`, s.Channel); err != nil {
			return err
		}
		n, err := tx.exec(ctx, `UPDATE subscriptions SET channel = ?, sent_to = ?, recurs = ?, days = ?, locks = ?, pdf = ?, csv = ?, paused = ?, updated = ?, due = ?,
			held = NULL, tries = 0, revision = revision + 1 WHERE id = ? AND revision = ?`, args...)
		return staleUnless(n, err)
	})
}

// RemoveSubscription deletes a subscription with its history.
func (db *DB) RemoveSubscription(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "remove a subscription", d, func(tx txn) error {
		n, err := tx.exec(ctx, `DELETE FROM subscriptions WHERE id = ?`, id)
		if err == nil && n == 0 {
			err = absent("subscription")
		}
		return err
	})
}

// AskForSending makes a subscription due now, once more than it would be.
func (db *DB) AskForSending(ctx context.Context, id string, now time.Time, d adtally.AuditEntry) error {
	return db.audited(ctx, "send a dashboard now", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE subscriptions SET asked = ? WHERE id = ?`, now.UnixMicro(), id)
		if err == nil && n == 0 {
			err = absent("subscription")
		}
		return err
	})
}

// TakeSubscriptions returns what is due and reserves it for the caller for a while. After that
// another caller can take it.
func (db *DB) TakeSubscriptions(ctx context.Context, now time.Time, hold time.Duration, limit int) (all []adtally.Subscription, err error) {
	err = db.write(ctx, "take subscriptions that are due", func(tx txn) error {
		all = nil
		var due []adtally.Subscription
		err := tx.query(ctx, func(rows *sql.Rows) error {
			s, err := scanSubscription(rows)
			due = append(due, s)
			return err
		}, `SELECT `+subscriptionColumns+` FROM subscriptions WHERE (paused = 0 AND due <= ? OR asked IS NOT NULL) AND (held IS NULL OR held <= ?) ORDER BY due, id LIMIT ?`,
			now.UnixMicro(), now.UnixMicro(), limit)
		for _, s := range due {
			until := now.Add(hold)
			n, taken := tx.exec(ctx, `UPDATE subscriptions SET held = ?, tries = tries + 1 WHERE id = ? AND tries = ? AND revision = ?`, until.UnixMicro(), s.ID, s.Tries, s.Revision)
			if err = errors.Join(err, taken); taken == nil && n == 1 {
				s.Held, s.Tries = moment(micros(until)), s.Tries+1
				all = append(all, s)
			}
		}
		return err
	})
	return all, err
}

// DelaySending says that what was taken is tried again at a time.
func (db *DB) DelaySending(ctx context.Context, s adtally.Subscription, until time.Time) error {
	_, err := db.exec(ctx, "try a subscription again later", `UPDATE subscriptions SET held = ? WHERE id = ? AND held = ?`, until.UnixMicro(), s.ID, s.Held.UnixMicro())
	return err
}
