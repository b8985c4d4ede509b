package advertiser

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// observed is an offset from UTC, in seconds, that the account had at a known time.
type observed struct {
	at     time.Time
	offset int
}

// readZone finds the time zone of the account's days. If account.json names a zone, that
// zone is used. Otherwise readZone takes the first likely zone that matches all offsets in
// account.json and in the objects' created_time (+0200 in summer and +0100 in winter is
// Europe/Prague). If no zone matches them all, only the latest offset has to match.
func (f *folder) readZone() error {
	path := filepath.Join(f.dir, accountFile)
	if name, stands := f.node["timezone_name"]; stands {
		zone, err := time.LoadLocation(fmt.Sprint(name))
		if err != nil || name == "" || name == "Local" { // LoadLocation accepts "" and Local: UTC and this machine's zone
			return fmt.Errorf("%s: key timezone_name: %q, expected a zone such as Europe/Prague", path, name)
		}
		f.zone = zone
		return nil
	}
	seen, err := f.offsets(path)
	if err != nil {
		return err
	}
	if len(seen) == 0 {
		return fmt.Errorf("%s: expected a key timezone_name or timezone_offset_hours_utc", path)
	}
	f.zone = cmp.Or(zoneWith(seen), zoneWith(seen[len(seen)-1:]))
	if f.zone == nil {
		return fmt.Errorf("%s: expected a key timezone_name; no zone has the offset of %s", path, seen[len(seen)-1].at)
	}
	return nil
}

// offsetKey is the prefix of the keys with an offset. A month may follow, as in _in_may.
const offsetKey = "timezone_offset_hours_utc"

func (f *folder) offsets(path string) ([]observed, error) {
	var seen []observed
	for key, value := range f.node {
		rest, is := strings.CutPrefix(key, offsetKey)
		if !is {
			continue
		}
		hours, ok := number(value)
		at, known := f.timeOf(rest)
		if !ok || !known || hours < -14 || hours > 14 {
			return nil, fmt.Errorf("%s: key %s: %v, expected hours, and _in_ and a month at the end of the key", path, key, value)
		}
		seen = append(seen, observed{at, int(hours * 3600)})
		delete(f.node, key)
	}
	for _, objects := range f.objects {
		for _, o := range objects {
			if !o.created.IsZero() {
				_, offset := o.created.Zone()
				seen = append(seen, observed{o.created, offset})
			}
		}
	}
	slices.SortFunc(seen, func(a, b observed) int {
		return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.offset, b.offset))
	})
	return seen, nil
}

func number(value any) (float64, bool) {
	switch n := value.(type) {
	case int64:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

// timeOf returns the time at which an offset held: the middle of the month in the key, or
// the last day that has a row if the key names no month.
func (f *folder) timeOf(rest string) (time.Time, bool) {
	last := time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC) // any time under the current rules of the zones
	if rows := f.grains[grainKey{LevelAd, ""}].rows; len(rows) > 0 {
		last = time.Unix(int64(rows[len(rows)-1].Day)*86400, 0).UTC().Add(12 * time.Hour)
	}
	if rest == "" {
		return last, true
	}
	name, is := strings.CutPrefix(rest, "_in_")
	for m := time.January; is && m <= time.December; m++ {
		if strings.EqualFold(name, m.String()) {
			return time.Date(last.Year(), m, 15, 12, 0, 0, 0, time.UTC), true
		}
	}
	return time.Time{}, false
}

func zoneWith(seen []observed) *time.Location {
	for _, name := range likelyZones() {
		zone, err := time.LoadLocation(name)
		if err == nil && !slices.ContainsFunc(seen, func(o observed) bool { return offsetAt(o.at, zone) != o.offset }) {
			return zone
		}
	}
	return nil
}

func offsetAt(at time.Time, zone *time.Location) int {
	_, offset := at.In(zone).Zone()
	return offset
}

// likelyZones returns one zone for each set of rules in use today. If two zones match, the
// first one is used. The order is a guess at which zone has more advertisers.
func likelyZones() []string {
	return []string{
		"Europe/Prague", "Europe/London", "Europe/Bucharest", "Europe/Istanbul",
		"America/New_York", "America/Chicago", "America/Los_Angeles", "America/Denver",
		"America/Sao_Paulo", "America/Mexico_City", "America/Bogota", "America/La_Paz",
		"Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo", "Asia/Bangkok", "Asia/Dubai", "Australia/Sydney",
		"Asia/Karachi", "Asia/Dhaka", "Asia/Jerusalem", "Africa/Cairo", "Asia/Beirut", "Europe/Chisinau",
		"Africa/Johannesburg", "Africa/Lagos", "Africa/Casablanca", "Africa/Abidjan",
		"Australia/Brisbane", "Australia/Adelaide", "Australia/Darwin", "Pacific/Auckland",
		"America/Phoenix", "America/Halifax", "America/St_Johns", "America/Santiago", "America/Havana",
		"America/Anchorage", "Pacific/Honolulu", "Asia/Tehran", "Asia/Kabul", "Asia/Kathmandu", "Asia/Yangon",
		"Atlantic/Azores", "Atlantic/Cape_Verde", "America/Noronha", "America/Nuuk",
		"Pacific/Guadalcanal", "Pacific/Fiji", "Pacific/Tongatapu", "Pacific/Kiritimati", "Pacific/Pago_Pago",
	}
}
