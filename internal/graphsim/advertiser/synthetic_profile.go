package advertiser

import (
	"time"
	// Some hosts have no zone files. Without its zone, an account would have the wrong days.
	_ "time/tzdata"
)

// profile holds the properties of an account that depend on the advertiser's country.
type profile struct {
	zone, currency, country string
	name, business          string
	cpm                     int64 // the usual price of 1000 impressions, in minor units
	offset                  int64 // minor units per major unit (docs/meta-api.md#money)
}

// profiles returns the profiles, which are assigned to the accounts in turn. The first is a
// simple case. The zones range from UTC-10 to UTC+14. JPY, HUF and CLP have an offset of 1.
func profiles() []profile {
	return []profile{
		{"Europe/Berlin", "EUR", "DE", "Müller & Söhne GmbH", "Müller Gruppe", 820, 100},
		{"America/New_York", "USD", "US", "Acme \"Outdoor\" Inc.", "Acme Holdings", 1150, 100},
		{"Asia/Tokyo", "JPY", "JP", "株式会社さくら 🌸", "さくらホールディングス", 900, 1},
		{"Europe/Budapest", "HUF", "HU", "Kékszakáll Webáruház Kft.", "Kékszakáll Csoport", 1900, 1},
		{"Pacific/Honolulu", "USD", "US", "Aloha Surf Co 🏄‍♀️", "Aloha Brands", 980, 100},
		{"Asia/Kolkata", "INR", "IN", "चाय वाला Retail", "Chai Ventures", 9500, 100},
		{"Pacific/Kiritimati", "AUD", "KI", "Kiritimati Bonefishing", "Line Islands Trading", 700, 100},
		{"Europe/London", "GBP", "GB", "O'Brien's Tea\\Coffee", "O'Brien's Group", 760, 100},
		{"Europe/Stockholm", "SEK", "SE", "Blåbär & Björk AB", "Blåbär Koncernen", 8400, 100},
		{"Asia/Jerusalem", "ILS", "IL", "קפה ירושלים", "קבוצת קפה", 3100, 100},
		{"Asia/Dubai", "AED", "AE", "متجر الصحراء", "مجموعة الصحراء", 3600, 100},
		{"America/Santiago", "CLP", "CL", "Empanadas del Ñuble", "Grupo Ñuble", 5200, 1},
	}
}

// inCurrency returns the profile as if its accounts were billed in another currency.
func (p profile) inCurrency(currency string) profile {
	if currency != "" && currency != p.currency {
		p.currency, p.offset, p.cpm = currency, 100, usualPrice
	}
	return p
}

// usualPrice is the price of 1000 impressions in a currency like the euro, in minor units.
const usualPrice = 900

// location returns the profile's zone. The zone cannot be missing, because time/tzdata is
// linked in.
func (p profile) location() *time.Location {
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		panic("synthetic profile: " + err.Error())
	}
	return loc
}

// millionths returns the number of millionths, the unit of Values[Spend], in a minor unit.
func (p profile) millionths() int64 { return 1_000_000 / p.offset }
