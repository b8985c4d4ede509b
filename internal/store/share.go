package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"adtally"
)

const shareColumns = `id, hash, name, dashboard, revision, content, locks, days, fee, filters, download, origins, password, preview, version, maker, created, updated, expires, revoked, holder`

func scanShare(rows *sql.Rows) (l adtally.ShareLink, err error) {
	var locks, days, filters, origins, password string
	var download, preview int64
	var created, updated, expires, revoked sql.Null[int64]
	err = rows.Scan(&l.ID, &l.Hash, &l.Name, &l.Dashboard, &l.Revision, &l.Content, &locks, &days, &l.Fee, &filters, &download, &origins, &password, &preview, &l.Version, &l.Maker, &created, &updated, &expires, &revoked, &l.Holder)
	if err != nil {
		return l, err
	}
	l.Download, l.Preview, l.Password, l.Days = download == 1, preview == 1, adtally.NewSecret(password), []byte(days)
	l.Created, l.Updated, l.Expires, l.Revoked = moment(created), moment(updated), moment(expires), moment(revoked)
	for text, into := range map[string]any{locks: &l.Lock, filters: &l.Open, origins: &l.Origins} {
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return l, err
		}
	}
	return l, nil
}

func (db *DB) shares(ctx context.Context, rest string, args ...any) (all []adtally.ShareLink, err error) {
	err = db.query(ctx, "read share links", func(rows *sql.Rows) error {
		l, err := scanShare(rows)
		all = append(all, l)
		return err
	}, `SELECT `+shareColumns+` FROM share_links WHERE `+rest, args...)
	return all, err
}

// shareTerms returns the stored form of what a link shows, in the order of the columns.
func shareTerms(l adtally.ShareLink) (all []any, err error) {
	var texts []any
	for _, list := range []any{l.Lock, l.Open, l.Origins} {
		text, err := json.Marshal(list)
		if err != nil {
			return nil, err
		}
		texts = append(texts, string(text))
	}
	return []any{texts[0], string(l.Days), l.Fee, texts[1], bit(l.Download), texts[2], l.Password.Reveal()}, nil
}

// AddShareLink stores a new link.
func (db *DB) AddShareLink(ctx context.Context, l adtally.ShareLink, d adtally.AuditEntry) error {
	terms, err := shareTerms(l)
	if err != nil {
		return err
	}
	args := append([]any{l.ID, l.Hash, l.Name, l.Dashboard, l.Revision, string(l.Content)}, terms...)
	args = append(args, bit(l.Preview), l.Maker, l.Created.UnixMicro(), l.Updated.UnixMicro(), micros(l.Expires), l.Holder)
	return db.audited(ctx, "add a share link", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO share_links (`+shareColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, NULL, ?)`, args...)
		return err
	})
}

// ShareLinks returns the links of a maker and of a dashboard before a position, newest first.
// An empty text stands for all.
func (db *DB) ShareLinks(ctx context.Context, maker, dashboard string, before adtally.PagePosition, limit int) ([]adtally.ShareLink, error) {
	w := from(before, "created")
	w.args = append(w.args, maker, maker, dashboard, dashboard, limit)
	return db.shares(ctx, w.text+` AND preview = 0 AND (maker = ? OR CAST(? AS TEXT) = '') AND (dashboard = ? OR CAST(? AS TEXT) = '') ORDER BY created DESC, id DESC LIMIT ?`, w.args...)
}

// ShareLink returns the link with an ID.
func (db *DB) ShareLink(ctx context.Context, id string) (adtally.ShareLink, error) {
	all, err := db.shares(ctx, `id = ?`, id)
	return one(all, err, "share link")
}

// ShareLinkByHash returns the link whose token has a hash.
func (db *DB) ShareLinkByHash(ctx context.Context, hash string) (adtally.ShareLink, error) {
	all, err := db.shares(ctx, `hash = ?`, hash)
	return one(all, err, "share link")
}

// EditShareLink replaces what a link shows. It fails if the link was changed since l was read,
// or if it was revoked.
func (db *DB) EditShareLink(ctx context.Context, l adtally.ShareLink, d adtally.AuditEntry) error {
	terms, err := shareTerms(l)
	if err != nil {
		return err
	}
	args := append([]any{l.Name, l.Revision, string(l.Content)}, terms...)
	args = append(args, micros(l.Expires), l.Updated.UnixMicro(), l.ID, l.Version)
	return db.audited(ctx, "change a share link", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "share link", `SELECT 1 FROM share_links WHERE id = ?`, l.ID); err != nil {
			return err
		}
		if err := tx.mustExist(ctx, "share link", `SELECT 1 FROM share_links WHERE id = ? AND revoked IS NULL`, l.ID); err != nil {
			return configure("conflict", "this share link was revoked", "Create a new one.", nil)
		}
		n, err := tx.exec(ctx, `UPDATE share_links SET name = ?, revision = ?, content = ?, locks = ?, days = ?, fee = ?, filters = ?, download = ?, origins = ?, password = ?, expires = ?, updated = ?, version = version + 1
			WHERE id = ? AND version = ?`, args...)
		if err := staleUnless(n, err); err != nil {
			return err
		}
		_, err = tx.exec(ctx, `DELETE FROM share_sessions WHERE link = ?`, l.ID)
		return err
	})
}

// RevokeShareLink revokes a link and ends its sessions.
func (db *DB) RevokeShareLink(ctx context.Context, id string, d adtally.AuditEntry) error {
	return db.audited(ctx, "revoke a share link", d, func(tx txn) error {
		if err := tx.mustExist(ctx, "share link", `SELECT 1 FROM share_links WHERE id = ?`, id); err != nil {
			return err
		}
		if _, err := tx.exec(ctx, `UPDATE share_links SET revoked = ?, version = version + 1 WHERE id = ? AND revoked IS NULL`, d.At.UnixMicro(), id); err != nil {
			return err
		}
		_, err := tx.exec(ctx, `DELETE FROM share_sessions WHERE link = ?`, id)
		return err
	})
}
