package facebookads

import (
	"regexp"
	"slices"
	"strings"
)

// fieldTexts match the messages in which Meta names the fields that made a request
// fail.
var fieldTexts = []*regexp.Regexp{
	regexp.MustCompile(`^(?:\(#\d+\) )?(.+?) (?:is|are) not valid for fields param`),   // err_100_object_fields_in_insights
	regexp.MustCompile(`nonexisting (?:summary )?field \(([^)]*)\)`),                   // err_100_nonexisting_field_date_start
	regexp.MustCompile(`Cannot include \[?(.+?)\]? in summary param`),                  // docs/meta-api.md#errors
	regexp.MustCompile(`^(?:\(#\d+\) )?(\w+) field is deprecated`),                     // docs/meta-api.md#errors
	regexp.MustCompile(`(?i)\bfields?:? [\["'(]+([a-z][\w.]*(?:["', ]+[a-z][\w.]*)*)`), // "for field 'owner'"
	regexp.MustCompile(`\b(funding_source(?:_details)?)\b`),
}

// needsBusiness lists the fields of an ad account that need business_management. Meta
// names the permission and not the field (docs/meta-api.md#objects).
var needsBusiness = []string{"business", "owner"}

// namedFields returns the fields that a message names, in its order.
func namedFields(message string) (names []string) {
	for _, re := range fieldTexts {
		if found := re.FindStringSubmatch(message); found != nil {
			return fieldList(found[1])
		}
	}
	if strings.Contains(strings.ToLower(message), "business_management") {
		return slices.Clone(needsBusiness)
	}
	return nil
}

func fieldList(list string) (names []string) {
	for _, n := range strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune(`,"'[] `, r) }) {
		if fieldName.MatchString(n) && !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return names
}

var fieldName = regexp.MustCompile(`^\w[\w.:]*$`)
