package store

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"adtally"
)

const outageColumns = `id, alert, source, name, subject, stage, severity, since, sentence, cure, opened, told, told_stage, calm, closed, reached`

// Tell writes down how outages are now, with the letters about them. Where
// somebody else has opened the same outage first, theirs counts, and the letters
// about ours are not sent.
func (db *DB) Tell(ctx context.Context, outages []adtally.Outage, letters []adtally.Letter) error {
	return db.write(ctx, "write down what is wrong", func(tx txn) error {
		lost := map[string]bool{}
		for _, o := range outages {
			kept, err := tx.keepOutage(ctx, o)
			if err != nil {
				return err
			}
			lost[o.ID] = !kept
		}
		for _, l := range letters {
			if lost[l.Outage] {
				continue
			}
			if err := tx.post(ctx, l); err != nil {
				return err
			}
		}
		return nil
	})
}

func (t txn) keepOutage(ctx context.Context, o adtally.Outage) (kept bool, err error) {
	n, err := t.exec(ctx, `UPDATE outages SET name = ?, stage = ?, severity = ?, since = ?, sentence = ?, cure = ?, told = ?, told_stage = ?, calm = ?, closed = ?
		WHERE id = ? AND closed IS NULL`,
		o.Name, o.Stage, int64(o.Severity), micros(o.Since), o.Sentence, o.Cure, micros(o.Told), o.ToldStage, micros(o.Calm), micros(o.Closed), o.ID)
	if err != nil || n > 0 {
		return n > 0, err
	}
	n, err = t.exec(ctx, `INSERT INTO outages (`+outageColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL) ON CONFLICT DO NOTHING`,
		o.ID, string(o.Alert), o.Source, o.Name, o.Subject, o.Stage, int64(o.Severity), micros(o.Since), o.Sentence, o.Cure,
		micros(o.Opened), micros(o.Told), o.ToldStage, micros(o.Calm), micros(o.Closed))
	return n > 0, err
}

// post puts a letter among those to be sent. The same one is not sent twice.
func (t txn) post(ctx context.Context, l adtally.Letter) error {
	_, err := t.exec(ctx, `INSERT INTO letters (id, channel, body, written, not_before, tries, arrived, problem)
		SELECT ?, id, ?, ?, ?, 0, NULL, '' FROM channels WHERE id = ? ON CONFLICT DO NOTHING`,
		l.ID, l.Body, micros(l.Written), micros(l.NotBefore), l.Channel)
	return err
}

func scanOutage(rows *sql.Rows) (o adtally.Outage, err error) {
	var since, opened, told, calm, closed, reached sql.Null[int64]
	err = rows.Scan(&o.ID, &o.Alert, &o.Source, &o.Name, &o.Subject, &o.Stage, &o.Severity, &since, &o.Sentence, &o.Cure, &opened, &told, &o.ToldStage, &calm, &closed, &reached)
	o.Since, o.Opened, o.Told, o.Calm, o.Closed, o.Reached = moment(since), moment(opened), moment(told), moment(calm), moment(closed), moment(reached)
	return o, err
}

// OpenOutages are those that go on.
func (db *DB) OpenOutages(ctx context.Context) (all []adtally.Outage, err error) {
	err = db.query(ctx, "read what is wrong", func(rows *sql.Rows) error {
		o, err := scanOutage(rows)
		all = append(all, o)
		return err
	}, `SELECT `+outageColumns+` FROM outages WHERE closed IS NULL ORDER BY opened NULLS FIRST, id`)
	return all, err
}

// Outages are all that people were told of, newest first, before a place.
func (db *DB) Outages(ctx context.Context, before adtally.Place, limit int) (all []adtally.Outage, err error) {
	w := from(before, "opened")
	err = db.query(ctx, "read what was wrong", func(rows *sql.Rows) error {
		o, err := scanOutage(rows)
		all = append(all, o)
		return err
	}, `SELECT `+outageColumns+` FROM outages WHERE told IS NOT NULL AND `+w.text+` ORDER BY opened DESC, id DESC LIMIT ?`, append(w.args, limit)...)
	return all, err
}

const letterColumns = `id, channel, body, written, not_before, tries, arrived, problem`

func scanLetter(rows *sql.Rows) (l adtally.Letter, err error) {
	var written, notBefore, arrived sql.Null[int64]
	err = rows.Scan(&l.ID, &l.Channel, &l.Body, &written, &notBefore, &l.Tries, &arrived, &l.Problem)
	l.Written, l.NotBefore, l.Arrived = moment(written), moment(notBefore), moment(arrived)
	return l, err
}

// TakeLetters gives letters that are to be sent now to one caller, who has so
// long to say what became of them; then they are anybody's again.
func (db *DB) TakeLetters(ctx context.Context, now time.Time, hold time.Duration, limit int) (all []adtally.Letter, err error) {
	err = db.write(ctx, "take letters to send", func(tx txn) error {
		all = nil
		var due []adtally.Letter
		err := tx.query(ctx, func(rows *sql.Rows) error {
			l, err := scanLetter(rows)
			due = append(due, l)
			return err
		}, `SELECT `+letterColumns+` FROM letters WHERE not_before <= ? ORDER BY not_before, id, channel LIMIT ?`, now.UnixMicro(), limit)
		for _, l := range due {
			n, taken := tx.exec(ctx, `UPDATE letters SET not_before = ?, tries = tries + 1 WHERE id = ? AND channel = ? AND not_before = ? AND tries = ?`,
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

// LetterSent writes down what became of a letter. The first that arrives is when
// people are told of its outage.
func (db *DB) LetterSent(ctx context.Context, l adtally.Letter) error {
	return db.write(ctx, "write down what became of a letter", func(tx txn) error {
		_, err := tx.exec(ctx, `UPDATE letters SET not_before = ?, arrived = ?, problem = ? WHERE id = ? AND channel = ?`,
			micros(l.NotBefore), micros(l.Arrived), l.Problem, l.ID, l.Channel)
		if err != nil || l.Arrived.IsZero() {
			return err
		}
		_, err = tx.exec(ctx, `UPDATE outages SET reached = ? WHERE id = ? AND reached IS NULL`, micros(l.Arrived), l.Outage)
		return err
	})
}

// Letters are those of a channel, newest first.
func (db *DB) Letters(ctx context.Context, channel string, limit int) (all []adtally.Letter, err error) {
	err = db.query(ctx, "read letters", func(rows *sql.Rows) error {
		l, err := scanLetter(rows)
		all = append(all, l)
		return err
	}, `SELECT `+letterColumns+` FROM letters WHERE channel = ? ORDER BY written DESC, id DESC LIMIT ?`, channel, limit)
	return all, err
}

// PruneLetters forgets those that were written before a moment.
func (db *DB) PruneLetters(ctx context.Context, before time.Time) error {
	_, err := db.exec(ctx, "forget old letters", `DELETE FROM letters WHERE written < ?`, before.UnixMicro())
	return err
}

// Grants are what the credentials in use allow, by credential.
func (db *DB) Grants(ctx context.Context) (map[string]adtally.Grant, error) {
	all := map[string]adtally.Grant{}
	err := db.query(ctx, "read what credentials allow", func(rows *sql.Rows) error {
		var id, allows string
		if err := rows.Scan(&id, &allows); err != nil {
			return err
		}
		var g adtally.Grant
		err := unjson(allows, &g)
		all[id] = g
		return err
	}, `SELECT v.credential, v.allows FROM credential_versions AS v JOIN credentials AS c ON c.id = v.credential AND c.latest = v.number`)
	return all, err
}
