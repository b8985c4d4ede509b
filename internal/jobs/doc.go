// Package jobs schedules work: it turns due sources into runs, hands their steps to
// workers, and prevents two workers from working on the same step.
//
// It may import the domain types, and knows no platform and no warehouse: the Runner that
// it is given runs the steps. The one rule it keeps: the database is authoritative, and
// River's queue only says "now". A lost queue is filled again from the database; a job that
// comes twice or too late finds its step leased or handed out again, and does nothing.
//
// States of a step:
//
//	waiting ──lease──▶ running ─release─▶ finished, failed, interrupted
//	   ▲                  │
//	   └──── work left, waiting for a rate limit, to be retried,
//	         or its lease expired (generation + 1)
//
// A worker leases a step on the database's clock and renews the lease three times in its
// length. It may commit only while the database says that the lease has time left. A worker
// that was frozen past its lease finds the step under another generation and commits
// nothing.
package jobs
