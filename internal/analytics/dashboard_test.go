package analytics_test

import (
	"strings"
	"testing"

	"adtally"
	"adtally/internal/analytics"
)

var (
	someMetrics    = []string{"spend", "cac", "new_customers"}
	someDimensions = []string{"channel", "campaign"}
)

// specOf is a dashboard with one tile.
func specOf(t analytics.Tile) analytics.DashboardSpec {
	if t.At == ([4]int{}) {
		t.At = [4]int{0, 0, 3, 2}
	}
	return analytics.DashboardSpec{Title: "Mine", Range: analytics.DateRange{Preset: analytics.Last7Days}, Tiles: []analytics.Tile{t}}
}

func TestDashboardSpec_CheckNamesTheField(t *testing.T) {
	t.Parallel()
	day := func(n adtally.Day) *adtally.Day { return &n }
	many := specOf(analytics.Tile{ID: "a", Kind: analytics.TextTile, Text: "x"})
	for i := range 40 {
		many.Tiles = append(many.Tiles, analytics.Tile{ID: strings.Repeat("b", i+1), Kind: analytics.TextTile, Text: "x", At: [4]int{0, 0, 1, 1}})
	}
	filtered := specOf(analytics.Tile{ID: "a", Kind: analytics.MetricTile, Metrics: []string{"spend"}})
	filtered.Filters = []analytics.DashboardFilter{{Dimension: "chanel"}}
	ranged := func(r analytics.DateRange) analytics.DashboardSpec {
		d := specOf(analytics.Tile{ID: "a", Kind: analytics.MetricTile, Metrics: []string{"spend"}})
		d.Range = r
		return d
	}
	twice := specOf(analytics.Tile{ID: "a", Kind: analytics.TextTile, Text: "x"})
	twice.Tiles = append(twice.Tiles, twice.Tiles[0])
	for name, c := range map[string]struct {
		spec           analytics.DashboardSpec
		field, message string // no field = valid
	}{
		"a metric":            {spec: specOf(analytics.Tile{ID: "a", Kind: analytics.MetricTile, Metrics: []string{"cac"}})},
		"a line":              {spec: specOf(analytics.Tile{ID: "a", Kind: analytics.LineTile, Metrics: []string{"cac"}})},
		"a table":             {spec: specOf(analytics.Tile{ID: "a", Kind: analytics.TableTile, Metrics: []string{"cac"}, By: []string{"channel"}, Drill: []string{"campaign"}, Top: &analytics.Top{N: 5, By: "spend"}})},
		"a pie":               {spec: specOf(analytics.Tile{ID: "a", Kind: analytics.PieTile, Metrics: []string{"cac"}, By: []string{"channel"}, Top: &analytics.Top{N: 2, By: "spend"}})},
		"pacing":              {spec: specOf(analytics.Tile{ID: "a", Kind: analytics.PacingTile})},
		"custom":              {spec: ranged(analytics.DateRange{Preset: analytics.CustomRange, From: day(20000), To: day(20001)})},
		"unknown metric":      {specOf(analytics.Tile{ID: "a", Kind: analytics.MetricTile, Metrics: []string{"cacc"}}), "tiles[0].metrics[0]", `There is no metric "cacc". Did you mean cac?`},
		"unknown by":          {specOf(analytics.Tile{ID: "a", Kind: analytics.BarTile, Metrics: []string{"cac"}, By: []string{"chanel"}}), "tiles[0].by[0]", "Did you mean channel?"},
		"unknown drill":       {specOf(analytics.Tile{ID: "a", Kind: analytics.TableTile, Metrics: []string{"cac"}, Drill: []string{"ad"}}), "tiles[0].drill[0]", `There is no dimension "ad".`},
		"unknown filter":      {filtered, "filters[0].dimension", "Did you mean channel?"},
		"unknown tile filter": {specOf(analytics.Tile{ID: "a", Kind: analytics.MetricTile, Metrics: []string{"cac"}, Filters: []analytics.Filter{{Dimension: "nope"}}}), "tiles[0].filters[0].dimension", `There is no dimension "nope".`},
		"unknown ranking":     {specOf(analytics.Tile{ID: "a", Kind: analytics.BarTile, Metrics: []string{"cac"}, By: []string{"channel"}, Top: &analytics.Top{N: 5, By: "spent"}}), "tiles[0].top.by", "Did you mean spend?"},
		"ranking of nothing":  {specOf(analytics.Tile{ID: "a", Kind: analytics.BarTile, Metrics: []string{"cac"}, Top: &analytics.Top{N: 5, By: "spend"}}), "tiles[0].top", "A ranking needs a dimension in by"},
		"ranking of 0":        {specOf(analytics.Tile{ID: "a", Kind: analytics.BarTile, Metrics: []string{"cac"}, By: []string{"channel"}, Top: &analytics.Top{By: "spend"}}), "tiles[0].top.n", "A tile shows from 1 to 1000 members"},
		"no metric":           {specOf(analytics.Tile{ID: "a", Kind: analytics.MetricTile}), "tiles[0].metrics", "A tile of the kind metric needs a metric"},
		"no text":             {specOf(analytics.Tile{ID: "a", Kind: analytics.TextTile, Text: " "}), "tiles[0].text", "A text tile needs a text"},
		"pie of four":         {specOf(analytics.Tile{ID: "a", Kind: analytics.PieTile, Metrics: []string{"cac"}, By: []string{"channel"}, Top: &analytics.Top{N: 3, By: "spend"}}), "tiles[0].top", "A pie has at most 3 parts: set top with n of at most 2; use bars for more"},
		"pie of all":          {specOf(analytics.Tile{ID: "a", Kind: analytics.PieTile, Metrics: []string{"cac"}, By: []string{"channel"}}), "tiles[0].top", "A pie has at most 3 parts: set top with n of at most 2; use bars for more"},
		"pie of two metrics":  {specOf(analytics.Tile{ID: "a", Kind: analytics.PieTile, Metrics: []string{"cac", "spend"}, By: []string{"channel"}}), "tiles[0]", "A pie shows one metric by one dimension, without a grain"},
		"too wide":            {specOf(analytics.Tile{ID: "a", Kind: analytics.TextTile, Text: "x", At: [4]int{10, 0, 3, 1}}), "tiles[0].at", "The place must lie within 12 columns, with a width and a height of at least 1"},
		"flat":                {specOf(analytics.Tile{ID: "a", Kind: analytics.TextTile, Text: "x", At: [4]int{0, 0, 3, 0}}), "tiles[0].at", "The place must lie"},
		"41 tiles":            {many, "tiles", "A dashboard has at most 40 tiles; this one has 41"},
		"the same ID twice":   {twice, "tiles[1].id", `Two tiles have the ID "a"`},
		"unknown preset":      {ranged(analytics.DateRange{Preset: "last_8_days"}), "range", "Did you mean last_28_days, last_7_days"},
		"custom without days": {ranged(analytics.DateRange{Preset: analytics.CustomRange, From: day(20000)}), "range", "A custom range needs both from and to"},
		"days of a preset":    {ranged(analytics.DateRange{Preset: analytics.Today, From: day(20000)}), "range", "Only the preset custom takes from and to"},
		"days in reverse":     {ranged(analytics.DateRange{Preset: analytics.CustomRange, From: day(20001), To: day(20000)}), "range", "The last day is before the first day"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.spec.Check(someMetrics, someDimensions)
			switch {
			case c.field == "" && len(got) == 0:
			case c.field != "" && len(got) == 1 && got[0].Field == c.field && strings.Contains(got[0].Message, c.message):
			default:
				t.Errorf("got %+v, want %s: %s", got, c.field, c.message)
			}
		})
	}
}

