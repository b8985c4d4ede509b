package graphsim

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"adtally/internal/graphsim/advertiser"
)

// condition is an element of the filtering parameter.
type condition struct {
	field, operator string
	values          []string
}

type conditions []condition

func parseFilter(text string) (conditions, *refusal) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	v, err := parseLoose(text)
	list, isList := v.([]any)
	if err != nil || !isList {
		return nil, badRequest("param filtering must be an array.")
	}
	var all conditions
	for i, element := range list {
		o, _ := element.(map[string]any)
		name, hasField := o["field"].(string)
		operator, hasOperator := o["operator"].(string)
		values, err := texts(o["value"])
		if !hasField || !hasOperator || err != nil {
			return nil, badRequest("filtering[%d] must be an object with field, operator and value.", i)
		}
		operator = strings.ToUpper(operator)
		if !slices.Contains(operators, operator) {
			return nil, badRequest("filtering[%d][operator] must be one of the following values: %s", i, strings.Join(operators, ", "))
		}
		all = append(all, condition{name, operator, values})
	}
	return all, nil
}

// operators are those that the simulator supports, of Meta's 26.
var operators = []string{"EQUAL", "NOT_EQUAL", "GREATER_THAN", "GREATER_THAN_OR_EQUAL", "LESS_THAN", "LESS_THAN_OR_EQUAL",
	"IN_RANGE", "NOT_IN_RANGE", "CONTAIN", "NOT_CONTAIN", "CONTAINS_ANY", "IN", "NOT_IN", "STARTS_WITH", "ENDS_WITH", "AFTER", "BEFORE"}

// owner splits a name such as campaign.effective_status into the kind of object and its field.
func (c condition) owner() (kind, string, bool) {
	word, name, isDotted := strings.Cut(c.field, ".")
	if !isDotted {
		return kind{}, c.field, true
	}
	for _, k := range objectKinds {
		if k.word == word && k.level != "" {
			return k, name, true
		}
	}
	return kind{}, name, false
}

// speaksOfStatus reports whether the condition is about a status.
func (c condition) speaksOfStatus() bool {
	_, name, _ := c.owner()
	return name == "effective_status" || name == "delivery_info"
}

// finest returns the lowest level in the conditions.
func (all conditions) finest() advertiser.Level {
	finest := advertiser.LevelAccount
	for _, c := range all {
		owner, name, _ := c.owner()
		if !isMetric(name) && !c.allowsAll(owner) && depth(owner.level) > depth(finest) {
			finest = owner.level
		}
	}
	return finest
}

func (all conditions) speakOfStatus() bool {
	return slices.ContainsFunc(all, condition.speaksOfStatus)
}

// check rejects conditions on fields that no object of the kind has.
func (all conditions) check(k kind) *refusal {
	for _, c := range all {
		owner, name, isKnown := c.owner()
		if owner.word == "" {
			owner = k
		}
		parent := owner.word == k.word || known[k.spec][owner.word+"_id"]
		if !isKnown || !parent || !known[owner.spec][name] && name != "delivery_info" {
			return badRequest("Filtering field '%s' with operation '%s' is not supported", c.field, strings.ToLower(c.operator))
		}
		if owner.word != k.word && name != "id" {
			return unserved("a filter by " + c.field + " on " + k.word + "s")
		}
	}
	return nil
}

// match reports whether an object meets all conditions. A condition on a parent's ID uses
// campaign_id or adset_id.
func (all conditions) match(k kind, o advertiser.Object) bool {
	for _, c := range all {
		owner, name, _ := c.owner()
		if owner.word != "" && owner.word != k.word {
			name = owner.word + "_id"
		}
		if !c.holds(textOf(o, name)) {
			return false
		}
	}
	return true
}

// textOf returns a field as filters see it: times as Unix seconds.
func textOf(o advertiser.Object, name string) string {
	switch name {
	case "id":
		return o.ID
	case "delivery_info":
		status, _ := o.Fields["effective_status"].(string)
		return strings.ToLower(status)
	}
	v, isThere := o.Fields[name]
	if !isThere {
		return ""
	}
	text := fmt.Sprint(v)
	if strings.HasSuffix(name, "_time") {
		if t, err := time.Parse(graphTime, text); err == nil {
			return strconv.FormatInt(t.Unix(), 10)
		}
	}
	return text
}

// holds compares a value with the condition, as numbers if both are numbers.
func (c condition) holds(value string) bool {
	first := ""
	if len(c.values) > 0 {
		first = c.values[0]
	}
	switch c.operator {
	case "EQUAL":
		return compare(value, first) == 0
	case "NOT_EQUAL":
		return compare(value, first) != 0
	case "GREATER_THAN", "AFTER":
		return compare(value, first) > 0
	case "GREATER_THAN_OR_EQUAL":
		return compare(value, first) >= 0
	case "LESS_THAN", "BEFORE":
		return compare(value, first) < 0
	case "LESS_THAN_OR_EQUAL":
		return compare(value, first) <= 0
	case "IN_RANGE", "NOT_IN_RANGE":
		within := len(c.values) == 2 && compare(value, first) >= 0 && compare(value, c.values[1]) <= 0
		return within == (c.operator == "IN_RANGE")
	case "IN":
		return slices.Contains(c.values, value)
	case "NOT_IN":
		return !slices.Contains(c.values, value)
	}
	return c.holdsText(strings.ToLower(value), strings.ToLower(first))
}

func (c condition) holdsText(value, first string) bool {
	switch c.operator {
	case "CONTAIN":
		return strings.Contains(value, first)
	case "NOT_CONTAIN":
		return !strings.Contains(value, first)
	case "STARTS_WITH":
		return strings.HasPrefix(value, first)
	case "ENDS_WITH":
		return strings.HasSuffix(value, first)
	case "CONTAINS_ANY":
		return slices.ContainsFunc(c.values, func(v string) bool { return strings.Contains(value, strings.ToLower(v)) })
	}
	return false
}

func compare(a, b string) int {
	x, errA := strconv.ParseFloat(a, 64)
	y, errB := strconv.ParseFloat(b, 64)
	if errA != nil || errB != nil || len(a) > 15 || len(b) > 15 { // IDs do not fit into the 53 bits of a float
		return strings.Compare(a, b)
	}
	switch {
	case x < y:
		return -1
	case x > y:
		return 1
	}
	return 0
}
