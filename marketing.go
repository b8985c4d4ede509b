package adtally

import "time"

// Marketing says how a platform's tables become rows of the dataset that all sources share.
// Each table is a list of choices: the first that a source has is used, and columns that it
// lacks stay empty. Columns maps the shared dataset's columns to the platform's.
type Marketing struct {
	Channel   string // for example facebook
	Campaigns []MarketingTable
	Ads       []MarketingTable
	// Names are the tables of objects with their current names; each may have a table of
	// former names. The keys are account, campaign, ad_set, ad, and creative with links to
	// its picture.
	Names map[string]MarketingTable
	// ReachByMonth has people reached by campaign and calendar month.
	ReachByMonth MarketingTable
	Notes        []MarketingNote
	Shown        ShownFigures
}

// MarketingTable is a table or view of a platform.
type MarketingTable struct {
	Table   string
	Loads   string // the table whose loads say which days are there
	Former  string // table with former names
	Columns map[string]string
	Where   string // SQL condition, for example on a window
}

// MarketingNote is a remark on a channel's conversions.
type MarketingNote struct {
	Code    string // regime or still_counting
	Day     Day    // of a regime: the first day that is counted otherwise
	Days    int    // of still_counting: so many days are not complete yet
	Message string
}

// CampaignMatch is a campaign that a person matched with UTM values.
type CampaignMatch struct {
	Touch                string // fingerprint of the values, see analytics.TouchID
	Source, Medium, Name string // the UTM values
	Raw                  string // the campaign's number as it came
	Campaign             string // number of the campaign
	At                   time.Time
	By                   string
}
