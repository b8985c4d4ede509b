package adtally

import "time"

// Quota is what the platform last said about the rate limit of an ad account, for the
// token and the app of one source.
type Quota struct {
	Source  string
	Account string
	Used    float64   // the share in use, 1 = all of it
	Known   bool      // the platform said how much is in use
	At      time.Time // when the platform said so
	// WaitsUntil is until when requests wait; zero: they do not wait.
	WaitsUntil time.Time
	Waited     time.Duration // how long requests waited in a period
}

// ReportEstimate is what a custom report would cost.
type ReportEstimate struct {
	CallsPerDay float64
	RowsPerDay  float64 // 0 if Seen is false
	First       FirstLoad
	Accounts    []AccountForecast
	// Seen is true if the estimate is based on similar reports of the source. Otherwise it
	// is the minimum, from the plan alone.
	Seen     bool
	Warnings []string // sentences
}

// FirstLoad is the cost of reading a report's past.
type FirstLoad struct {
	Calls  int64
	Took   time.Duration // of all slices one after another; 0 if unknown
	Months int           // how far back the report goes
}

// AccountForecast is the part of an account's rate limit that is in use now, and while a
// report is read for the first time. Both are shares, 1 = all of it.
type AccountForecast struct {
	Account    Account
	Now        float64
	NowKnown   bool
	After      float64
	AfterKnown bool
}