// The built-in dashboards are there, their tiles do not overlap, and those with a
// comparison do not compare more than they can show.
func TestReadyDashboards_TilesDoNotOverlap(t *testing.T) {
	t.Parallel()
	var names []string
	for _, d := range analytics.ReadyDashboards() {
		names = append(names, d.Name)
		if d.Title == "" || d.Description == "" {
			t.Errorf("%s has no title or no description", d.Name)
		}
		taken := map[[2]int]string{}
		for _, tile := range d.Tiles {
			for x := tile.At[0]; x < tile.At[0]+tile.At[2]; x++ {
				for y := tile.At[1]; y < tile.At[1]+tile.At[3]; y++ {
					if other := taken[[2]int{x, y}]; other != "" {
						t.Fatalf("%s: %s lies on %s", d.Name, tile.ID, other)
					}
					taken[[2]int{x, y}] = tile.ID
				}
			}
		}
	}
	if want := "performance channels cac-and-revenue budget-pacing data-health"; strings.Join(names, " ") != want {
		t.Errorf("there are %v, want %s", names, want)
	}
}

func TestReadDashboards_RefusesWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"dashboards: [{name: a, title: A, range: {preset: today}, tiles: [], colour: red}]": "colour",
		"dashboards: [{name: a, tiles: [{id: x, at: [0, 0]}]":                               "YAML",
		"dashboards: 7": "dashboards",
	} {
		if _, err := analytics.ReadDashboards([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if all, err := analytics.ReadDashboards([]byte("metrics: []")); err != nil || len(all) != 0 {
		t.Errorf("a file without dashboards: %v %v", all, err)
	}
}

func TestPreset_Days(t *testing.T) {
	t.Parallel()
	day := func(s string) adtally.Day {
		d, err := adtally.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct {
		preset          analytics.Preset
		today, from, to string
	}{
		{analytics.Today, "2026-03-01", "2026-03-01", "2026-03-01"},
		{analytics.Yesterday, "2026-03-01", "2026-02-28", "2026-02-28"},
		{analytics.Last7Days, "2026-03-01", "2026-02-22", "2026-02-28"},
		{analytics.Last28Days, "2026-03-01", "2026-02-01", "2026-02-28"},
		{analytics.Last30Days, "2024-03-01", "2024-01-31", "2024-02-29"},
		{analytics.Last90Days, "2026-04-01", "2026-01-01", "2026-03-31"},
		{analytics.ThisMonth, "2026-03-01", "2026-03-01", "2026-03-01"},
		{analytics.ThisMonth, "2026-03-31", "2026-03-01", "2026-03-31"},
		{analytics.LastMonth, "2026-03-31", "2026-02-01", "2026-02-28"},
		{analytics.LastMonth, "2026-01-15", "2025-12-01", "2025-12-31"},
		{analytics.ThisQuarter, "2026-03-31", "2026-01-01", "2026-03-31"},
		{analytics.ThisQuarter, "2026-11-28", "2026-10-01", "2026-11-28"},
		{analytics.LastQuarter, "2026-02-10", "2025-10-01", "2025-12-31"},
		{analytics.LastQuarter, "2026-12-31", "2026-07-01", "2026-09-30"},
		{analytics.ThisYear, "2026-11-28", "2026-01-01", "2026-11-28"},
		{analytics.Last12Months, "2026-11-28", "2025-11-01", "2026-10-31"},
	} {
		from, to := analytics.DateRange{Preset: c.preset}.Resolved(day(c.today))
		if from != day(c.from) || to != day(c.to) {
			t.Errorf("%s on %s: %s to %s, want %s to %s", c.preset, c.today, from, to, c.from, c.to)
		}
	}
	from, to := day("2026-01-02"), day("2026-01-05")
	if a, b := (analytics.DateRange{Preset: analytics.CustomRange, From: &from, To: &to}).Resolved(day("2026-11-28")); a != from || b != to {
		t.Errorf("custom: %s to %s", a, b)
	}
}
