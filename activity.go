package adtally

import "time"

// Activity is what the service has done and is about to do, in numbers.
type Activity struct {
	Runs map[RunState]int64 // those that the database knows
	// Due are steps that could be carried out now, and Oldest is since when the
	// first of them could; zero = none is due.
	Due    int64
	Oldest time.Time
	// Resting are steps that wait for a later moment, Blocked those among them that
	// the platform has told to.
	Resting, Blocked int64
	Spent            map[string]Spending // by platform
}

// Spending is what reading from a platform took.
type Spending struct {
	Calls, Tries, Failed, Waits int64 // waits = tries that the platform told to come later
}
