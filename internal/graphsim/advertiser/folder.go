package advertiser

import (
	"fmt"
	"iter"
	"maps"
	"sort"
	"time"
)

// LoadFolder reads an ad account from a folder of CSV files, one per grain, as
// somebody once read it from Meta:
//
//	account.json                  id or account_id, name, currency, and timezone_name
//	                              or timezone_offset_hours_utc (also …_in_<month>)
//	insights_ad_day.csv           ad × day
//	campaigns.csv, ad_sets.csv, ads.csv, custom_conversions.csv
//	actions_ad_day.csv            ad × day × action_type
//	insights_LEVEL_day.csv        adset, campaign or account × day
//	insights_LEVEL_WORDS_day.csv  the same by the breakdowns among its columns, of
//	                              which WORDS are part: ad_platform, adset_position,
//	                              ad_age_gender; without a LEVEL of the account
//
// Only the first two have to be there; another CSV file is refused. Columns may come in any order; one that
// is not known is served as text under its own name. An empty cell is an absent
// key. Every row of a file is served as it stands; a grain that has no file is
// summed from the finest file of its breakdowns, without what does not add up (reach, unique counts, ratios).
//
// The account has one state, the one that was read: rows are not restated, and
// objects keep their status. But nothing is there before it was created, and no
// row before its day has begun.
func LoadFolder(dir string) (Account, error) {
	f := &folder{
		dir: dir, files: map[string]*table{}, node: map[string]any{}, objects: map[Kind][]dated{},
		names: map[Kind]map[string]string{}, campaigns: map[string]string{}, parents: map[string]parents{}, grains: map[grainKey]*grain{},
		attribution: map[adDay]string{},
	}
	for _, step := range []func() error{f.readFiles, f.readNode, f.readObjects, f.readGrains, f.readZone} {
		if err := step(); err != nil {
			return nil, fmt.Errorf("load ad account: %w", err)
		}
	}
	f.files = nil
	return f, nil
}

// folder is an ad account loaded from a folder.
type folder struct {
	dir         string
	files       map[string]*table // only while loading
	insights    []insightsFile    // of the files
	digits      string            // of the account's id
	node        map[string]any
	zone        *time.Location
	objects     map[Kind][]dated // in the edge's order
	names       map[Kind]map[string]string
	parents     map[string]parents // of each ad
	campaigns   map[string]string  // of each ad set
	attribution map[adDay]string
	grains      map[grainKey]*grain
}

// dated is an object with the time of its creation; zero means that it always existed.
type dated struct {
	Object
	created time.Time
}

type parents struct{ campaign, adSet string }

// Location implements Account.
func (f *folder) Location() *time.Location { return f.zone }

// Node implements Account.
func (f *folder) Node(now time.Time) Object {
	fields := maps.Clone(f.node)
	_, offset := now.In(f.zone).Zone()
	fields["timezone_name"] = f.zone.String()
	fields["timezone_offset_hours_utc"] = float64(offset) / 3600
	return Object{ID: "act_" + f.digits, Fields: fields}
}

// Objects implements Account.
func (f *folder) Objects(kind Kind, now time.Time) []Object {
	var objects []Object
	for _, o := range f.objects[kind] {
		if !o.created.After(now) {
			objects = append(objects, Object{ID: o.ID, Fields: maps.Clone(o.Fields)})
		}
	}
	return objects
}

// Rows implements Account.
func (f *folder) Rows(q Query, now time.Time) iter.Seq[*Row] {
	g := f.grains[keyOf(q.Level, q.Breakdowns)]
	if g == nil {
		return func(func(*Row) bool) {}
	}
	first := sort.Search(len(g.rows), func(i int) bool { return g.rows[i].Day >= q.From })
	last := min(q.To, civilDay(now, f.zone))
	return func(yield func(*Row) bool) {
		var row Row
		text := map[string]string{}
		for i := first; i < len(g.rows) && g.rows[i].Day <= last; i++ {
			row = g.rows[i].Row
			row.Text = g.text(&g.rows[i], text)
			if !q.WantActions {
				row.Actions = nil
			}
			if !yield(&row) {
				return
			}
		}
	}
}
