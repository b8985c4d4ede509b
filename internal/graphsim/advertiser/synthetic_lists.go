package advertiser

import "strings"

// changeLists returns the fields that count a single change, with their action type.
func changeLists() map[string]struct {
	change change
	kind   string
} {
	type l = struct {
		change change
		kind   string
	}
	const watched = "video_view"
	return map[string]l{
		"outbound_clicks":                        {outbound, "outbound_click"},
		"video_play_actions":                     {played, watched},
		"video_continuous_2_sec_watched_actions": {watched2, watched},
		"video_p25_watched_actions":              {quarter, watched},
		"video_p50_watched_actions":              {half, watched},
		"video_p75_watched_actions":              {threeFourth, watched},
		"video_p95_watched_actions":              {nearly, watched},
		"video_p100_watched_actions":             {completed, watched},
		"video_thruplay_watched_actions":         {through, watched},
		"video_15_sec_watched_actions":           {watched15, watched},
		"video_30_sec_watched_actions":           {watched30, watched},
		"video_time_watched_actions":             {duration, watched},
	}
}

// further builds the lists of Query.Lists. Empty lists are left out.
func (l *actionList) further(f *actionFigures, names []string) map[string][]Action {
	lists := map[string][]Action{}
	for _, name := range names {
		if list := l.named(name, f); len(list) > 0 {
			lists[name] = list
		}
	}
	return lists
}

func (l *actionList) named(name string, f *actionFigures) []Action {
	switch name {
	case "conversions":
		return l.conversions(f, func(n int64) int64 { return n }, l.numeral)
	case "conversion_values":
		return l.conversions(f, func(n int64) int64 { return n * worth }, l.amount)
	case "unique_actions":
		return l.people(func() { l.build(f) })
	case "unique_conversions":
		return l.people(func() { l.actions = l.conversions(f, func(n int64) int64 { return n }, l.numeral) })
	}
	if of, isUnique := strings.CutPrefix(name, "unique_"); isUnique {
		return l.people(func() { l.actions = l.changeList(of, f) })
	}
	return l.changeList(name, f)
}

func (l *actionList) changeList(name string, f *actionFigures) []Action {
	d, isDeed := changeLists()[name]
	if !isDeed {
		return nil
	}
	return l.add(nil, d.kind, [windows]int64{click1: f.changes[d.change]}, l.numeral)
}

// worth is the value of one custom conversion, in minor units.
const worth = 1250

// conversions returns the account's custom conversions with the action types of the field
// conversions. The types were seen in rows of a real account in June 2026.
func (l *actionList) conversions(f *actionFigures, of func(int64) int64, print func(int64) string) (list []Action) {
	for c, names := range [customConversions][]string{
		{"contact_total", "contact_website"}, {"subscribe_total", "subscribe_website"},
		{"offsite_conversion.fb_pixel_custom.waitlist_joined"}, {"offsite_conversion.fb_pixel_custom.demo_booked"},
	} {
		var n [windows]int64
		for w, counted := range f.events[int(firstCustom)+c] {
			n[w] = of(counted)
		}
		for _, name := range names {
			list = l.add(list, name, n, print)
		}
	}
	return list
}
