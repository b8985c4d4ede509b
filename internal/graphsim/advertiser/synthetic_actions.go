package advertiser

import "strconv"

// actionList converts figures to Graph's arrays of actions. It reuses its memory for each row.
type actionList struct {
	numerals []string
	offset   int64
	customs  []string // action types of the account's custom conversions
	actions  []Action
	money    []Action
	windows  []WindowValue
	buffer   []byte
	// The query's action breakdowns, and the parts that they divide each action type into.
	breakdowns []string
	parts      map[string][]actionPart
	*synthetic
}

// Capacities that hold all action types of one row and all their windows.
const (
	actionRoom = 48
	windowRoom = 5 * 2 * actionRoom
)

func (s *synthetic) newActionList(q Query) actionList {
	l := actionList{numerals: s.numerals, offset: s.profile.offset, customs: s.customTypes, synthetic: s, breakdowns: q.ActionBreakdowns, parts: map[string][]actionPart{}}
	if q.WantActions {
		l.actions, l.money = make([]Action, 0, actionRoom), make([]Action, 0, actionRoom)
		l.windows = make([]WindowValue, 0, windowRoom)
	}
	return l
}

// build returns the actions of f and their values. As in Meta's answers, several types count
// the same conversion.
func (l *actionList) build(f *actionFigures) (actions, values []Action) {
	l.actions, l.money, l.windows = l.actions[:0], l.money[:0], l.windows[:0]
	l.engagement(f)
	l.gross(&f.changes)
	for e := range events {
		if f.events[e] != [windows]int64{} {
			l.event(e, f)
		}
	}
	l.pixelCustom(f)
	return l.actions, l.money
}

func (l *actionList) engagement(f *actionFigures) {
	d := &f.changes
	posts := f.postEngagement() - f.watched
	l.clicked("link_click", d[linkClick])
	l.clicked("post_reaction", d[reaction])
	l.clicked("comment", d[comment])
	l.clicked("photo_view", d[photoView])
	l.count("video_view", [windows]int64{click1: d[videoView], view1: f.watched})
	l.clicked("post", d[post])
	l.clicked("onsite_conversion.post_save", d[postSave])
	l.clicked("like", d[pageLike])
	l.count("post_engagement", [windows]int64{click1: posts, view1: f.watched})
	l.count("page_engagement", [windows]int64{click1: posts + d[pageLike], view1: f.watched})
	l.clicked("landing_page_view", d[landing])
	l.clicked("omni_landing_page_view", d[landing])
	// Despite its name, this type is not a lead.
	l.clicked("offsite_content_view_add_meta_leads", d[landing])
}

// gross adds the types that have a value but no windows.
func (l *actionList) gross(d *[changes]int64) {
	gross := d[reaction] + d[comment] + d[postSave]
	l.bare("post_interaction_gross", gross)
	l.bare("post_interaction_net", gross-d[unreaction])
	l.bare("onsite_conversion.post_net_like", d[reaction]-d[unreaction])
	l.bare("onsite_conversion.post_net_comment", d[comment])
	l.bare("onsite_conversion.post_net_save", d[postSave])
	l.bare("onsite_conversion.post_unlike", d[unreaction])
}

func (l *actionList) event(e event, f *actionFigures) {
	for _, name := range l.namesOf(e) {
		l.count(name, f.events[e])
		if e < priced {
			l.value(name, f.values[e])
		}
	}
}

func (l *actionList) namesOf(e event) []string {
	switch e {
	case purchase:
		return []string{"purchase", "omni_purchase", "onsite_web_purchase", "offsite_conversion.fb_pixel_purchase"}
	case addToCart:
		return []string{"add_to_cart", "omni_add_to_cart", "onsite_web_add_to_cart", "offsite_conversion.fb_pixel_add_to_cart"}
	case checkout:
		return []string{"omni_initiated_checkout"}
	case lead:
		return []string{"lead", "onsite_web_lead", "offsite_conversion.fb_pixel_lead"}
	}
	return l.customs[e-firstCustom : e-firstCustom+1]
}

func (l *actionList) pixelCustom(f *actionFigures) {
	var all [windows]int64
	for _, e := range f.events[firstCustom:] {
		for w, n := range e {
			all[w] += n
		}
	}
	l.count("offsite_conversion.fb_pixel_custom", all)
}

func (l *actionList) bare(name string, n int64) {
	if n != 0 {
		l.actions = append(l.actions, Action{Type: name, Value: l.numeral(n)})
	}
}

// clicked adds an action that happened within a day after a click.
func (l *actionList) clicked(name string, n int64) {
	if n == 0 {
		return
	}
	if len(l.breakdowns) > 0 {
		l.count(name, [windows]int64{click1: n})
		return
	}
	from, text := len(l.windows), l.numeral(n)
	l.windows = append(l.windows, WindowValue{"1d_click", text}, WindowValue{"7d_click", text}, WindowValue{"28d_click", text})
	l.actions = append(l.actions, Action{Type: name, Value: text, Windows: l.windows[from:len(l.windows):len(l.windows)]})
}

func (l *actionList) count(name string, n [windows]int64) {
	l.actions = l.add(l.actions, name, n, l.numeral)
}

func (l *actionList) value(name string, n [windows]int64) {
	l.money = l.add(l.money, name, n, l.amount)
}

// action builds one element. Each click window includes the shorter ones. The value is the
// sum of 7d_click, 1d_view and 1d_ev.
func (l *actionList) action(name string, n [windows]int64, print func(int64) string) Action {
	from := len(l.windows)
	click := n[click1]
	l.window("1d_click", click, print)
	click += n[click7]
	l.window("7d_click", click, print)
	l.window("28d_click", click+n[click28], print)
	l.window("1d_view", n[view1], print)
	l.window("1d_ev", n[engagedView1], print)
	value := click + n[view1] + n[engagedView1]
	return Action{Type: name, Value: print(value), Windows: l.windows[from:len(l.windows):len(l.windows)]}
}

func (l *actionList) window(name string, n int64, print func(int64) string) {
	if n != 0 {
		l.windows = append(l.windows, WindowValue{name, print(n)})
	}
}

// numeral prints a count. Most counts are small, so their texts are made once and shared.
func (l *actionList) numeral(n int64) string {
	if n >= 0 && n < int64(len(l.numerals)) {
		return l.numerals[n]
	}
	return strconv.FormatInt(n, 10)
}

// amount prints an amount of minor units as major units, without trailing zeros.
func (l *actionList) amount(minor int64) string {
	whole, rest := minor/l.offset, minor%l.offset
	if rest == 0 {
		return l.numeral(whole)
	}
	b := append(strconv.AppendInt(l.buffer[:0], whole, 10), '.', byte('0'+rest/10))
	if rest%10 != 0 {
		b = append(b, byte('0'+rest%10))
	}
	l.buffer = b
	return string(b)
}

// newNumerals returns the texts of the numbers from 0 to 4095, which cover nearly all counts.
func newNumerals() []string {
	texts := make([]string, 4096)
	for i := range texts {
		texts[i] = strconv.Itoa(i)
	}
	return texts
}
