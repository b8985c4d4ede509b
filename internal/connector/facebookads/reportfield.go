package facebookads

import (
	_ "embed"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/table"
)

//go:embed fields.txt
var fieldsText string

// fieldKinds maps a field to the way its values are stored.
var fieldKinds = func() map[string]string {
	kinds, kind := map[string]string{}, ""
	for line := range strings.Lines(fieldsText) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if k, rest, ok := strings.Cut(line, ": "); ok {
			kind, line = k, rest
		}
		for _, name := range strings.Fields(line) {
			kinds[name] = kind
		}
	}
	return kinds
}()

// typed declares a field of a type that the user names. Its values are never summed,
// since nothing else is known about it.
var typed = map[string]func(name, text string) field{
	"text": words, "count": number, "decimal": ratio, "money": cost, "bool": flag, "time": timestamp, "json": document,
	"date": func(name, text string) field { return col(name, table.Date, table.Days, table.None, text) },
}

// kept declares a field of a kind.
var kept = map[string]func(name, text string) field{
	"count": counter, "people": unique, "spent": spent, "cost": cost, "ratio": ratio, "text": words, "json": document, "list": document,
}

var userField = regexp.MustCompile(`^[a-z][a-z0-9_]{0,99}$`)

// reportField returns the column of a field that a user requests, as name or
// name:type. ok is false if it needs no column: IDs and names are always present, and
// actions become rows.
func reportField(asked string) (f field, ok bool, err error) {
	name, kind, given := strings.Cut(asked, ":")
	known := fieldKinds[name]
	text := fmt.Sprintf("Meta's %s, unchanged.", name)
	switch {
	case !userField.MatchString(name):
		return f, false, reportFault("report_field", fmt.Sprintf("%q is not a field name", name), "Use Meta's own name, such as spend.")
	case known == "dead":
		return f, false, reportFault("dead_field", "Meta no longer serves the field "+name, "Leave it out.")
	case known == "own" || known == "actions":
		return f, false, nil
	case given && typed[kind] != nil:
		return typed[kind](name, text), true, nil
	case given:
		return f, false, reportFault("report_field", fmt.Sprintf("%q is not a type for the field %s", kind, name), "Choose from: "+strings.Join(slices.Sorted(maps.Keys(typed)), ", ")+".")
	case known == "":
		return f, false, reportFault("unknown_field", fmt.Sprintf("Meta's specification has no field %q", name), strings.TrimSpace(adtally.DidYouMean(name, servedFields())+" If Meta does serve it, add its type: "+name+":decimal."))
	}
	for _, list := range [][]field{metrics, results, rankings} {
		if i := slices.IndexFunc(list, func(m field) bool { return m.column.Name == name }); i >= 0 {
			return list[i], true, nil
		}
	}
	return kept[known](name, text), true, nil
}

// servedFields lists the fields that Meta serves.
func servedFields() (names []string) {
	for name, kind := range fieldKinds {
		if kind != "dead" {
			names = append(names, name)
		}
	}
	return names
}

// limit names the only fields that Meta serves with a breakdown
// (docs/meta-api.md#insights).
type limit struct {
	of      func(breakdown string) bool
	refuses func(field string) bool
	why     string
}

var limits = []limit{
	{func(b string) bool { return strings.HasPrefix(b, "hourly_") },
		func(f string) bool { return slices.Contains(peopleNames, f) || strings.HasPrefix(f, "video_") }, "hourly breakdowns have no unique counts and no video metrics"},
	{func(b string) bool { return b == "region" },
		func(f string) bool {
			return strings.HasPrefix(f, "video_p") && strings.HasSuffix(f, "_watched_actions") || f == "video_avg_time_watched_actions"
		}, "regional breakdowns have no video metrics"},
	{func(b string) bool { return strings.HasSuffix(b, "_asset") },
		func(f string) bool {
			return !slices.Contains([]string{"impressions", "clicks", "spend", "reach", "actions", "action_values"}, f)
		}, "asset breakdowns have only impressions, clicks, spend, reach, actions and action_values"},
	{isPlainOnly, func(f string) bool { return fieldKinds[f] == "actions" }, "media_* breakdowns cannot be combined with actions"},
	{func(b string) bool { return b == "frequency_value" }, func(f string) bool { return f != "reach" }, "the breakdown frequency_value has only reach"},
}

// checkField rejects a field that Meta does not serve with a breakdown.
func checkField(name string, breakdowns []string) error {
	for _, b := range breakdowns {
		for _, l := range limits {
			if l.of(b) && l.refuses(name) {
				return reportFault("field_by_breakdown", fmt.Sprintf("Meta does not serve %s with the breakdown %s: %s", name, b, l.why), "Remove it, or use a report without "+b+".")
			}
		}
	}
	return nil
}
