package advertiser

import (
	"fmt"
	"slices"
)

// grain is all rows of one level and breakdown, days ascending.
type grain struct {
	columns []string // whose cells go into Row.Text
	rows    []loaded
}

type grainKey struct {
	level     Level
	breakdown string
}

// loaded is a row of a folder. Its Text is made when it is asked for, since a
// map for each row would be most of the memory.
type loaded struct {
	Row
	cells []string          // of the grain's columns
	odd   map[string]string // numbers that Meta would have printed otherwise
}

// text fills in into with the row's texts.
func (g *grain) text(r *loaded, into map[string]string) map[string]string {
	clear(into)
	for i, cell := range r.cells {
		if cell != "" {
			into[g.columns[i]] = cell
		}
	}
	for column, cell := range r.odd {
		into[column] = cell
	}
	return into
}

func (g *grain) sort() {
	slices.SortStableFunc(g.rows, func(a, b loaded) int { return int(a.Day - b.Day) })
}

// breakdown keys, each with a file of its own.
const (
	platformKey = "publisher_platform"
	countryKey  = "country"
)

// readGrains reads what has a file and sums what has none.
func (f *folder) readGrains() error {
	ads, err := f.readInsights(adDayFile, LevelAd, "")
	if err != nil {
		return err
	}
	platforms, err := f.readInsights(platformDayFile, LevelAd, platformKey)
	if err != nil {
		return err
	}
	if f.grains[grainKey{LevelAccount, countryKey}], err = f.readInsights(countryDayFile, LevelAccount, countryKey); err != nil {
		return err
	}
	f.attribute(ads, platforms)
	if err := f.readActions(ads); err != nil {
		return err
	}
	ads.sort()
	for _, level := range []Level{LevelAdSet, LevelCampaign, LevelAccount} {
		f.grains[grainKey{level, ""}] = sumUp(ads, level, "")
		f.grains[grainKey{level, platformKey}] = sumUp(platforms, level, platformKey)
	}
	f.grains[grainKey{LevelAd, ""}], f.grains[grainKey{LevelAd, platformKey}] = ads, platforms
	return f.readCampaignDays()
}

// adDay is a day of an ad; of day always, what holds for the ad on other days.
type adDay struct {
	ad  string
	day Date
}

const always Date = -1 << 31

// attribute gives the attribution_setting to rows of the file that lacks it,
// from the other: that of the day, else the latest of the ad.
func (f *folder) attribute(grains ...*grain) {
	for _, g := range grains {
		for i := range g.rows {
			if r := &g.rows[i]; r.Attribution != "" {
				f.attribution[adDay{r.AdID, r.Day}] = r.Attribution
				f.attribution[adDay{r.AdID, always}] = r.Attribution
			}
		}
	}
	for _, g := range grains {
		for i := range g.rows {
			if r := &g.rows[i]; r.Attribution == "" {
				r.Attribution = f.settingOf(r.AdID, r.Day)
			}
		}
	}
}

func (f *folder) settingOf(ad string, day Date) string {
	if s := f.attribution[adDay{ad, day}]; s != "" {
		return s
	}
	return f.attribution[adDay{ad, always}]
}

// readCampaignDays puts the file's rows, where there is one, in the place of
// those summed from ads. What it has no column for is added from these.
func (f *folder) readCampaignDays() error {
	t := f.files[campaignDayFile]
	if t == nil {
		return nil
	}
	own, err := f.readInsights(campaignDayFile, LevelCampaign, "")
	if err != nil {
		return err
	}
	key := grainKey{LevelCampaign, ""}
	summed := map[string]*loaded{}
	for i := range f.grains[key].rows {
		r := &f.grains[key].rows[i]
		summed[fmt.Sprint(r.Day, r.CampaignID)] = r
	}
	for i := range own.rows {
		r := &own.rows[i]
		if from := summed[fmt.Sprint(r.Day, r.CampaignID)]; from != nil {
			r.complete(from, t)
		}
	}
	f.grains[key] = own
	return nil
}

// complete takes from a sum what the row's file has no column for.
func (r *loaded) complete(from *loaded, t *table) {
	for m, column := range metricColumns() {
		if bit := uint32(1) << m; !t.has(column) && from.Has&bit != 0 {
			r.Has |= bit
			r.Values[m] = from.Values[m]
		}
	}
	r.Actions = from.Actions
	if !t.has("attribution_setting") {
		r.Attribution = from.Attribution
	}
}
