package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"adtally"
)

// set is the stored form of a source's settings.
type set struct {
	Accounts []string          `json:"accounts,omitempty"`
	All      bool              `json:"all,omitempty"`
	Tables   []string          `json:"tables,omitempty"`
	Reports  []adtally.Report  `json:"reports,omitempty"`
	Metrics  []adtally.Metric  `json:"metrics,omitempty"`
	Since    adtally.Day       `json:"since"`
	Until    adtally.Day       `json:"until"`
	Settings map[string]string `json:"settings,omitempty"`
	Every    time.Duration     `json:"every"`
	LookBack int               `json:"look_back,omitempty"`
}

func setOf(s adtally.Source) (string, error) {
	b, err := json.Marshal(set{s.Accounts, s.All, s.Tables, s.Reports, s.Metrics, s.Since, s.Until, s.Settings, s.Every, s.LookBack})
	return string(b), err
}

func (v set) into(s *adtally.Source) {
	s.Accounts, s.All, s.Tables, s.Reports, s.Metrics = v.Accounts, v.All, v.Tables, v.Reports, v.Metrics
	s.Since, s.Until, s.Settings, s.Every, s.LookBack = v.Since, v.Until, v.Settings, v.Every, v.LookBack
}

const sourceColumns = `id, name, connector, dataset, credential, settings, stage, revision, created, created_by, deleted, next, failures, why, last_good, act, code, message, hint, failing_since, drop_data, credential_replaced, purge_error, purge_failing_since`

func scanSourceRecord(rows *sql.Rows) (s adtally.SourceRecord, err error) {
	var settings, unpurged string
	var created, deleted, next, good, failing, renewed, purging sql.Null[int64]
	var act sql.Null[string]
	var f adtally.Fault
	err = rows.Scan(&s.ID, &s.Name, &s.Connector, &s.Dataset, &s.Credential, &settings, &s.Stage, &s.Revision, &created, &s.CreatedBy,
		&deleted, &next, &s.Failures, &s.Why, &good, &act, &f.Code, &f.Message, &f.Hint, &failing, &s.Drop, &renewed, &unpurged, &purging)
	if err != nil {
		return s, err
	}
	s.Created, s.Deleted, s.Next, s.LastGood = moment(created), moment(deleted), moment(next), moment(good)
	s.Failing, s.Renewed, s.Purging = moment(failing), moment(renewed), moment(purging)
	if f.Act = adtally.Act(act.V); act.Valid {
		s.Fault = &f
	}
	if s.Unpurged, err = unfault(unpurged); err != nil {
		return s, err
	}
	var v set
	if err := json.Unmarshal([]byte(settings), &v); err != nil {
		return s, fmt.Errorf("read what is set of source %s: %w", s.ID, err)
	}
	v.into(&s.Source)
	return s, nil
}

