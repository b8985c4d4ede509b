package graphsim

import (
	"net/url"
	"slices"
	"strings"
)

func (r *report) readBreakdowns(params url.Values) *refusal {
	names, refused := namesIn(params, "breakdowns")
	if refused != nil {
		return refused
	}
	byAction, refused := namesIn(params, "action_breakdowns")
	if refused != nil {
		return refused
	}
	r.undivided = params.Get("action_breakdowns") == "[]"
	if refused := checkCombination(names, byAction, r.undivided); refused != nil {
		return refused
	}
	r.breakdowns = names
	for _, name := range byAction {
		// Every element has its type anyway. A breakdown that divides no action of this advertiser
		// leaves the elements whole.
		if name != "action_type" {
			r.divided = append(r.divided, name)
		}
	}
	return nil
}

func namesIn(params url.Values, param string) ([]string, *refusal) {
	names, err := textsOf(params.Get(param))
	if err != nil {
		return nil, badRequest("param %s must be an array.", param)
	}
	for _, name := range names {
		if !known[param][name] {
			return nil, badRequest("%s is not valid for %s param. please check https://developers.facebook.com/docs/marketing-api/insights/breakdowns/ for all valid values", name, param)
		}
	}
	return names, nil
}

// The breakdowns that can be combined, each list sorted: those in Meta's table and those
// seen in real answers. A single breakdown is always allowed, except those in neverAlone.
var (
	combinations = []string{"age,gender", "app_id,skan_conversion_id", "country,region", "device_platform,platform_position,publisher_platform",
		"impression_device,platform_position,publisher_platform", "impression_device,publisher_platform", "platform_position,publisher_platform"}
	neverAlone = []string{"impression_device", "platform_position"}
	// byDevice and byCard can be combined with action_device and a card breakdown.
	byDevice = []string{"", "impression_device", "publisher_platform", "impression_device,publisher_platform", "platform_position,publisher_platform",
		"impression_device,platform_position,publisher_platform"}
	byCard = []string{"", "impression_device", "country", "age", "gender", "age,gender"}
	// joinable are the action breakdowns that most combinations allow in addition. alone are
	// those that were only seen without breakdowns.
	joinable = []string{"action_type", "action_target_id", "action_destination"}
	alone    = []string{"action_reaction", "action_video_type", "action_video_sound"}
)

// checkCombination returns an error for breakdowns that cannot be combined. Without the
// parameter action_breakdowns, action_type is used; [] means none.
func checkCombination(breakdowns, byAction []string, undivided bool) *refusal {
	if len(byAction) == 0 && !undivided {
		byAction = []string{"action_type"}
	}
	columns := slices.Sorted(slices.Values(breakdowns))
	if !goTogether(columns, byAction) {
		return badCombination(append(columns, byAction...))
	}
	return nil
}

func badCombination(columns []string) *refusal {
	slices.Sort(columns)
	return badRequest("Current combination of data breakdown columns (%s) is invalid", strings.Join(columns, ", "))
}

func goTogether(columns, byAction []string) bool {
	var rest []string
	for _, name := range byAction {
		if !slices.Contains(joinable, name) {
			rest = append(rest, name)
		}
	}
	beside := joined(columns)
	switch {
	case len(rest) > 1:
		return false
	case len(rest) == 0:
		return stands(columns, byAction)
	case rest[0] == "action_device":
		return slices.Contains(byDevice, beside)
	case strings.HasPrefix(rest[0], "action_carousel_card_"):
		return slices.Contains(byCard, beside)
	case slices.Contains(alone, rest[0]):
		return len(columns) == 0
	}
	return len(columns) == 0
}

// stands reports whether breakdowns can be combined.
func stands(columns, byAction []string) bool {
	switch {
	case len(columns) == 0:
		return true
	case len(columns) > 1:
		return slices.Contains(combinations, joined(columns))
	case strings.HasPrefix(columns[0], "media_"): // reported to fail with action_type
		return !slices.Contains(byAction, "action_type")
	}
	return !slices.Contains(neverAlone, columns[0])
}
