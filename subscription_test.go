package adtally_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"adtally"
)

func TestRecurrence_Next(t *testing.T) {
	t.Parallel()
	day := func(at, zone string) adtally.Recurrence {
		return adtally.Recurrence{Every: adtally.EveryDay, At: at, Zone: zone}
	}
	monthly := adtally.Recurrence{Every: adtally.EveryMonth, Day: 31, At: "08:00", Zone: "Europe/Berlin"}
	for name, c := range map[string]struct {
		r           adtally.Recurrence
		after, want string
	}{
		"later today":                         {day("08:00", "Europe/Berlin"), "2026-06-10T05:59:59Z", "2026-06-10T06:00:00Z"},
		"tomorrow":                            {day("08:00", "Europe/Berlin"), "2026-06-10T06:00:00Z", "2026-06-11T06:00:00Z"},
		"before the clock goes forward":       {day("02:30", "Europe/Berlin"), "2026-03-28T00:00:00Z", "2026-03-28T01:30:00Z"},
		"an hour that is skipped":             {day("02:30", "Europe/Berlin"), "2026-03-28T02:00:00Z", "2026-03-29T01:30:00Z"},
		"after the clock went forward":        {day("02:30", "Europe/Berlin"), "2026-03-29T01:30:00Z", "2026-03-30T00:30:00Z"},
		"an hour that is there twice":         {day("02:30", "Europe/Berlin"), "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		"its second time":                     {day("02:30", "Europe/Berlin"), "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
		"half an hour that is there twice":    {day("01:45", "Australia/Lord_Howe"), "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z"},
		"a midnight that is skipped":          {day("00:00", "Africa/Cairo"), "2026-04-23T12:00:00Z", "2026-04-23T22:00:00Z"},
		"a day that is skipped":               {day("08:00", "Pacific/Apia"), "2011-12-29T18:00:00Z", "2011-12-30T18:00:00Z"},
		"the next Monday":                     {adtally.Recurrence{Every: adtally.EveryWeek, Day: 1, At: "07:00", Zone: "UTC"}, "2026-06-10T00:00:00Z", "2026-06-15T07:00:00Z"},
		"the next Sunday":                     {adtally.Recurrence{Every: adtally.EveryWeek, Day: 7, At: "07:00", Zone: "UTC"}, "2026-06-14T07:00:00Z", "2026-06-21T07:00:00Z"},
		"the 31st of a month of 28 days":      {monthly, "2026-02-01T00:00:00Z", "2026-02-28T07:00:00Z"},
		"the 31st of a month of 29 days":      {monthly, "2028-02-01T00:00:00Z", "2028-02-29T07:00:00Z"},
		"the 31st after a month of 28 days":   {monthly, "2026-02-28T07:00:00Z", "2026-03-31T06:00:00Z"},
		"the 31st of a month of 30 days":      {monthly, "2026-03-31T06:00:00Z", "2026-04-30T06:00:00Z"},
		"a date that has begun in the zone":   {day("00:30", "Pacific/Auckland"), "2026-06-10T12:00:00Z", "2026-06-10T12:30:00Z"},
		"a missed one is sent once":           {day("08:00", "UTC"), "2026-06-20T09:00:00Z", "2026-06-21T08:00:00Z"},
		"the first of the month, in December": {adtally.Recurrence{Every: adtally.EveryMonth, Day: 1, At: "06:00", Zone: "UTC"}, "2026-12-02T00:00:00Z", "2027-01-01T06:00:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if problem := c.r.Check(); problem != "" {
				t.Fatal(problem)
			}
			after, err := time.Parse(time.RFC3339, c.after)
			if err != nil {
				t.Fatal(err)
			}
			if got := c.r.Next(after).UTC().Format(time.RFC3339); got != c.want {
				t.Errorf("after %s: %s, want %s", c.after, got, c.want)
			}
		})
	}
}

// Every date that should have one has exactly one time, and it is at most two hours from what
// the clock should show.
func TestRecurrence_HasOneTimeADay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		zone := rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Kathmandu", "Pacific/Auckland"}).Draw(t, "zone")
		at := time.Duration(rapid.IntRange(0, 24*60-1).Draw(t, "minute")) * time.Minute
		r := adtally.Recurrence{Every: adtally.EveryDay, At: time.Time{}.Add(at).Format("15:04"), Zone: zone}
		now := time.Unix(rapid.Int64Range(1_700_000_000, 1_900_000_000).Draw(t, "now"), 0)
		for range 400 {
			next := r.Next(now)
			if !next.After(now) || next.Sub(now) > 26*time.Hour {
				t.Fatalf("%+v: %s after %s", r, next, now)
			}
			if again := r.Next(next); again.Sub(next) < 22*time.Hour {
				t.Fatalf("%+v: %s and %s", r, next, again)
			}
			shown := next.Sub(time.Date(next.Year(), next.Month(), next.Day(), 0, 0, 0, 0, time.UTC))
			_, offset := next.Zone()
			if late := shown + time.Duration(offset)*time.Second - at; late < 0 || late > time.Hour {
				t.Fatalf("%+v: the clock shows %s", r, next)
			}
			now = next
		}
	})
}

func TestRecurrence_Check(t *testing.T) {
	t.Parallel()
	for _, r := range []adtally.Recurrence{
		{}, {Every: "year", At: "08:00", Zone: "UTC"}, {Every: adtally.EveryWeek, At: "08:00", Zone: "UTC"}, {Every: adtally.EveryWeek, Day: 8, At: "08:00", Zone: "UTC"},
		{Every: adtally.EveryMonth, Day: 32, At: "08:00", Zone: "UTC"}, {Every: adtally.EveryDay, At: "8:00", Zone: "UTC"}, {Every: adtally.EveryDay, At: "24:00", Zone: "UTC"},
		{Every: adtally.EveryDay, At: "08:00"}, {Every: adtally.EveryDay, At: "08:00", Zone: "Local"}, {Every: adtally.EveryDay, At: "08:00", Zone: "Mars/Base"},
	} {
		if r.Check() == "" {
			t.Errorf("%+v is accepted", r)
		}
	}
}
