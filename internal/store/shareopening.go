package store

import (
	"context"
	"database/sql"
	"time"

	"adtally"
)

// openingPeriod is how long a visitor's requests count as one opening.
const openingPeriod = 30 * time.Minute

// AddShareOpening stores an opening, unless the same visitor opened the link just before.
func (db *DB) AddShareOpening(ctx context.Context, o adtally.ShareOpening) error {
	_, err := db.exec(ctx, "note an opening", `INSERT INTO share_openings (id, link, at, browser, visitor, bot)
		SELECT ?, CAST(? AS TEXT), CAST(? AS BIGINT), ?, CAST(? AS TEXT), CAST(? AS BIGINT)
		WHERE NOT EXISTS (SELECT 1 FROM share_openings WHERE link = ? AND visitor = ? AND browser = ? AND at > ?)`,
		o.ID, o.Link, o.At.UnixMicro(), o.Browser, o.Visitor, bit(o.Bot), o.Link, o.Visitor, o.Browser, o.At.Add(-openingPeriod).UnixMicro())
	return err
}

// ShareOpenings returns the openings of a link before a position, newest first.
func (db *DB) ShareOpenings(ctx context.Context, link string, before adtally.PagePosition, limit int) (all []adtally.ShareOpening, err error) {
	w := from(before, "at")
	err = db.query(ctx, "read openings", func(rows *sql.Rows) error {
		var o adtally.ShareOpening
		var at, bot int64
		err := rows.Scan(&o.ID, &o.Link, &at, &o.Browser, &o.Visitor, &bot)
		o.At, o.Bot = time.UnixMicro(at).UTC(), bot == 1
		all = append(all, o)
		return err
	}, `SELECT id, link, at, browser, visitor, bot FROM share_openings WHERE `+w.text+` AND link = ? ORDER BY at DESC, id DESC LIMIT ?`, append(w.args, link, limit)...)
	return all, err
}

// ShareOpened counts the openings of a link.
func (db *DB) ShareOpened(ctx context.Context, link string) (o adtally.ShareOpenings, err error) {
	err = db.query(ctx, "count openings", func(rows *sql.Rows) error {
		var last sql.Null[int64]
		err := rows.Scan(&o.Count, &o.Visitors, &o.Bots, &last)
		o.Last = moment(last)
		return err
	}, `SELECT count(CASE WHEN bot = 0 THEN 1 END), count(DISTINCT CASE WHEN bot = 0 THEN visitor END), count(CASE WHEN bot = 1 THEN 1 END), max(CASE WHEN bot = 0 THEN at END)
		FROM share_openings WHERE link = ?`, link)
	return o, err
}

// ForgetShares deletes openings before a time, sessions and previews that have expired, and
// attempts that do not count any more.
func (db *DB) ForgetShares(ctx context.Context, openings, now time.Time) error {
	return db.write(ctx, "forget openings", func(tx txn) error {
		for statement, before := range map[string]time.Time{
			`DELETE FROM share_openings WHERE at < ?`:                   openings,
			`DELETE FROM share_sessions WHERE expires < ?`:              now,
			`DELETE FROM share_tries WHERE last < ?`:                    now.Add(-2 * triesPeriod),
			`DELETE FROM share_links WHERE preview = 1 AND expires < ?`: now.Add(-triesPeriod),
		} {
			if _, err := tx.exec(ctx, statement, before.UnixMicro()); err != nil {
				return err
			}
		}
		return nil
	})
}
