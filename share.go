package adtally

import "time"

// ShareLink shows a dashboard to people without an account. Its holder sees rows within
// the lock only.
type ShareLink struct {
	ID        string
	Hash      string // of the token; the token is shown once and not stored
	Name      string
	Dashboard string // ID of the dashboard
	Revision  int64  // of the dashboard when its tiles were shared; 0 = it is built in
	Content   []byte // the dashboard as it was shared, see analytics.DashboardSpec
	ShareTerms
	Password Secret // its hash; zero = none
	Preview  bool   // made to look at, and not listed
	Holder   string // ID of the user for whom it was made; empty = for anybody
	Version  int64  // counts edits; a new one ends all sessions of the link
	Maker    string // ID of the user who created it
	Created  time.Time
	Updated  time.Time
	Revoked  time.Time // zero = not revoked
}

// ShareTerms say what a link shows.
type ShareTerms struct {
	Lock     []ShareLock
	Days     []byte    // JSON of the days that the link is locked to, see analytics.DateRange; empty = all
	Fee      string    // share that is added to spend, as a decimal number; empty = none
	Open     []string  // dimensions of the dashboard's filters that the holder may set
	Download bool      // the holder may download CSV files
	Origins  []string  // sites whose pages may embed the link
	Expires  time.Time // zero = never
}

// ShareLock keeps the rows whose dimension has one of some values. Without values there are
// no rows.
type ShareLock struct {
	Dimension string   `json:"dimension"`
	In        []string `json:"in"`
}

// IsOpen reports whether the link can be used.
func (l ShareLink) IsOpen(now time.Time) bool {
	return l.Revoked.IsZero() && (l.Expires.IsZero() || now.Before(l.Expires))
}

// ShareSession is a holder who gave the link's password.
type ShareSession struct {
	Hash    string // of the session's secret
	Link    string
	Version int64 // of the link when the password was given
	Expires time.Time
}

// ShareOpening is one time that a holder opened a link. It holds no address.
type ShareOpening struct {
	ID      string
	Link    string
	At      time.Time
	Browser string // family, such as Firefox
	Visitor string // differs by address and by day
	Bot     bool
}

// ShareOpenings are the openings of a link in the time for which they are kept.
type ShareOpenings struct {
	Count    int // without bots
	Visitors int // different visitors, each counted once a day
	Bots     int
	Last     time.Time // zero = none
}

// GivenDashboard is a dashboard that a guest may see, with the rows within the lock.
type GivenDashboard struct {
	User      string // ID of the guest
	Dashboard string
	Lock      []ShareLock
	Giver     string // ID of the admin who gave it
	Created   time.Time
}
