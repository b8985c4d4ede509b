package advertiser

import (
	"fmt"
	"slices"
	"strings"
)

// grain holds all rows of one level and set of breakdowns, days ascending.
type grain struct {
	columns []string // the columns that go into Row.Text
	rows    []loaded
	// If the grain was read from a file: the metrics that have no column in the file, and
	// whether attribution_setting has no column.
	lacks           []Metric
	lackAttribution bool
}

type grainKey struct {
	level      Level
	breakdowns string // sorted and joined with commas
}

func keyOf(level Level, breakdowns []string) grainKey {
	return grainKey{level, strings.Join(slices.Sorted(slices.Values(breakdowns)), ",")}
}

// loaded is a row of a folder. Its Text is built on demand, because a map per row would
// take most of the memory.
type loaded struct {
	Row
	cells []string          // one for each of the grain's columns
	odd   map[string]string // by column: numbers whose text differs from how Meta would print them
}

// text clears into, fills it with the row's texts and returns it.
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

// readGrains reads the grains that have a file and sums the others.
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

// addUp handles the levels of one set of breakdowns. The lowest level that has a file is
// the source of the sums. Each level above it is summed if it has no file; if it has a
// file, the sums fill in the columns that the file lacks.
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

// adDay is an ad and a day. The day always holds the default for days without an entry.
type adDay struct {
	ad  string
	day Date
}

const always Date = -1 << 31

// attribute fills in the attribution_setting of rows that lack it. It takes the setting of
// the same ad and day from another file, or else the ad's last known setting.
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

// complete copies metrics that the file has no column for from the sums into g's rows.
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