// AddSource stores a new source with its secret. A dataset belongs to one source, even a
// deleted one, whose tables stay.
func (db *DB) AddSource(ctx context.Context, s adtally.SourceRecord, h adtally.Handover, d adtally.AuditEntry) error {
	settings, err := setOf(s.Source)
	if err != nil {
		return err
	}
	return db.audited(ctx, "add a source", d, func(tx txn) error {
		n, err := tx.exec(ctx, `INSERT INTO sources (`+sourceColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?, ?, NULL, ?, 0, '', NULL, NULL, '', '', '', NULL, 0, ?, '', NULL) ON CONFLICT DO NOTHING`,
			s.ID, s.Name, s.Connector, s.Dataset, s.Credential, settings, string(s.Stage), micros(s.Created), s.CreatedBy, micros(s.Next), micros(s.Renewed))
		if err == nil && n == 0 {
			err = configure("dataset_taken", fmt.Sprintf("another source writes to the dataset %s", s.Dataset), "Choose another dataset.", nil)
		}
		if err != nil {
			return err
		}
		return tx.handOver(ctx, s.ID, h)
	})
}

// Source returns one source, deleted or not.
func (db *DB) Source(ctx context.Context, id string) (s adtally.SourceRecord, err error) {
	s, found, err := (txn{db.sql, db.bind}).source(ctx, id)
	switch {
	case err != nil:
		return s, db.failed(ctx, "read a source", err)
	case !found:
		return s, configure("not_found", "there is no such source", "See the list of sources.", nil)
	}
	return s, nil
}

func (t txn) source(ctx context.Context, id string) (s adtally.SourceRecord, found bool, err error) {
	err = t.query(ctx, func(rows *sql.Rows) (err error) {
		found = true
		s, err = scanSourceRecord(rows)
		return err
	}, `SELECT `+sourceColumns+` FROM sources WHERE id = ?`, id)
	return s, found, err
}

// Sources returns all existing sources, or all deleted ones, oldest first.
func (db *DB) Sources(ctx context.Context, deleted bool) (all []adtally.SourceRecord, err error) {
	err = db.query(ctx, "read the sources", func(rows *sql.Rows) error {
		s, err := scanSourceRecord(rows)
		all = append(all, s)
		return err
	}, `SELECT `+sourceColumns+` FROM sources WHERE (deleted IS NOT NULL) = (? = 1) ORDER BY created NULLS FIRST, id`, bit(deleted))
	return all, err
}

// EditSource changes a source, with a new secret if there is one, in one transaction. It
// fails if the source was edited since the revision. change is called with the current
// source, which runs may have updated, and may be called again.
func (db *DB) EditSource(ctx context.Context, id string, revision int64, change func(*adtally.SourceRecord), h adtally.Handover, d adtally.AuditEntry) (s adtally.SourceRecord, err error) {
	err = db.audited(ctx, "change a source", d, func(tx txn) error {
		var found bool
		var err error
		s, found, err = tx.source(ctx, id)
		switch {
		case err != nil:
			return err
		case !found:
			return absent("source")
		case s.Revision != revision:
			return staleUnless(0, nil)
		}
		change(&s)
		if err := tx.setSource(ctx, s); err != nil {
			return err
		}
		s.Revision++
		return tx.handOver(ctx, id, h)
	})
	return s, err
}

// setSource stores the fields that a person can change.
func (t txn) setSource(ctx context.Context, s adtally.SourceRecord) error {
	settings, err := setOf(s.Source)
	if err != nil {
		return err
	}
	n, err := t.exec(ctx, `UPDATE sources SET name = ?, credential = ?, settings = ?, stage = ?, next = ?, deleted = ?, drop_data = ?, credential_replaced = ?, revision = revision + 1
		WHERE id = ? AND revision = ?`,
		s.Name, s.Credential, settings, string(s.Stage), micros(s.Next), micros(s.Deleted), bit(s.Drop), micros(s.Renewed), s.ID, s.Revision)
	if err := staleUnless(n, err); err != nil || s.Deleted.IsZero() {
		return err
	}
	return t.endRuns(ctx, s)
}

// endRuns cancels the active runs of a deleted source.
func (t txn) endRuns(ctx context.Context, s adtally.SourceRecord) error {
	if _, err := t.exec(ctx, `UPDATE runs SET cancelled = coalesce(cancelled, ?) WHERE source = ? AND active = 1`, micros(s.Deleted), s.ID); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE steps SET state = 'interrupted', ended = ? WHERE state = 'waiting' AND run IN (SELECT id FROM runs WHERE source = ? AND active = 1)`, micros(s.Deleted), s.ID)
	return err
}

// pace stores a source's status: when it is due, and why.
func (t txn) pace(ctx context.Context, s adtally.SourceRecord) error {
	f := s.Fault
	if f == nil {
		f = &adtally.Fault{}
	}
	_, err := t.exec(ctx, `UPDATE sources SET stage = ?, next = ?, failures = ?, why = ?, last_good = ?, act = ?, code = ?, message = ?, hint = ?, failing_since = ? WHERE id = ?`,
		string(s.Stage), micros(s.Next), s.Failures, s.Why, micros(s.LastGood),
		sql.Null[string]{V: string(f.Act), Valid: s.Fault != nil}, f.Code, f.Message, f.Hint, micros(s.Failing), s.ID)
	return err
}

// DueSources returns the due sources without an active run, the longest waiting first.
func (db *DB) DueSources(ctx context.Context, now time.Time, limit int) (all []adtally.SourceRecord, err error) {
	err = db.query(ctx, "read what is due", func(rows *sql.Rows) error {
		s, err := scanSourceRecord(rows)
		all = append(all, s)
		return err
	}, `SELECT `+sourceColumns+` FROM sources WHERE deleted IS NULL AND next <= ? AND credential <> ''
		AND NOT EXISTS (SELECT 1 FROM runs WHERE runs.source = sources.id AND runs.lane = 'sync' AND runs.active = 1)
		ORDER BY next NULLS FIRST, id LIMIT ?`, now.UnixMicro(), limit)
	return all, err
}

// SeeAccounts stores which accounts a source's credential sees now. Accounts that it saw
// before stay.
func (db *DB) SeeAccounts(ctx context.Context, source string, accounts []adtally.Account, now time.Time) error {
	return db.write(ctx, "write the accounts of a source", func(tx txn) error { return tx.seeAccounts(ctx, source, accounts, now) })
}

func (t txn) seeAccounts(ctx context.Context, source string, accounts []adtally.Account, now time.Time) error {
	for _, a := range accounts {
		_, err := t.exec(ctx, `INSERT INTO source_accounts (source, account, name, currency, zone, status, first_seen, last_seen) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
			ON CONFLICT (source, account) DO UPDATE SET name = excluded.name, currency = excluded.currency, zone = excluded.zone,
			status = excluded.status, last_seen = excluded.last_seen`,
			source, a.ID, a.Name, a.Currency, a.Zone, a.Status, micros(now), micros(now))
		if err != nil {
			return err
		}
	}
	return nil
}

// SeenAccounts returns the accounts that a source's credential sees or saw.
func (db *DB) SeenAccounts(ctx context.Context, source string) (all []adtally.SeenAccount, err error) {
	err = db.query(ctx, "read the accounts of a source", func(rows *sql.Rows) error {
		var a adtally.SeenAccount
		var first, last sql.Null[int64]
		err := rows.Scan(&a.ID, &a.Name, &a.Currency, &a.Zone, &a.Status, &first, &last)
		a.First, a.Last = moment(first), moment(last)
		all = append(all, a)
		return err
	}, `SELECT account, name, currency, zone, status, first_seen, last_seen FROM source_accounts WHERE source = ? ORDER BY account`, source)
	return all, err
}

// AccountNames returns the names of all accounts that a source saw, by account.
func (db *DB) AccountNames(ctx context.Context) (map[string]string, error) {
	all := map[string]string{}
	err := db.query(ctx, "read the names of accounts", func(rows *sql.Rows) error {
		var id, name string
		err := rows.Scan(&id, &name)
		all[id] = name
		return err
	}, `SELECT account, MIN(name) FROM source_accounts WHERE name <> '' GROUP BY account`)
	return all, err
}

// LostAccounts returns the accounts that were missing in the last list, by source.
func (db *DB) LostAccounts(ctx context.Context) (map[string][]adtally.SeenAccount, error) {
	all := map[string][]adtally.SeenAccount{}
	err := db.query(ctx, "read lost accounts", func(rows *sql.Rows) error {
		var a adtally.SeenAccount
		var source string
		var first, last sql.Null[int64]
		err := rows.Scan(&source, &a.ID, &a.Name, &a.Currency, &a.Zone, &a.Status, &first, &last)
		a.First, a.Last = moment(first), moment(last)
		all[source] = append(all[source], a)
		return err
	}, `SELECT a.source, account, name, currency, zone, status, first_seen, last_seen
		FROM (SELECT source, max(last_seen) AS newest FROM source_accounts GROUP BY source) AS looks
		JOIN source_accounts AS a ON a.source = looks.source AND a.last_seen < looks.newest ORDER BY a.source, account`)
	return all, err
}

// NoteUnpurged stores why the tables of a deleted source cannot be dropped, and since
// when.
func (db *DB) NoteUnpurged(ctx context.Context, id string, f *adtally.Fault, now time.Time) error {
	_, err := db.exec(ctx, "note what cannot be dropped", `UPDATE sources SET purge_error = ?, purge_failing_since = coalesce(purge_failing_since, ?) WHERE id = ?`, faultText(f), micros(now), id)
	return err
}

// belongings deletes all rows of a source, in the order of the references.
var belongings = []string{
	`DELETE FROM log_lines WHERE run IN (SELECT id FROM runs WHERE source = ?)`,
	`DELETE FROM outcome_tables WHERE run IN (SELECT id FROM runs WHERE source = ?)`,
	`DELETE FROM outcomes WHERE run IN (SELECT id FROM runs WHERE source = ?)`,
	`DELETE FROM steps WHERE run IN (SELECT id FROM runs WHERE source = ?)`,
	`DELETE FROM runs WHERE source = ?`,
	`DELETE FROM checkpoints WHERE source = ?`,
	`DELETE FROM cursors WHERE source = ?`,
	`DELETE FROM tunings WHERE source = ?`,
	`DELETE FROM drifts WHERE source = ?`,
	`DELETE FROM quotas WHERE source = ?`,
	`DELETE FROM quota_waits WHERE source = ?`,
	`DELETE FROM guide_progress WHERE source = ?`,
	`DELETE FROM source_accounts WHERE source = ?`,
	`DELETE FROM connect_links WHERE source = ?`,
	`DELETE FROM logins WHERE source = ?`,
}

// ForgetSource removes a source that was deleted before a time, with all its rows, and
// destroys its secret and those of its logins. The audit log stays.
func (db *DB) ForgetSource(ctx context.Context, id string, before time.Time, d adtally.AuditEntry) error {
	return db.audited(ctx, "forget a source", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE sources SET revision = revision + 1 WHERE id = ? AND deleted < ?`, id, before.UnixMicro())
		if err == nil && n == 0 {
			err = configure("conflict", "the source is not deleted, or was deleted recently", "See the list of sources.", nil)
		}
		for _, whose := range []string{`logins WHERE source = ?`, `sources WHERE id = ?`} {
			if err == nil {
				_, err = tx.exec(ctx, wipeWhere+`sealed IS NOT NULL AND credential IN (SELECT credential FROM `+whose+`)`, micros(d.At), id)
			}
		}
		for _, statement := range belongings {
			if err == nil {
				_, err = tx.exec(ctx, statement, id)
			}
		}
		if err == nil {
			_, err = tx.exec(ctx, `DELETE FROM sources WHERE id = ?`, id)
		}
		return err
	})
}
