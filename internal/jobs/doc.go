// Package jobs decides when and where work is done: it starts runs of due sources,
// queues their steps for workers, and keeps two workers from doing the same step.
//
// It imports the root package, never a platform or a warehouse: the Runner does the
// work of a step. Its one rule: the rows of the database are the truth, and River's
// queue is only a wake-up call. A lost queue is refilled from the database; a job that
// comes twice or late finds its step leased or queued under a new generation, and does
// nothing.
//
// States of a step:
//
// waiting ──lease──▶ running ──release──▶ finished, failed, interrupted
//
//		   ▲                  │
//		   └──── left over, waiting for the platform, tried again,
//	         or its worker's lease has expired (generation + 1)
//
// A worker leases a step by the database's clock and renews the lease three times per
// term. It may commit only while the database confirms that some of the lease is left.
// A worker that was suspended past its lease finds the step queued under another
// generation and commits nothing.
package jobs
