package engine

import (
	"time"

	"adtally"
)

// served returns the part of a slice that the platform still serves at a time. While a long
// run is in progress, its oldest days become too old; the platform would refuse a request
// that includes them. It returns false if nothing is left of the slice. A slice of periods
// of several days is not cut, because a part of a period has other figures; the next run
// plans the periods that are left.
func (e *Engine) served(a adtally.Account, sl adtally.Slice, now time.Time) (adtally.Slice, bool) {
	s := e.stream(sl.Stream)
	zone, err := a.Location()
	if err != nil || s.Months == 0 || sl.Window.IsZero() {
		return sl, true
	}
	oldest := adtally.DayOf(now, zone).AddMonths(-s.Months)
	if oldest <= sl.Window.From {
		return sl, true
	}
	if oldest > sl.Window.Last() || s.Price.Span > 1 {
		return sl, false
	}
	sl.Window.From = oldest
	return sl, true
}
