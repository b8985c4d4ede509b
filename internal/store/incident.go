package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"adtally"
)

const incidentColumns = `id, kind, source, name, subject, stage, severity, since, sentence, cure, opened, notified, notified_stage, cleared, closed, delivered, snoozed`

// Tell stores incidents and the deliveries about them. If another process has already opened
// the same incident, that one counts, and the deliveries about ours are not stored.
func (db *DB) Tell(ctx context.Context, incidents []adtally.Incident, deliveries []adtally.Delivery) error {
	return db.write(ctx, "write down what is wrong", func(tx txn) error {
		lost := map[string]bool{}
		for _, o := range incidents {
			kept, err := tx.keepIncident(ctx, o)
			if err != nil {
				return err
			}
			lost[o.ID] = !kept
		}
		for _, l := range deliveries {
			if lost[l.Incident] {
				continue
			}
			if err := tx.post(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t txn) keepIncident(ctx context.Context, o adtally.Incident) (kept bool, err error) {
	n, err := t.exec(ctx, `UPDATE incidents SET name = ?, stage = ?, severity = ?, since = ?, sentence = ?, cure = ?, notified = ?, notified_stage = ?, cleared = ?, closed = ?
		WHERE id = ? AND closed IS NULL`,
		o.Name, o.Stage, int64(o.Severity), micros(o.Since), o.Sentence, o.Cure, micros(o.Notified), o.NotifiedStage, micros(o.QuietSince), micros(o.Closed), o.ID)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = t.exec(ctx, `INSERT INTO incidents (`+incidentColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT DO NOTHING`,
		o.ID, string(o.Kind), o.Source, o.Name, o.Subject, o.Stage, int64(o.Severity), micros(o.Since), o.Sentence, o.Cure,
		micros(o.Opened), micros(o.Notified), o.NotifiedStage, micros(o.QuietSince), micros(o.Closed))
	return n > 0, err
}

// post stores a delivery to be sent. A delivery that exists is not stored again.
func (t txn) post(ctx context.Context, l adtally.Delivery) error {
	_, err := t.exec(ctx, `INSERT INTO deliveries (id, channel, body, created, not_before, tries, delivered, error)
		SELECT ?, id, ?, ?, ?, 0, NULL, '' FROM channels WHERE id = ? ON CONFLICT DO NOTHING`,
		l.ID, l.Body, micros(l.Written), micros(l.NotBefore), l.Channel)
	return err
}

func scanIncident(rows *sql.Rows) (o adtally.Incident, err error) {
	var since, opened, told, calm, closed, reached, snoozed sql.Null[int64]
	err = rows.Scan(&o.ID, &o.Kind, &o.Source, &o.Name, &o.Subject, &o.Stage, &o.Severity, &since, &o.Sentence, &o.Cure, &opened, &told, &o.NotifiedStage, &calm, &closed, &reached, &snoozed)
	o.Since, o.Opened, o.Notified, o.QuietSince, o.Closed, o.Reached, o.Snoozed = moment(since), moment(opened), moment(told), moment(calm), moment(closed), moment(reached), moment(snoozed)
	return o, err
}

// SnoozeIncident keeps people from being notified about an open incident until a time; the zero
// time ends that.
func (db *DB) SnoozeIncident(ctx context.Context, id string, until time.Time, d adtally.AuditEntry) error {
	return db.audited(ctx, "snooze an incident", d, func(tx txn) error {
		n, err := tx.exec(ctx, `UPDATE incidents SET snoozed = ? WHERE id = ? AND closed IS NULL`, micros(until), id)
		if err == nil && n == 0 {
			err = absent("open incident")
		}
		return err
	})
}

// OpenIncidents returns the open incidents.
func (db *DB) OpenIncidents(ctx context.Context) (all []adtally.Incident, err error) {
	err = db.query(ctx, "read what is wrong", func(rows *sql.Rows) error {
		o, err := scanIncident(rows)
		all = append(all, o)
		return err
	}, `SELECT `+incidentColumns+` FROM incidents WHERE closed IS NULL ORDER BY opened NULLS FIRST, id`)
	return all, err
}

// Incidents returns the incidents that people were notified of, before a position, newest
// first.
func (db *DB) Incidents(ctx context.Context, before adtally.PagePosition, limit int) (all []adtally.Incident, err error) {
	w := from(before, "opened")
	err = db.query(ctx, "read what was wrong", func(rows *sql.Rows) error {
		o, err := scanIncident(rows)
		all = append(all, o)
		return err
	}, `SELECT `+incidentColumns+` FROM incidents WHERE notified IS NOT NULL AND `+w.text+` ORDER BY opened DESC, id DESC LIMIT ?`, append(w.args, limit)...)
	return all, err
}

const deliveryColumns = `id, channel, body, created, not_before, tries, delivered, error`

func scanDelivery(rows *sql.Rows) (l adtally.Delivery, err error) {
	var written, notBefore, arrived sql.Null[int64]
	err = rows.Scan(&l.ID, &l.Channel, &l.Body, &written, &notBefore, &l.Tries, &arrived, &l.Problem)
	l.Written, l.NotBefore, l.Arrived = moment(written), moment(notBefore), moment(arrived)
	return l, err
}

// TakeDeliveries returns due deliveries and reserves them for the caller for a while. After
// that another caller can take them.
func (db *DB) TakeDeliveries(ctx context.Context, now time.Time, hold time.Duration, limit int) (all []adtally.Delivery, err error) {
	err = db.write(ctx, "take deliveries to send", func(tx txn) error {
		all = nil
		var due []adtally.Delivery
		err := tx.query(ctx, func(rows *sql.Rows) error {
			l, err := scanDelivery(rows)
			due = append(due, l)
			return err
		}, `SELECT `+deliveryColumns+` FROM deliveries WHERE not_before <= ? ORDER BY not_before, id, channel LIMIT ?`, now.UnixMicro(), limit)
		for _, l := range due {
			n, taken := tx.exec(ctx, `UPDATE deliveries SET not_before = ?, tries = tries + 1 WHERE id = ? AND channel = ? AND not_before = ? AND tries = ?`,
				micros(now.Add(hold)), l.ID, l.Channel, micros(l.NotBefore), l.Tries)
			if err = errors.Join(err, taken); taken == nil && n == 1 {
				l.Tries++
				all = append(all, l)
			}
		}
		return err
	})
	return all, err
}

// DeliverySent stores the result of a delivery. The first successful delivery of an incident
// sets when people were notified.
func (db *DB) DeliverySent(ctx context.Context, l adtally.Delivery) error {
	return db.write(ctx, "write down what became of a delivery", func(tx txn) error {
		_, err := tx.exec(ctx, `UPDATE deliveries SET not_before = ?, delivered = ?, error = ? WHERE id = ? AND channel = ?`,
			micros(l.NotBefore), micros(l.Arrived), l.Problem, l.ID, l.Channel)
		if err != nil || l.Arrived.IsZero() {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE incidents SET delivered = ? WHERE id = ? AND delivered IS NULL`, micros(l.Arrived), l.Incident)
		return err
	})
}

// Deliveries returns the deliveries of a channel, newest first.
func (db *DB) Deliveries(ctx context.Context, channel string, limit int) (all []adtally.Delivery, err error) {
	err = db.query(ctx, "read deliveries", func(rows *sql.Rows) error {
		l, err := scanDelivery(rows)
		all = append(all, l)
		return err
	}, `SELECT `+deliveryColumns+` FROM deliveries WHERE channel = ? ORDER BY created DESC, id DESC LIMIT ?`, channel, limit)
	return all, err
}

// PruneDeliveries deletes the deliveries that were created before a time.
func (db *DB) PruneDeliveries(ctx context.Context, before time.Time) error {
	_, err := db.exec(ctx, "forget old deliveries", `DELETE FROM deliveries WHERE created < ?`, before.UnixMicro())
	return err
}

// Grants returns the grants of the credentials in use, by credential.
func (db *DB) Grants(ctx context.Context) (map[string]adtally.Grant, error) {
	all := map[string]adtally.Grant{}
	err := db.query(ctx, "read what credentials allow", func(rows *sql.Rows) error {
		var id, allows string
		if err := rows.Scan(&id, &allows); err != nil {
			return err
		}
		var g adtally.Grant
		err := fromJSON(allows, &g)
		all[id] = g
		return err
	}, `SELECT v.credential, v.allows FROM credential_versions AS v JOIN credentials AS c ON c.id = v.credential AND c.latest = v.number`)
	return all, err
}
