package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"time"

	"adtally"
)

// sayWhoCancelled sets the error of a cancelled run to who cancelled it, from the audit
// log.
func (t txn) sayWhoCancelled(ctx context.Context, run string) error {
	var what, name, who string
	cancelled := false
	err := t.query(ctx, func(rows *sql.Rows) error { cancelled = true; return rows.Scan(&what, &name, &who) },
		`SELECT coalesce(d.action, ''), coalesce(d.actor_name, ''), coalesce(d.actor, '') FROM runs LEFT JOIN audit_entries AS d
			ON d.action = 'run.cancel' AND d.object = 'run:' || runs.id OR d.action = 'source.delete' AND d.object = 'source:' || runs.source AND d.at >= runs.started
		WHERE runs.id = ? AND runs.cancelled IS NOT NULL ORDER BY d.at LIMIT 1`, run)
	if err != nil || !cancelled {
		return err
	}
	said := map[string]string{"run.cancel": "It was cancelled", "source.delete": "The source was deleted"}[what]
	if said = cmp.Or(said, "It was cancelled"); name != "" || who != "" {
		said += " by " + cmp.Or(name, who)
	}
	_, err = t.exec(ctx, `UPDATE runs SET error = ? WHERE id = ?`, said, run)
	return err
}

// note sets the error of an active run to the reason why it is not progressing; the next
// worker clears it.
func (t txn) note(ctx context.Context, run, text string) error {
	_, err := t.exec(ctx, `UPDATE runs SET error = ? WHERE id = ? AND active = 1`, text, run)
	return err
}

// freed is a step whose lease has expired.
type freed struct {
	run, account, host string
	seen, now          time.Time
}

func (t txn) overdue(ctx context.Context, clock string) (all []freed, err error) {
	err = t.query(ctx, func(rows *sql.Rows) error {
		var f freed
		var seen, now sql.Null[int64]
		err := rows.Scan(&f.run, &f.account, &f.host, &seen, &now)
		f.seen, f.now = moment(seen), moment(now)
		all = append(all, f)
		return err
	}, `SELECT steps.run, steps.account, coalesce(w.host, steps.worker), w.seen, `+clock+` FROM steps LEFT JOIN workers AS w ON w.id = steps.worker
		WHERE steps.state = 'running' AND steps.lease <= `+clock)
	return all, err
}

// lost reports in the run and its log that the worker was lost.
func (t txn) lost(ctx context.Context, f freed) error {
	const at = "2006-01-02 15:04:05 MST"
	text := fmt.Sprintf("The service on %s crashed or lost its connection, which was noticed at %s. The run continues from there", f.host, f.now.UTC().Format(at))
	detail := ""
	if !f.seen.IsZero() {
		detail = "It was last seen at " + f.seen.UTC().Format(at) + "."
	}
	if err := t.note(ctx, f.run, text); err != nil {
		return err
	}
	return t.appendLog(ctx, adtally.LogLine{Run: f.run, At: f.now, Level: "warn", Account: f.account, Code: "worker_lost", Message: text + ".", Detail: detail})
}
