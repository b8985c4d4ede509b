package facebookads

import (
	"slices"

	"adtally/internal/table"
)

// full is the view of a level with everything that analysts put side by side: the
// figures, the conversions and, for ads, the creative, its picture, its link and its
// tags. All column names are distinct. It is nil for other reports.
func (s *stream) full(own []metric) *table.View {
	wide := s.wide(own)
	if wide == nil || s.custom || !s.totals && s.table.Name != totalTable {
		return nil
	}
	v := &table.View{Name: s.table.Name + "_full", Description: wide.Description}
	hops, shown := s.object()
	if hops == nil {
		v.Wide = wide.Wide
		return v
	}
	v.Joined = &table.Joined{Of: s.table, Wide: wide.Wide, Hops: hops, Shown: shown}
	if s.level == "ad" {
		v.Joined.Marks = macros
		v.Description += " With the creative that the ad shows now: its picture, and where a click leads."
	}
	return v
}

// object returns the joins from a level's figures to its objects, and the columns to
// show.
func (s *stream) object() ([]table.Hop, []table.Shown) {
	now := func(name, from, text string) table.Shown {
		return table.Shown{Column: words(name, text+" Current value; NULL if unknown.").column, From: from}
	}
	switch s.level {
	case "campaign":
		return []table.Hop{{Column: "campaign_id", To: campaigns().table}}, []table.Shown{
			now("campaign_objective", "objective", "What the campaign is for."), now("campaign_effective_status", "effective_status", "Whether the campaign can run.")}
	case "adset":
		return []table.Hop{{Column: "adset_id", To: adSets().table}}, []table.Shown{
			now("adset_optimization_goal", "optimization_goal", "The goal that delivery is optimised for."), now("adset_destination_type", "destination_type", "Where a click leads."),
			now("adset_effective_status", "effective_status", "Whether the ad set can run.")}
	case "ad":
		return toCreative(), slices.Concat(linkShown(), []table.Shown{
			now("creative_name", "name", "The creative's name."), now("creative_title", "title", "Its headline."), now("creative_body", "body", "Its text."),
			now("creative_object_type", "object_type", "What it shows: SHARE, VIDEO, …"), now("creative_call_to_action", "call_to_action_type", "Its button."),
			now("creative_image_url", "image_url", "Its picture. The link expires; the media download keeps the picture itself."),
			now("creative_thumbnail_url", "thumbnail_url", "A small picture; the link expires.")})
	}
	return nil, nil
}

// toCreative joins the figures of ads to the ad's creative.
func toCreative() []table.Hop {
	return []table.Hop{{Column: "ad_id", To: ads().table}, {Column: "creative_id", To: adCreatives().table}}
}

// linkShown lists the columns about a creative's link.
func linkShown() []table.Shown {
	shown := []table.Shown{{Column: id("creative_id", "The creative that the ad shows now; NULL if unknown.").column, From: "id"}}
	show := func(name, text string, encoded bool) {
		column := words(name, text+" "+noneGiven+" if there is none.").column
		shown = append(shown, table.Shown{Column: column, From: name, Encoded: encoded, Absent: noneGiven})
	}
	show("destination_url", "Where a click leads: the first link of the creative that the ad shows now, with its tags, macros filled in.", true)
	show("destination_host", "Host of destination_url, in lower case.", true)
	show("destination_path", "Path of destination_url, without its query.", true)
	for _, name := range utmNames {
		show(name, "From destination_url, or from the creative's url_tags if it has no link; decoded.", false)
	}
	return shown
}
