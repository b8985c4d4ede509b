package store

import (
	"context"
	"database/sql"
	"encoding/json"

	"adtally"
)

// GuideProgress returns how far a person has come in a connector's guide for a source. It
// is empty if nothing is stored.
func (db *DB) GuideProgress(ctx context.Context, user, connector, source string) (p adtally.GuideProgress, err error) {
	p = adtally.GuideProgress{User: user, Connector: connector, Source: source}
	err = db.query(ctx, "read the progress in a guide", func(rows *sql.Rows) error {
		var done string
		var at sql.Null[int64]
		if err := rows.Scan(&done, &p.Step, &at); err != nil {
			return err
		}
		p.At = moment(at)
		return fromJSON(done, &p.Done)
	}, `SELECT done, step, at FROM guide_progress WHERE user_id = ? AND connector = ? AND source = ?`, user, connector, source)
	return p, err
}

// SetGuideProgress replaces the progress.
func (db *DB) SetGuideProgress(ctx context.Context, p adtally.GuideProgress) error {
	done, err := json.Marshal(p.Done)
	if err != nil {
		return err
	}
	_, err = db.exec(ctx, "keep the progress in a guide", `INSERT INTO guide_progress (user_id, connector, source, done, step, at) VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT (user_id, connector, source) DO UPDATE SET done = excluded.done, step = excluded.step, at = excluded.at`,
		p.User, p.Connector, p.Source, string(done), p.Step, micros(p.At))
	return err
}
