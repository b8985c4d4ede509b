package advertiser

import (
	"fmt"
	"slices"
	"strings"
)

// grain is all rows of one level and breakdown, days ascending.
type grain struct {
	columns []string // whose cells go into Row.Text
	rows    []loaded
	// Of one that has a file: which metrics have no column there, and whether the
	// attribution has none.
	lacks           []Metric
	lackAttribution bool
}

type grainKey struct {
	level      Level
	breakdowns string // in the order of the alphabet
}

func keyOf(level Level, breakdowns []string) grainKey {
	return grainKey{level, strings.Join(slices.Sorted(slices.Values(breakdowns)), ",")}
}

// loaded is a row of a folder. Its Text is built on demand, because a map per row would
// take most of the memory.
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

// readGrains reads what has a file and sums what has none.
func (f *folder) readGrains() error {
	broken := map[string][]string{}
	from := map[grainKey]string{}
	var ofAds []*grain
	for _, file := range f.insights {
		breakdowns, err := f.breakdownsOf(file)
		if err != nil {
			return err
		}
		key := keyOf(file.level, breakdowns)
		if other := from[key]; other != "" {
			return fmt.Errorf("%s: %s has the same rows; expected one file of %s by %v", f.files[file.name].file, other, file.level, breakdowns)
		}
		from[key] = file.name
		if f.grains[key], err = f.readInsights(file.name, file.level, breakdowns); err != nil {
			return err
		}
		if file.level == LevelAd {
			ofAds = append(ofAds, f.grains[key])
		}
		broken[key.breakdowns] = breakdowns
	}
	f.attribute(ofAds...)
	ads := f.grains[keyOf(LevelAd, nil)]
	if err := f.readActions(ads); err != nil {
		return err
	}
	ads.sort()
	for _, breakdowns := range broken {
		f.addUp(breakdowns)
	}
	return nil
}

// addUp sums what has no file from the finest grain of the same breakdowns that
// has one, and completes those above it that have one too.
func (f *folder) addUp(breakdowns []string) {
	var finest *grain
	for _, level := range levels() {
		key := keyOf(level, breakdowns)
		own := f.grains[key]
		if finest == nil {
			finest = own
			continue
		}
		sum := sumUp(finest, level, breakdowns)
		if own == nil {
			f.grains[key] = sum
			continue
		}
		own.complete(sum, level, breakdowns)
	}
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

// complete adds to the rows of a file, from their sums, what it has no column for.
func (g *grain) complete(sums *grain, level Level, breakdowns []string) {
	summed := map[cellKey]*loaded{}
	for i := range sums.rows {
		summed[sums.key(&sums.rows[i], level, breakdowns)] = &sums.rows[i]
	}
	for i := range g.rows {
		r := &g.rows[i]
		from := summed[g.key(r, level, breakdowns)]
		if from == nil {
			continue
		}
		for _, m := range g.lacks {
			if bit := uint32(1) << m; from.Has&bit != 0 {
				r.Has |= bit
				r.Values[m] = from.Values[m]
			}
		}
		r.Actions = from.Actions
		if g.lackAttribution {
			r.Attribution = from.Attribution
		}
	}
}
