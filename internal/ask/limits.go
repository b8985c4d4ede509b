package ask

import (
	"time"

	"adtally"
)

// Limits bound a result.
type Limits struct {
	Rows  int           `json:"rows"`
	Bytes int64         `json:"bytes"`
	Time  time.Duration `json:"time"`
}

// The limits of a result that have no reason to differ. 15 seconds are half of what a load
// waits for the file.
const (
	MaxRows    = 10_000
	MaxBytes   = 4 << 20
	MaxTime    = 15 * time.Second
	MaxColumns = 500
	MaxValue   = 100_000 // bytes
	Memory     = 256 << 20
	// Grace is how long a statement may take to stop before its process is killed.
	Grace = 2 * time.Second
)

// limitsOf fills in the usual limits.
func limitsOf(l adtally.SQLLimits) Limits {
	out := Limits{MaxRows, MaxBytes, MaxTime}
	if l.Rows > 0 {
		out.Rows = l.Rows
	}
	if l.Bytes > 0 {
		out.Bytes = l.Bytes
	}
	if l.Time > 0 {
		out.Time = l.Time
	}
	return out
}
