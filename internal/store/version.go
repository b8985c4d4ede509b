package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"adtally"
)

// latestRuns is how many runs have a version even if they have ended, so that a run that
// ended between two looks is noticed.
const latestRuns = 200

// Versions returns the versions of the sources, of the active and the latest runs, and of
// the open incidents.
func (db *DB) Versions(ctx context.Context) (all []adtally.Version, err error) {
	add := func(v adtally.Version, parts ...any) {
		v.Text = fmt.Sprintln(parts...)
		all = append(all, v)
	}
	sources := db.query(ctx, "read the versions of sources", func(rows *sql.Rows) error {
		v := adtally.Version{Kind: "source"}
		var revision, failures, accounts int64
		var stage, why, code, message string
		var next, good, failing, deleted, purging, secret sql.Null[int64]
		err := rows.Scan(&v.ID, &revision, &stage, &next, &failures, &why, &good, &code, &message, &failing, &deleted, &purging, &secret, &accounts)
		v.Source = v.ID
		add(v, revision, stage, next, failures, why, good, code, message, failing, deleted, purging, secret, accounts)
		return err
	}, `SELECT id, revision, stage, next, failures, why, last_good, code, message, failing_since, deleted, purge_failing_since,
		(SELECT latest FROM credentials AS c WHERE c.id = sources.credential), (SELECT count(*) FROM source_accounts AS a WHERE a.source = sources.id) FROM sources`)
	runs := db.query(ctx, "read the versions of runs", func(rows *sql.Rows) error {
		v := adtally.Version{Kind: "run"}
		var state, text string
		var ended, active, cancelled sql.Null[int64]
		var steps, generation, interrupted, outcome int64
		err := rows.Scan(&v.ID, &v.Source, &state, &ended, &text, &active, &cancelled, &steps, &generation, &interrupted, &outcome)
		v.Final = !active.Valid
		add(v, state, ended, text, active, cancelled, steps, generation, interrupted, outcome)
		return err
	}, `SELECT r.id, r.source, r.state, r.ended, r.error, r.active, r.cancelled, coalesce(s.steps, 0), coalesce(s.generation, 0), coalesce(s.interrupted, 0),
			CASE WHEN r.active = 1 THEN (SELECT coalesce(max(o.seq), 0) FROM outcomes AS o WHERE o.run = r.id) ELSE 0 END
		FROM runs AS r
		LEFT JOIN (SELECT run, count(*) AS steps, CAST(sum(generation) AS BIGINT) AS generation, CAST(sum(CASE WHEN state = 'interrupted' THEN 1 ELSE 0 END) AS BIGINT) AS interrupted
			FROM steps WHERE run IN (SELECT id FROM runs WHERE active = 1) GROUP BY run) AS s ON s.run = r.id
		WHERE r.active = 1 OR r.seq > (SELECT max(seq) FROM runs) - ?`, latestRuns)
	incidents := db.query(ctx, "read the versions of incidents", func(rows *sql.Rows) error {
		v := adtally.Version{Kind: "incident"}
		var stage, severity int64
		var sentence, cure string
		var delivered, snoozed sql.Null[int64]
		err := rows.Scan(&v.ID, &v.Source, &stage, &severity, &sentence, &cure, &delivered, &snoozed)
		add(v, stage, severity, sentence, cure, delivered, snoozed)
		return err
	}, `SELECT id, source, stage, severity, sentence, cure, delivered, snoozed FROM incidents WHERE closed IS NULL`)
	return all, errors.Join(sources, runs, incidents)
}
