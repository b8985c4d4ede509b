package advertiser

import (
	"time"
	// Some hosts have no zone files; an account without its zone would have
	// the wrong days.
	_ "time/tzdata"
)

// profile is what an account takes from where its advertiser is.
type profile struct {
	zone, currency, country string
	name, business          string
	cpm                     int64 // usual price of 1000 impressions, in minor units
	offset                  int64 // minor units per major unit (docs/meta-api.md#money)
}

// profiles are dealt to the accounts in turn. The first is the plain case; the
// zones reach from UTC-10 to UTC+14, and JPY and HUF have no minor unit.
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

// location finds a zone of the table above. It cannot be missing, since the
// zone files are linked in.
func (p profile) location() *time.Location {
	loc, err := time.LoadLocation(p.zone)
	if err != nil {
		panic("synthetic profile: " + err.Error())
	}
	return loc
}

// millionths is how many of Values[Spend] make a minor unit.
func (p profile) millionths() int64 { return 1_000_000 / p.offset }
