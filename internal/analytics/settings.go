package analytics

// Settings are an installation's rules for figures. The JSON names are those of a folder's
// settings.json (see LoadFolder).
type Settings struct {
	Zone          string   `json:"reporting_zone"`       // IANA zone in which instants become days
	Currency      string   `json:"reporting_currency"`   // suggested target currency
	MaxCarryDays  int      `json:"fx_max_carry_days"`    // how old a day's exchange rate may be
	FiscalStart   string   `json:"fiscal_year_start"`    // MM-DD
	FiscalNamedBy string   `json:"fiscal_year_named_by"` // start or end: the calendar year that names a fiscal year
	GrossMargin   string   `json:"gross_margin"`         // share of revenue, for payback
	Cancelled     []string `json:"cancelled_statuses"`   // statuses of orders that do not count
	// Channels are the platforms' own names of their channels. Uploaded channels have none.
	Channels map[string]string `json:"-"`
}

// channelDimension is the dimension whose members are channels.
const channelDimension = "channel"

// titled gives channels the platforms' own names.
func (s Settings) titled(dimension string, all []Member) []Member {
	for i := range all {
		if title := s.Channels[all[i].ID]; dimension == channelDimension && title != "" {
			all[i].Name = title
		}
	}
	return all
}

// DefaultSettings are the settings of a new installation.
func DefaultSettings() Settings {
	return Settings{Zone: "UTC", Currency: "EUR", MaxCarryDays: 7, FiscalStart: "01-01", FiscalNamedBy: "start", GrossMargin: "1", Cancelled: []string{"cancelled"}}
}
