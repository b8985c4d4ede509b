package adtally_test

import (
	"testing"
	"time"

	"adtally"
)

func TestAccount_ZoneWithFixedOffset(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 5, 31, 20, 0, 0, 0, time.UTC)
	for minutes, want := range map[int]struct{ name, day string }{
		180: {"UTC+03:00", "2026-05-31"}, 330: {"UTC+05:30", "2026-06-01"}, -210: {"UTC-03:30", "2026-05-31"}, 0: {"UTC+00:00", "2026-05-31"}, 240: {"UTC+04:00", "2026-06-01"},
	} {
		name := adtally.FixedZone(minutes)
		zone, err := adtally.Account{Zone: name}.Location()
		if name != want.name || err != nil || adtally.DayOf(at, zone).String() != want.day {
			t.Errorf("%d minutes: %s, %v", minutes, name, err)
		}
	}
	for _, name := range []string{"Mars/Olympus", "UTC+5", "+05:30"} {
		if _, err := (adtally.Account{Zone: name}).Location(); err == nil {
			t.Errorf("%s is known", name)
		}
	}
}
