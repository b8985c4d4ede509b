package facebookads

import (
	"fmt"
	"slices"
	"strings"

	"adtally"
)

// ReportWarnings says what a person should know about a report before it is read, one
// sentence each.
func (c *Connector) ReportWarnings(r adtally.Report) (all []string) {
	add := func(when bool, text string) {
		if when {
			all = append(all, text)
		}
	}
	people := peopleIn(r.Fields)
	if len(people) > 0 {
		add(true, "Values of "+andList(people)+" cannot be added up over days, objects or breakdowns.")
	}
	add(len(people) > 0 && len(r.Breakdowns) > 0, "With breakdowns, Meta gives unique counts for the last 13 months only, and allows ten requests for older ones per ad account and day.")
	add(slices.ContainsFunc(r.Breakdowns, isHourly), "Meta gives hours for the last 13 months only.")
	add(slices.Contains(r.Breakdowns, "frequency_value"), "Meta gives frequency_value for the last 6 months only.")
	for _, b := range r.Breakdowns {
		i := textIndex(b)
		add(i >= 0 && strings.HasSuffix(breakdownTexts[i].text, optIn), fmt.Sprintf("The breakdown %s needs an opt-in of the ad account in Ads Manager; without it Meta returns no rows and no error.", b))
	}
	add(len(r.Breakdowns) > 0, "Meta leaves out what it cannot attribute to a value of a breakdown, so take totals from the basic tables.")
	return all
}

// peopleIn returns the fields that count people.
func peopleIn(fields []string) (names []string) {
	for _, f := range fields {
		if name := bareField(f); isOfPeople(name) && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
