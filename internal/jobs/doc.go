// Package jobs is for when and where: it makes runs of what is due, hands their
// steps to workers, and keeps two from working on the same.
//
// It may know the words of the house, and neither platforms nor warehouses: what
// a step does is given to it. The one rule it keeps: the database's rows are the
// truth, and River's queue only says "now". A queue that is lost is filled again
// from the database; a job that comes twice, or too late, finds its step claimed or
// handed out anew, and does nothing.
//
// A step's life:
//
//	waiting ──claim──▶ running ──leave──▶ finished, failed, interrupted
//	   ▲                  │
//	   └──── left over, waiting for the platform, tried again,
//	         or its worker's lease is over (generation + 1)
//
// A worker holds a step by a lease on the database's clock and renews it three
// times in its length. It may commit only while the database says that the lease
// has some time left; one that was frozen past its lease finds the step handed
// out under another generation, and commits nothing.
package jobs
