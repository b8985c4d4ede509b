package main

import (
	"strings"

	"adtally"
)

// reports reads the reports of --report: name=ad_by_platform;level=ad;breakdowns=publisher_platform;fields=impressions,spend.
func reports(texts []string) (list []adtally.Report, err error) {
	for _, text := range texts {
		var r adtally.Report
		for part := range strings.SplitSeq(text, ";") {
			name, value, found := strings.Cut(strings.TrimSpace(part), "=")
			if !found || !setReport(&r, name, value) {
				return nil, wrong("report", "Use a form like name=ad_by_platform;level=ad;breakdowns=publisher_platform;fields=impressions,spend. There are also action_breakdowns, windows and increment.", "--report %s: %q is not a part of a report", text, part)
			}
		}
		list = append(list, r)
	}
	return list, nil
}

func setReport(r *adtally.Report, name, value string) bool {
	texts := map[string]*string{"name": &r.Name, "level": &r.Level, "increment": &r.Increment}
	lists := map[string]*[]string{"breakdowns": &r.Breakdowns, "action_breakdowns": &r.ActionBreakdowns, "fields": &r.Fields, "windows": &r.Windows}
	if into := texts[name]; into != nil {
		*into = value
		return true
	}
	if into := lists[name]; into != nil {
		*into = strings.Split(value, ",")
		return true
	}
	return false
}

// metrics reads the conversions of --metric: trials=custom:123,start_trial.
func metrics(texts []string) (list []adtally.Metric, err error) {
	for _, text := range texts {
		name, types, found := strings.Cut(text, "=")
		if !found {
			return nil, wrong("metric", "Use a form like trials=custom:123,start_trial: a name, and action types in order of preference.", "--metric %s names no action types", text)
		}
		list = append(list, adtally.Metric{Name: strings.TrimSpace(name), Types: strings.FieldsFunc(types, func(r rune) bool { return r == ',' || r == ' ' })})
	}
	return list, nil
}

// fieldChoices reads the fields of --fields: basic_ad=spend,impressions or
// basic_ad=+social_spend,-clicks.
func fieldChoices(texts []string) (map[string][]string, error) {
	var chosen map[string][]string
	for _, text := range texts {
		name, fields, found := strings.Cut(text, "=")
		if name = strings.TrimSpace(name); !found || name == "" {
			return nil, wrong("fields", "Use a form like basic_ad=spend,impressions, or basic_ad=+social_spend,-clicks to change the usual fields.", "--fields %s names no table", text)
		}
		if chosen == nil {
			chosen = map[string][]string{}
		}
		chosen[name] = append(chosen[name], strings.Split(fields, ",")...)
	}
	return chosen, nil
}
