package adtally

import "time"

// Activity counts what the service has done and what is queued.
type Activity struct {
	Runs map[RunState]int64 // by state, all runs in the database
	// Due is the number of steps that a worker could run now. Oldest is when the first of them
	// became due; zero if there is none.
	Due    int64
	Oldest time.Time
	// Resting is the number of steps that wait for a later time. Blocked is how many of them
	// wait because of the platform's rate limit.
	Resting, Blocked int64
	Spent            map[string]Spending // by platform
}

// Spending is the cost of reading from a platform.
type Spending struct {
	Calls, Tries, Failed, Waits int64 // Waits counts tries that the platform's rate limit postponed
}
