package facebookads

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// customShort is the short form that people write before the ID of a custom
// conversion.
const customShort = "custom:"

var (
	metricName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,40}$`)
	actionType = regexp.MustCompile(`^[A-Za-z][\w.:-]*$`)
	digits     = regexp.MustCompile(`^[0-9]+$`)
)

// ownMetrics returns the conversions that a user has defined. As with the built-in
// ones, exactly one of a metric's types is used per row.
func ownMetrics(list []adtally.Metric) (own []metric, err error) {
	for _, m := range list {
		taken := slices.ContainsFunc(slices.Concat(conversionMetrics, own), func(o metric) bool { return o.name == m.Name })
		if !metricName.MatchString(m.Name) || taken {
			return nil, metricFault(m.Name, "the name is not allowed for a column", "Use lower-case letters, digits and _, starting with a letter, and a name that no other metric has.")
		}
		types, err := metricTypes(m)
		if err != nil {
			return nil, err
		}
		own = append(own, metric{name: m.Name, text: "A user-defined metric: " + strings.Join(types, ", else ") + ".", types: types})
	}
	return own, nil
}

// CheckMetrics returns an error if a user-defined metric is invalid.
func CheckMetrics(list []adtally.Metric) error {
	_, err := ownMetrics(list)
	return err
}

func metricTypes(m adtally.Metric) (types []string, err error) {
	for _, t := range m.Types {
		if id, isCustom := strings.CutPrefix(t, customShort); isCustom {
			if !digits.MatchString(id) {
				return nil, metricFault(m.Name, t+" is not a custom conversion", "Write custom: followed by the id of the custom conversion; the table custom_conversions lists them.")
			}
			t = customPrefix + id
		}
		switch {
		case !actionType.MatchString(t):
			return nil, metricFault(m.Name, fmt.Sprintf("%q is not an action type", t), "Use types as in the column action_type, in order of preference.")
		case slices.Contains(types, t):
			return nil, metricFault(m.Name, t+" is listed twice", "Remove one.")
		}
		types = append(types, t)
	}
	if len(types) == 0 {
		return nil, metricFault(m.Name, "it has no action type", "Name at least one, such as purchase.")
	}
	return types, nil
}

func metricFault(name, message, hint string) error {
	return &adtally.Fault{Act: adtally.Configure, Code: "metric", Message: fmt.Sprintf("Metric %s: %s", name, message), Hint: hint}
}

// labelled is the view that adds the current names of custom conversions to an actions
// table. The table is keyed by ID, so renaming a conversion changes its label and not
// its history.
func (s *stream) labelled() *table.View {
	if s.actions == nil {
		return nil
	}
	shown := words("custom_conversion_name", "Current name of the custom conversion that was counted; NULL for other actions, and if the table custom_conversions does not have it.").column
	return &table.View{
		Name: s.actions.Name + "_named", Description: s.actions.Description + " With the names of custom conversions.",
		Joined: &table.Joined{Of: s.actions, Hops: []table.Hop{{Column: "custom_conversion_id", To: customConversions().table}},
			Shown: []table.Shown{{Column: shown, From: "name"}}},
	}
}
