package graphsim

import (
	"net/url"
	"slices"
	"strings"
)

// Restrictions of fields by breakdowns (docs/meta-api.md#insights). Meta's texts for these
// errors are not known.

func isAsset(breakdown string) bool { return strings.HasSuffix(breakdown, "_asset") }

func isHourly(breakdown string) bool { return strings.HasPrefix(breakdown, "hourly_") }

// assetMetrics are the only metrics that Meta has by asset.
var assetMetrics = []string{"impressions", "clicks", "spend", "reach", "actions", "action_values"}

// checkLimits rejects fields that are not available with a breakdown.
func (r *report) checkLimits(url.Values) *refusal {
	for _, b := range r.breakdowns {
		var wrong []string
		for _, f := range r.fields {
			isFigure := isMeasured(f) && !slices.Contains(assetMetrics, f)
			if isAsset(b) && isFigure || isHourly(b) && strings.HasPrefix(f, "video_") {
				wrong = append(wrong, f)
			}
		}
		if wrong != nil {
			return badRequest("%s are not valid for fields param with breakdown %s", joined(wrong), b)
		}
	}
	return nil
}

// isMeasured tells figures from fields that identify a row.
func isMeasured(field string) bool {
	_, isMetric := metricNames[field]
	_, isRatio := ratios[field]
	_, isDerived := derivedLists[field]
	_, isResult := resultFields[field]
	return isMetric || isRatio || isDerived || isResult || slices.Contains(listFields, field) || strings.HasSuffix(field, "_ranking")
}

// monthsOfPeople is how many months back people are counted by breakdown, and hours are
// available at all.
const monthsOfPeople = 13

// withheld reports whether a breakdown silently leaves out a field.
func (r *report) withheld(field string) bool {
	if len(r.breakdowns) == 0 {
		return false
	}
	if slices.Contains(r.breakdowns, "region") && (strings.HasPrefix(field, "video_p") && field != "video_play_actions" || field == "video_avg_time_watched_actions") {
		return true
	}
	isOfPeople := slices.Contains([]string{"reach", "frequency", "cpp"}, field) || strings.Contains(field, "unique_")
	return isOfPeople && r.ranges[0].from < dateOf(r.today().AddDate(0, -monthsOfPeople, 0))
}

// zeroByHour are ratios of people, who are not counted by the hour.
var zeroByHour = []string{"frequency", "unique_ctr", "unique_inline_link_click_ctr", "unique_link_clicks_ctr"}

func (r *report) isZero(field string) bool {
	return slices.ContainsFunc(r.breakdowns, isHourly) && slices.Contains(zeroByHour, field)
}
