package facebookads

import (
	"regexp"
	"slices"
	"strings"
)

// How Meta names the fields that sank a request.
var fieldTexts = []*regexp.Regexp{
	regexp.MustCompile(`^(?:\(#\d+\) )?(.+?) (?:is|are) not valid for fields param`),   // err_100_object_fields_in_insights
	regexp.MustCompile(`nonexisting (?:summary )?field \(([^)]*)\)`),                   // err_100_nonexisting_field_date_start
	regexp.MustCompile(`Cannot include \[?(.+?)\]? in summary param`),                  // META_API.md §4.4 (f)
	regexp.MustCompile(`^(?:\(#\d+\) )?(\w+) field is deprecated`),                     // PEERS.md §3.4 (12)
	regexp.MustCompile(`(?i)\bfields?:? [\["'(]+([a-z][\w.]*(?:["', ]+[a-z][\w.]*)*)`), // "for field 'owner'"
	regexp.MustCompile(`\b(funding_source(?:_details)?)\b`),
}

// needsBusiness are the fields of an ad account that want business_management;
// Meta names the permission and not the field (META_API.md §2.2 and §7.8).
var needsBusiness = []string{"business", "owner"}

// namedFields are the fields that a message names, in its order.
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
