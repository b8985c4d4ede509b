package facebookads

import (
	"slices"
	"strings"

	"adtally"
)

// fields lists the fields that can be requested, the usual ones first. IDs and names are
// always present and not listed.
func (d reportDraft) fields() (list []adtally.ReportOption) {
	var names []string
	for _, f := range metrics {
		names = append(names, f.graph())
	}
	names = append(names, "actions", "action_values")
	for _, name := range ordered(keysOf(fieldKinds)) {
		if fieldKinds[name] != "own" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	picked := map[string]bool{}
	for _, asked := range d.Fields {
		if name := bareField(asked); fieldKinds[name] != "own" {
			picked[name] = true
			if !slices.Contains(names, name) {
				names = append(names, asked) // unknown, with the type that was given
			}
		}
	}
	for _, name := range names {
		list = append(list, d.fieldOption(name, picked[bareField(name)]))
	}
	return list
}

func keysOf(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	return keys
}

func (d reportDraft) fieldOption(asked string, picked bool) adtally.ReportOption {
	name := bareField(asked)
	o := adtally.ReportOption{Name: asked, Title: titleOf(name), Picked: picked, Group: fieldGroup(name)}
	f, isColumn, err := reportField(asked)
	switch {
	case err != nil:
		return decided(o, whyOf(err))
	case isColumn:
		o.Type, o.Unit, o.Description = f.column.Type.String(), string(f.column.Unit), f.column.Description
	default: // actions become rows
		o.Description = "Becomes rows of a table of its own, one for each action type and attribution window."
	}
	if isOfPeople(name) && !strings.Contains(o.Description, "Never sum it") {
		o.Description += " Never sum it."
	}
	if isOfPeople(name) && len(d.Breakdowns) > 0 {
		o.Description += " With breakdowns, Meta gives it for the last 13 months only."
	}
	return decided(o, d.refusesField(name))
}

// isOfPeople reports whether a field counts people, or is computed from such a count.
func isOfPeople(name string) bool {
	return fieldKinds[name] == "people" || slices.Contains(peopleNames, name)
}

// refusesField says why a field cannot be read with what is picked; "" = it can.
func (d reportDraft) refusesField(name string) string {
	if d.known {
		if why := refusesField(name, d.level); why != "" {
			return why
		}
	}
	return whyOf(checkField(name, d.Breakdowns))
}

// fieldGroup names the group in which a field is shown.
func fieldGroup(name string) string {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(name, p) })
	}
	kind := fieldKinds[name]
	switch {
	case has("marketing_messages"):
		return "Messages"
	case has("video", "thruplay"):
		return "Video"
	case isOfPeople(name):
		return "People"
	case has("converted_", "catalog_segment", "product_"):
		return "Products"
	case kind == "spent", kind == "cost", strings.HasPrefix(name, "cost_per_"):
		return "Cost"
	case kind == "actions", has("conversion", "purchase", "result", "action", "roas"):
		return "Conversions"
	case has("ranking", "auction"):
		return "Quality"
	case kind == "text":
		return "Names and settings"
	case kind == "":
		return "Other"
	}
	return "Delivery"
}
