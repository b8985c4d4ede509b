package analytics

import (
	"slices"
	"strings"
)

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
	// Accounts are names of ad accounts, for those that no source writes into the warehouse.
	Accounts map[string]string `json:"-"`
}

// Dimensions whose members the settings can name.
const (
	channelDimension = "channel"
	accountDimension = "account"
)

// names are the names that the settings have of a dimension's members.
func (s Settings) names(dimension string) map[string]string {
	switch dimension {
	case channelDimension:
		return s.Channels
	case accountDimension:
		return s.Accounts
	}
	return nil
}

// titled names the members that the warehouse has no name of.
func (s Settings) titled(dimension string, all []Member) []Member {
	names := s.names(dimension)
	for i, m := range all {
		if title := names[m.ID]; title != "" && m.Name == m.ID {
			all[i].Name = title
		}
	}
	return all
}

// found returns the members whose name in the settings contains a text.
func (s Settings) found(dimension, text string) (ids []string) {
	for id, name := range s.names(dimension) {
		if strings.Contains(strings.ToLower(name), strings.ToLower(text)) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// DefaultSettings are the settings of a new installation.
func DefaultSettings() Settings {
	return Settings{Zone: "UTC", Currency: "EUR", MaxCarryDays: 7, FiscalStart: "01-01", FiscalNamedBy: "start", GrossMargin: "1", Cancelled: []string{"cancelled"}}
}
