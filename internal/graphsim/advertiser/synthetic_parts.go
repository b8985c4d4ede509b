package advertiser

import (
	"slices"
	"strings"
)

// actionPart is one combination of the action breakdowns' values.
type actionPart struct {
	keys []ActionKey
	upTo int64 // share of this and all earlier parts, in 65536ths
}

// add appends an action to list, divided by the query's action breakdowns. The windows are
// divided separately, before they are summed, so that a longer click window never counts
// less than a shorter one.
func (l *actionList) add(list []Action, name string, n [windows]int64, print func(int64) string) []Action {
	if n == ([windows]int64{}) {
		return list
	}
	parts := l.partsOf(name)
	if parts == nil {
		return append(list, l.action(name, n, print))
	}
	var before [windows]int64
	for _, p := range parts {
		var here [windows]int64
		for w := range n {
			so := part(n[w], p.upTo, 32768)
			here[w], before[w] = so-before[w], so
		}
		if here != ([windows]int64{}) {
			a := l.action(name, here, print)
			a.Keys = p.keys
			list = append(list, a)
		}
	}
	if isWatched(name) && slices.Equal(l.breakdowns, []string{"action_video_type"}) {
		a := l.action(name, n, print) // Meta returns the total in addition to the parts, as seen in a real account
		a.Keys = []ActionKey{{"action_video_type", "total"}}
		list = append(list, a)
	}
	return list
}

// partsOf returns the parts of an action type; nil if no breakdown applies to it.
func (l *actionList) partsOf(name string) []actionPart {
	if len(l.breakdowns) == 0 {
		return nil
	}
	if parts, isKnown := l.parts[name]; isKnown {
		return parts
	}
	parts := []actionPart{{}}
	weights := []float64{1}
	for _, key := range l.breakdowns {
		if shares := l.actionShares(key, name); shares != nil {
			parts, weights = crossedParts(parts, weights, key, shares)
		}
	}
	if len(parts) == 1 && parts[0].keys == nil {
		parts = nil
	}
	var all, so float64
	for _, w := range weights {
		all += w
	}
	for i := range parts {
		so += weights[i]
		parts[i].upTo = int64(so / all * 65536)
	}
	if parts != nil {
		parts[len(parts)-1].upTo = 65536
	}
	l.parts[name] = parts
	return parts
}

func crossedParts(parts []actionPart, weights []float64, key string, shares []share) (out []actionPart, outWeights []float64) {
	for i, p := range parts {
		for _, v := range shares {
			out = append(out, actionPart{keys: append(slices.Clone(p.keys), ActionKey{key, v.value})})
			outWeights = append(outWeights, weights[i]*v.weight)
		}
	}
	return out, outWeights
}

// actionShares returns an action breakdown's values for a type; nil if the breakdown does not
// apply to the type. Actions that happen off Meta are returned undivided, without the
// breakdown's key, as Meta's documentation says. The weights are invented.
func (l *actionList) actionShares(key, name string) []share {
	switch key {
	case "action_reaction":
		if name == "post_reaction" {
			return []share{{"like", 70}, {"love", 20}, {"haha", 4}, {"wow", 3}, {"sorry", 2}, {"anger", 1}}
		}
	case "action_video_type":
		if isWatched(name) {
			return []share{{"auto_play", 93}, {"click_to_play", 7}}
		}
	case "action_video_sound":
		if isWatched(name) {
			return []share{{"sound_off", 60}, {"sound_on", 40}}
		}
	case "action_device":
		if !isOffMeta(name) {
			return []share{{"android_smartphone", 44}, {"android_tablet", 2}, {"desktop", 14}, {"ipad", 2}, {"iphone", 37}, {"other", 1}}
		}
	case "action_destination", "action_target_id":
		if isClick(name) {
			return []share{{l.page, 80}, {l.page + "9", 20}}
		}
	case "action_carousel_card_id":
		if isClick(name) {
			return []share{{l.page + "01", 50}, {l.page + "02", 30}, {l.page + "03", 20}}
		}
	case "action_carousel_card_name":
		if isClick(name) {
			return []share{{"Card 1", 50}, {"Card 2", 30}, {"Card 3", 20}}
		}
	}
	return nil
}

func isWatched(name string) bool { return name == "video_view" }

func isClick(name string) bool { return name == "link_click" || name == "outbound_click" }

func isOffMeta(name string) bool {
	return slices.Contains([]string{"purchase", "lead", "add_to_cart"}, name) ||
		slices.ContainsFunc([]string{"offsite_", "onsite_web_", "omni_", "contact_", "subscribe_"}, func(p string) bool { return strings.HasPrefix(name, p) })
}
