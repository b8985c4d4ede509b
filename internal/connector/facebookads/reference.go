package facebookads

import (
	"maps"
	"slices"

	"adtally/internal/table"
)

// owners are the objects that rows refer to: the column, the object's table, and the
// columns that the row may have of the object.
var owners = []table.Reference{
	{Column: "campaign_id", Table: "campaigns", Key: "id", Fill: map[string]string{"name": "campaign_name"}},
	{Column: "adset_id", Table: "ad_sets", Key: "id", Fill: map[string]string{"name": "adset_name", "campaign_id": "campaign_id"}},
	{Column: "ad_id", Table: "ads", Key: "id", Fill: map[string]string{"name": "ad_name", "campaign_id": "campaign_id", "adset_id": "adset_id"}},
	{Column: "creative_id", Table: "ad_creatives", Key: "id"},
	{Column: "custom_conversion_id", Table: "custom_conversions", Key: "id"},
}

// references returns the references of a table with these columns.
func references(cols []table.Column) (list []table.Reference) {
	has := func(name string) bool {
		return slices.ContainsFunc(cols, func(c table.Column) bool { return c.Name == name })
	}
	for _, r := range owners {
		if !has(r.Column) {
			continue
		}
		r.Fill = maps.Clone(r.Fill)
		maps.DeleteFunc(r.Fill, func(_, known string) bool { return !has(known) })
		list = append(list, r)
	}
	return list
}
