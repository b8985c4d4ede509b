package facebookads_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"adtally/internal/connector/facebookads"
)

const timeline = "../../../../shared/meta/derived/versions_timeline.json"

func noon(s string) time.Time { return date(s).Start(time.UTC).Add(12 * time.Hour) }

// minLeft is how many days the default version must still be served.
const minLeft = 90

// The default version must not end within 90 days. Nothing is known if Meta has not
// announced its end.
func TestVersion_DefaultHasTimeLeft(t *testing.T) {
	t.Parallel()
	left, known := facebookads.DaysLeft(facebookads.DefaultVersion, time.Now())
	if known && left < minLeft {
		t.Errorf("%s ends in %d days: take a newer one", facebookads.DefaultVersion, left)
	}
	if !known {
		t.Logf("Meta has announced no end of %s", facebookads.DefaultVersion)
	}
	if left, known := facebookads.DaysLeft("v24.0", noon("2026-07-09")); !known || left >= minLeft {
		t.Errorf("89 days before its end v24.0 has %d days left (%t)", left, known)
	}
	if _, listed := releaseNamed(facebookads.DefaultVersion); !listed {
		t.Errorf("%s is not listed", facebookads.DefaultVersion)
	}
}

func releaseNamed(v string) (facebookads.Release, bool) {
	for _, r := range facebookads.Releases() {
		if r.Version == v {
			return r, true
		}
	}
	return facebookads.Release{}, false
}

// The list equals Meta's; where Meta gives no day, neither does ours.
func TestVersion_ListMatchesMeta(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile(timeline)
	if err != nil {
		t.Skipf("no timeline at %s: this test needs the shared folder beside the project", timeline)
	}
	var list struct {
		Marketing []struct{ V, Released, Until string } `json:"marketing_api"`
	}
	if err := json.Unmarshal(raw, &list); err != nil {
		t.Fatal(err)
	}
	if len(list.Marketing) != len(facebookads.Releases()) {
		t.Errorf("%d versions, want %d", len(facebookads.Releases()), len(list.Marketing))
	}
	for _, want := range list.Marketing {
		got, listed := releaseNamed(want.V)
		_, unclear := time.Parse(time.DateOnly, want.Until)
		switch {
		case !listed || got.Begins != want.Released:
			t.Errorf("%s begins %s, want %s", want.V, got.Begins, want.Released)
		case unclear == nil && got.Ends != want.Until:
			t.Errorf("%s ends %s, want %s", want.V, got.Ends, want.Until)
		case unclear != nil && got.Note == "" || want.Until == "" && got.Ends != "not announced":
			t.Errorf("%s ends %s, with the note %q, and Meta's list says %q", want.V, got.Ends, got.Note, want.Until)
		}
	}
}

// Error 2635 leads to the next version that is allowed.
func TestVersion_EndedUsesNext(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ now, version, next, usable string }{
		{"2026-06-02", "v25.0", "v26.0", "v25.0"},
		{"2026-06-02", "v24.0", "v25.0", "v24.0"},
		{"2026-10-05", "v24.0", "v25.0", "v24.0"},
		{"2026-10-06", "v24.0", "v25.0", "v25.0"},
		{"2026-08-01", "v22.0", "v24.0", "v24.0"},
		{"2026-10-10", "v21.0", "v25.0", "v25.0"},
		{"2026-10-10", "v6.0", "v25.0", "v6.0"},
		{"2026-10-10", "v26.0", "", "v26.0"},
		{"2026-10-10", "v99.0", "", "v99.0"},
		{"2026-10-10", "latest", "", "latest"},
		{"2026-10-10", "", "", facebookads.DefaultVersion},
	} {
		next, ok := facebookads.NextVersion(c.version, noon(c.now))
		if next != c.next || ok != (c.next != "") {
			t.Errorf("%s, after %s: %q %t, want %q", c.now, c.version, next, ok, c.next)
		}
		if got := facebookads.UsableVersion(c.version, noon(c.now)); got != c.usable {
			t.Errorf("%s: %q is asked for with %q, want %q", c.now, c.version, got, c.usable)
		}
	}
}

// The notice starts 60 days before the end.
func TestVersion_NoticeSixtyDaysAhead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ now, version, says string }{
		{"2026-08-06", "v24.0", ""},
		{"2026-08-07", "v24.0", "ends on 2026-10-06, in 60 days. Adtally then continues with v25.0"},
		{"2026-10-05", "v24.0", "in 1 days"},
		{"2026-10-06", "v24.0", "ended on 2026-10-06"},
		{"2027-10-06", "v25.0", ""},
		{"2026-10-06", "v27.0", "does not know version v27.0"},
	} {
		got := facebookads.VersionNotice(c.version, noon(c.now))
		if (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s, %s: %q, want %q", c.now, c.version, got, c.says)
		}
	}
}

// The headers are those of the recording headers_post_insights_async_autoupgraded.
func TestVersion_NoticeOfUpgrade(t *testing.T) {
	t.Parallel()
	upgraded := http.Header{}
	upgraded.Set("x-ad-api-version-warning", "The call has been auto-upgraded to v22.0 as v20.0 has been deprecated.")
	upgraded.Set("facebook-api-version", "v22.0")
	silent := http.Header{"Facebook-Api-Version": {"v26.0"}}
	for name, c := range map[string]struct {
		asked string
		h     http.Header
		says  string
	}{
		"warned":  {"v20.0", upgraded, "auto-upgraded to v22.0 as v20.0"},
		"another": {"v25.0", silent, "version v26.0 of its API instead of v25.0"},
		"as is":   {"v26.0", silent, ""},
		"nothing": {"v25.0", nil, ""},
	} {
		if got := facebookads.AnsweredNotice(c.asked, c.h); (c.says == "") != (got == "") || !strings.Contains(got, c.says) {
			t.Errorf("%s: %q, want %q", name, got, c.says)
		}
	}
}
