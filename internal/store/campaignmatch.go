package store

import (
	"context"
	"database/sql"

	"adtally"
)

const campaignMatchColumns = `touch, source, medium, name, raw, campaign, at, matched_by`

// CampaignMatches returns the campaigns that people matched with UTM values, by these values.
func (db *DB) CampaignMatches(ctx context.Context) (all []adtally.CampaignMatch, err error) {
	err = db.query(ctx, "read the matches", func(rows *sql.Rows) error {
		var m adtally.CampaignMatch
		var at sql.Null[int64]
		err := rows.Scan(&m.Touch, &m.Source, &m.Medium, &m.Name, &m.Raw, &m.Campaign, &at, &m.By)
		m.At = moment(at)
		all = append(all, m)
		return err
	}, `SELECT `+campaignMatchColumns+` FROM campaign_matches ORDER BY source, medium, name, raw`)
	return all, err
}

// SetCampaignMatch stores a match, in place of the one that the UTM values had.
func (db *DB) SetCampaignMatch(ctx context.Context, m adtally.CampaignMatch, d adtally.AuditEntry) error {
	return db.audited(ctx, "store a match", d, func(tx txn) error {
		_, err := tx.exec(ctx, `INSERT INTO campaign_matches (`+campaignMatchColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (touch) DO UPDATE SET campaign = excluded.campaign, at = excluded.at, matched_by = excluded.matched_by`,
			m.Touch, m.Source, m.Medium, m.Name, m.Raw, m.Campaign, micros(m.At), m.By)
		return err
	})
}

// RemoveCampaignMatch deletes a match.
func (db *DB) RemoveCampaignMatch(ctx context.Context, touch string, d adtally.AuditEntry) error {
	return db.audited(ctx, "remove a match", d, func(tx txn) error {
		n, err := tx.exec(ctx, `DELETE FROM campaign_matches WHERE touch = ?`, touch)
		if err == nil && n == 0 {
			err = absent("match")
		}
		return err
	})
}
