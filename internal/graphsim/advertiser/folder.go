package advertiser

import (
	"fmt"
	"iter"
	"maps"
	"sort"
	"time"
)

// LoadFolder reads an ad account from a folder of CSV files that were exported from Meta,
// one file per level and breakdown:
//
//	account.json                  id or account_id, name, currency, and timezone_name
//	                              or timezone_offset_hours_utc (also …_in_<month>)
//	insights_ad_day.csv           ad × day
//	campaigns.csv, ad_sets.csv, ads.csv, custom_conversions.csv
//	actions_ad_day.csv            ad × day × action_type
//	insights_LEVEL_day.csv        adset, campaign or account × day
//	insights_LEVEL_WORDS_day.csv  the same, split by the breakdowns among its columns.
//	                              Each of WORDS is part of a breakdown's name, as in
//	                              ad_platform, adset_position and ad_age_gender.
//	                              Without a LEVEL, the rows are the account's.
//
// Only the first two files are required. A CSV file with any other name is an error.
// Columns may come in any order; an unknown column is served as text under its own name.
// An empty cell is an absent key. Every row of a file is served unchanged. A level that has
// no file is summed from the most detailed file with the same breakdowns; such sums have no
// reach, unique counts or ratios, because these do not add up.
//
// The account does not change: rows are not restated, and objects keep their status.
// However, an object appears only after its created_time, and a row only after its day
// has begun.
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
	insights    []insightsFile    // the files with daily figures
	digits      string            // the account's ID without act_
	node        map[string]any
	zone        *time.Location
	objects     map[Kind][]dated // in the edge's order
	names       map[Kind]map[string]string
	parents     map[string]parents // by ad ID
	campaigns   map[string]string  // campaign ID by ad set ID
	attribution map[adDay]string
	grains      map[grainKey]*grain
}

// dated is an object and its creation time. A zero time means that the object always existed.
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
