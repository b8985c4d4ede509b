package advertiser

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// field adds a cell to an object's fields, converted to the type that Graph uses: IDs,
// money and times stay strings. Cells that belong to a nested object are put into it.
func (l line) field(fields map[string]any, column string) error {
	if column == "" || l.text(column) == "" {
		return nil
	}
	value, err := l.typed(column)
	if err != nil {
		return err
	}
	switch key, learning := strings.CutPrefix(column, "learning_stage_info_"); {
	case learning:
		inner, _ := fields["learning_stage_info"].(map[string]any)
		if inner == nil {
			inner = map[string]any{}
		}
		inner[key], fields["learning_stage_info"] = value, inner
	case column == "creative_id":
		fields["creative"] = map[string]any{"id": value}
	default:
		fields[column] = value
	}
	return nil
}

func (l line) typed(column string) (any, error) {
	cell := l.text(column)
	switch column {
	case "lifetime_imps", "bid_amount", "learning_stage_info_conversions", "learning_stage_info_last_sig_edit_ts":
		return l.whole(column)
	case "default_conversion_value":
		return l.figure(column)
	case "campaign_id", "adset_id", "creative_id":
		return l.id(column)
	}
	switch {
	case isFlag(column):
		b, err := strconv.ParseBool(cell)
		if err != nil {
			return nil, l.wrong(column, "True or False")
		}
		return b, nil
	case isNested(column):
		var value any
		decoder := json.NewDecoder(strings.NewReader(cell))
		decoder.UseNumber()
		if err := decoder.Decode(&value); err != nil || decoder.More() {
			return nil, l.wrong(column, "JSON")
		}
		return asGraph(value), nil
	}
	return cell, nil
}

// figure parses a number: an int64 if it is whole, otherwise a float64.
func (l line) figure(column string) (any, error) {
	if n, err := l.whole(column); err == nil {
		return n, nil
	}
	n, err := strconv.ParseFloat(l.text(column), 64)
	if err != nil || n-n != 0 { // infinity and NaN: JSON has neither
		return nil, l.wrong(column, "a number")
	}
	return n, nil
}

func isFlag(column string) bool {
	return column == "budget_rebalance_flag" || column == "use_new_app_click" ||
		column == "recurring_budget_semantics" || strings.HasPrefix(column, "is_") ||
		strings.HasPrefix(column, "can_") || strings.HasPrefix(column, "has_")
}

func isNested(column string) bool {
	return slices.Contains([]string{
		"adlabels", "attribution_spec", "bid_constraints", "creative", "issues_info", "learning_stage_info",
		"learning_stage_info_attribution_windows", "pacing_type", "promoted_object", "recommendations",
		"special_ad_categories", "special_ad_category_country", "targeting", "tracking_specs",
	}, column)
}
