package adtally

import "time"

// Subscription sends a dashboard to a channel again and again.
type Subscription struct {
	ID        string
	Dashboard string // ID of the dashboard, which is sent as it is at the time
	Channel   string
	To        string // addresses for a mail channel, separated by commas; empty = those of the channel
	When      Recurrence
	Range     []byte // JSON of the days that are sent, see analytics.DateRange; empty = those of the dashboard
	Lock      []ShareLock
	PDF, CSV  bool // what is attached to mail
	Paused    bool
	Revision  int64  // counts edits
	Maker     string // ID of the user who created it
	Created   time.Time
	Updated   time.Time
	Due       time.Time // when it is sent next
	Asked     time.Time // when a person asked to send it now; zero = nobody did
	Held      time.Time // until then a server prepares it; zero = none does
	Tries     int       // to prepare what is due
}

// Sending is one time that a dashboard was sent, or could not be.
type Sending struct {
	ID           string // of the message
	Subscription string
	At           time.Time
	Asked        bool     // a person asked for it
	Stale        bool     // the message says that the data is stale
	Files        []string // names of the files
	Problem      string   // why nothing was sent, or what is missing
	// Delivery is what became of the message; zero = there was none, or it was long ago.
	Delivery Delivery
}

// AttachedFile is a file that is sent with a message.
type AttachedFile struct {
	Name    string
	Type    string // media type
	Content []byte
}

// Recurrence is when something is repeated: at an hour of days, weeks or months in a zone.
type Recurrence struct {
	Every string `json:"every"`        // day, week or month
	Day   int    `json:"on,omitempty"` // 1 = Monday of a week, or the day of a month; a shorter month has its last day instead
	At    string `json:"hour"`         // 15:04
	Zone  string `json:"zone"`         // IANA zone
}

// The lengths of a recurrence.
const (
	EveryDay   = "day"
	EveryWeek  = "week"
	EveryMonth = "month"

	daysOfWeek  = 7
	daysOfMonth = 31
)

// Check returns what is wrong with the recurrence, in one sentence; empty = nothing.
func (r Recurrence) Check() string {
	most, known := map[string]int{EveryDay: 0, EveryWeek: daysOfWeek, EveryMonth: daysOfMonth}[r.Every]
	if !known {
		return "A dashboard is sent every day, week or month"
	}
	if most > 0 && (r.Day < 1 || r.Day > most) {
		return "The " + r.Every + " has no such day"
	}
	if _, err := time.Parse("15:04", r.At); err != nil || len(r.At) != len("15:04") {
		return "The hour is not like 08:00"
	}
	if _, err := time.LoadLocation(r.Zone); err != nil || r.Zone == "" || r.Zone == "Local" {
		return "The time zone is not known; use a name such as Europe/Berlin"
	}
	return ""
}

// Next returns the first time after a moment. The recurrence must be valid. An hour that a
// change of the clock skips is as much later; one that it repeats counts once, the first time.
func (r Recurrence) Next(after time.Time) time.Time {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return after
	}
	at, err := time.Parse("15:04", r.At)
	if err != nil {
		return after
	}
	local := after.In(zone)
	for days := -1; ; days++ { // the day before: in a zone that skips a day, it can be later
		date := time.Date(local.Year(), local.Month(), local.Day()+days, at.Hour(), at.Minute(), 0, 0, time.UTC)
		if !r.on(date) {
			continue
		}
		if next := onClock(date, zone); next.After(after) {
			return next
		}
	}
}

// on reports whether something happens on a date.
func (r Recurrence) on(date time.Time) bool {
	switch r.Every {
	case EveryWeek:
		return (int(date.Weekday())+daysOfWeek-1)%daysOfWeek+1 == r.Day
	case EveryMonth:
		last := time.Date(date.Year(), date.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
		return date.Day() == min(r.Day, last)
	}
	return true
}

// onClock returns the first time at which the clocks of a zone show what a time shows in UTC.
func onClock(shown time.Time, zone *time.Location) time.Time {
	_, before := shown.Add(-24 * time.Hour).In(zone).Zone()
	_, after := shown.Add(24 * time.Hour).In(zone).Zone()
	first := shown.Add(-time.Duration(before) * time.Second)
	second := shown.Add(-time.Duration(after) * time.Second)
	for _, t := range []time.Time{first, second} {
		if _, offset := t.In(zone).Zone(); t.Add(time.Duration(offset) * time.Second).Equal(shown) {
			return t.In(zone)
		}
	}
	return first.In(zone) // skipped: by the old clock, so that the new one shows as much later
}
