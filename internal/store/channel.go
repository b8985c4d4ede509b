package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"adtally"
)

const channelColumns = `id, name, kind, settings, credential, alerts, sources, revision, created, created_by, digest`

// AddChannel stores a new channel, with its secret if it has one.
func (db *DB) AddChannel(ctx context.Context, c adtally.Channel, a adtally.Admission, d adtally.AuditEntry) error {
	texts, err := channelTexts(c)
	if err != nil {
		return err
	}
	return db.audited(ctx, "add a channel", d, func(tx txn) error {
		if err := tx.admit(ctx, a); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `INSERT INTO channels (`+channelColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
			c.ID, c.Name, c.Kind, texts.settings, c.Credential, texts.alerts, texts.sources, micros(c.Created), c.CreatedBy, texts.digest)
		return err
	})
}

// channelJSON are the columns of a channel that are JSON.
type channelJSON struct{ settings, alerts, sources, digest string }

func channelTexts(c adtally.Channel) (out channelJSON, err error) {
	for _, one := range []struct {
		into *string
		v    any
	}{{&out.settings, c.Settings}, {&out.alerts, c.Alerts}, {&out.sources, c.Sources}, {&out.digest, c.Digest}} {
		b, err := json.Marshal(one.v)
		if err != nil {
			return channelJSON{}, err
		}
		*one.into = string(b)
	}
	if c.Digest == (adtally.Digest{}) {
		out.digest = ""
	}
	return out, nil
}

// Channels returns all channels, oldest first. Their secrets are in the vault.
func (db *DB) Channels(ctx context.Context) ([]adtally.Channel, error) {
	return db.channels(ctx, `1 = 1 ORDER BY created NULLS FIRST, id`)
}

// Channel returns one channel.
func (db *DB) Channel(ctx context.Context, id string) (adtally.Channel, error) {
	all, err := db.channels(ctx, `id = ?`, id)
	return one(all, err, "channel")
}

func (db *DB) channels(ctx context.Context, which string, args ...any) (all []adtally.Channel, err error) {
	err = db.query(ctx, "read the channels", func(rows *sql.Rows) error {
		c, err := scanChannel(rows)
		all = append(all, c)
		return err
	}, `SELECT `+channelColumns+` FROM channels WHERE `+which, args...)
	return all, err
}

func scanChannel(rows *sql.Rows) (c adtally.Channel, err error) {
	var settings, alerts, sources, digest string
	var created sql.Null[int64]
	if err := rows.Scan(&c.ID, &c.Name, &c.Kind, &settings, &c.Credential, &alerts, &sources, &c.Revision, &created, &c.CreatedBy, &digest); err != nil {
		return c, err
	}
	c.Created = moment(created)
	for text, into := range map[*string]any{&settings: &c.Settings, &alerts: &c.Alerts, &sources: &c.Sources, &digest: &c.Digest} {
		if *text == "" {
			continue
		}
		if err := fromJSON(*text, into); err != nil {
			return c, err
		}
	}
	return c, nil
}

// EditChannel replaces the channel with c's ID. It fails if the channel was changed since c
// was read. A new secret replaces and destroys the previous one.
func (db *DB) EditChannel(ctx context.Context, c adtally.Channel, a adtally.Admission, d adtally.AuditEntry) error {
	texts, err := channelTexts(c)
	if err != nil {
		return err
	}
	return db.audited(ctx, "change a channel", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE channels SET name = ?, settings = ?, credential = ?, alerts = ?, sources = ?, digest = ?, revision = revision + 1 WHERE id = ? AND revision = ?`,
			c.Name, texts.settings, c.Credential, texts.alerts, texts.sources, texts.digest, c.ID, c.Revision)
		if err := staleUnless(n, err); err != nil {
			return err
		}
		return tx.replace(ctx, a)
	})
}

// RemoveChannel deletes a channel with its deliveries and destroys its secret.
func (db *DB) RemoveChannel(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "remove a channel", d, func(tx txn) error {
		_, err := tx.exec(ctx, wipeWhere+`sealed IS NOT NULL AND credential = (SELECT credential FROM channels WHERE id = ?)`, micros(d.At), id)
		if err != nil {
			return err
		}
		n, err := tx.exec(ctx, `DELETE FROM channels WHERE id = ?`, id)
		if err == nil && n == 0 {
			err = absent("channel")
		}
		return err
	})
}
