package facebookads

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally"
)

// release is one version of the Marketing API.
type release struct {
	version string
	begins  adtally.Day
	ends    adtally.Day // the first day without it; 0 = not announced
	note    string
}

// releases lists all known versions, oldest first, with the dates from the Marketing
// API column of Meta's version table (docs/meta-api.md#versions). Ads and their
// reports follow it, not the two years of the Graph API column.
var releases = []release{
	{"v21.0", civil(2024, time.October, 2), civil(2025, time.September, 9), ""},
	{"v22.0", civil(2025, time.January, 21), civil(2026, time.February, 1), "ends around February 2026; the exact day is not known"},
	{"v23.0", civil(2025, time.May, 29), civil(2026, time.June, 9), ""},
	{"v24.0", civil(2025, time.October, 8), civil(2026, time.October, 6), ""},
	{"v25.0", civil(2026, time.February, 18), 0, "the end is TBD in Meta's list; the Graph API's v25.0 ends on 2028-07-29"},
	{"v26.0", civil(2026, time.July, 29), 0, "the end is TBD in Meta's list"},
}

func civil(y int, m time.Month, d int) adtally.Day {
	return adtally.DayOf(time.Date(y, m, d, 0, 0, 0, 0, time.UTC), time.UTC)
}

// noticeDays is how long before a version's end people are told.
const noticeDays = 60

func releaseOf(version string) (release, bool) {
	i := slices.IndexFunc(releases, func(r release) bool { return r.version == version })
	if i < 0 {
		return release{}, false
	}
	return releases[i], true
}

func (r release) over(now time.Time) bool {
	return r.ends != 0 && adtally.DayOf(now, time.UTC) >= r.ends
}

// usableVersion returns the wanted version or, if it has ended, the next one that has
// not.
func usableVersion(wanted string, now time.Time) string {
	wanted = cmp.Or(wanted, DefaultVersion)
	if r, known := releaseOf(wanted); known && r.over(now) {
		if next, ok := nextVersion(wanted, now); ok {
			return next
		}
	}
	return wanted
}

// nextVersion returns the version to use when Meta says that one has ended (error
// 2635): the oldest newer one that is known and has not ended. Its release date is not
// checked, because Meta ends no version before it releases the next.
func nextVersion(version string, now time.Time) (string, bool) {
	at, ok := major(version)
	if !ok {
		return "", false
	}
	for _, r := range releases {
		if n, _ := major(r.version); n > at && !r.over(now) {
			return r.version, true
		}
	}
	return "", false
}

func major(version string) (int, bool) {
	whole, _, _ := strings.Cut(strings.TrimPrefix(version, "v"), ".")
	n, err := strconv.Atoi(whole)
	return n, err == nil
}

// daysLeft returns for how many days Meta still serves a version. known is false if
// the version is unknown or Meta has announced no end.
func daysLeft(version string, now time.Time) (days int, known bool) {
	r, ok := releaseOf(version)
	if !ok || r.ends == 0 {
		return 0, false
	}
	return int(r.ends - adtally.DayOf(now, time.UTC)), true
}

// versionNotice returns the message about the end of the version in use, or "".
func versionNotice(version string, now time.Time) string {
	if _, known := releaseOf(version); !known {
		return fmt.Sprintf("Adtally does not know version %s of Meta's API: figures and fields may differ.", version)
	}
	left, known := daysLeft(version, now)
	if !known || left > noticeDays {
		return ""
	}
	r, _ := releaseOf(version)
	cure := "Update Adtally before then."
	if next, ok := nextVersion(version, now); ok {
		cure = fmt.Sprintf("Adtally then continues with %s; an update of Adtally brings the version that it was tested with.", next)
	}
	if left <= 0 {
		return fmt.Sprintf("Version %s of Meta's API ended on %s. %s", version, r.ends, cure)
	}
	return fmt.Sprintf("Version %s of Meta's API ends on %s, in %d days. %s", version, r.ends, left, cure)
}

// answeredNotice returns the message about an answer's version headers: Meta sends a
// warning, or it answered with another version.
func answeredNotice(asked string, h http.Header) string {
	if warning := h.Get("X-Ad-Api-Version-Warning"); warning != "" {
		return "Meta warns about the version of its API: " + clean(warning)
	}
	if got := h.Get("Facebook-Api-Version"); got != "" && got != asked {
		return fmt.Sprintf("Meta answered with version %s of its API instead of %s.", clean(got), asked)
	}
	return ""
}
