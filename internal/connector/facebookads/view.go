package facebookads

import (
	"strings"

	"adtally/internal/table"
)

// Views returns the levels in one view for comparison, every report with its
// conversions, and the ads with their links.
func (r *reader) Views() (views []*table.View) {
	for _, s := range r.streams {
		for _, v := range []*table.View{s.wide(r.metrics), s.purchased(), s.labelled()} {
			if v != nil {
				views = append(views, v)
			}
		}
		if s.name == "basic_ad" && s.table.Name == s.name {
			views = append(views, byURL(s.table))
		}
		if v := s.full(r.metrics); v != nil {
			views = append(views, v)
		}
	}
	var parts []table.Part
	for _, s := range r.streams {
		if word, isBasic := strings.CutPrefix(s.table.Name, "basic_"); isBasic && isLevel(word) {
			parts = append(parts, table.Part{Of: s.table, Value: word})
		}
	}
	if len(parts) == 0 {
		return views
	}
	return append(views, &table.View{Name: "basic_all_level", Description: "Daily spend and performance at every synced level. Filter by one level: they overlap.",
		Union: &table.Union{Column: col("level", table.Text, table.Words, table.None, "The level of the row: account, campaign, ad_set or ad.").column, Parts: parts}})
}

func isLevel(word string) bool {
	for _, l := range levels {
		if l.name == word {
			return true
		}
	}
	return false
}

// byURL is the view of the ads' figures with the link of each ad's creative. Every row
// appears once, with the first of several links, so that sums stay correct.
func byURL(figures *table.Schema) *table.View {
	return &table.View{Name: figures.Name + "_url",
		Description: "Daily spend and performance of ads, with the link that a click leads to. Every row of " + figures.Name + " once: ads without a link are there, as " + noneGiven +
			". Meta fills in names as they were when an object was published; here they are those of the row, when Meta was asked. What is only known when an ad is shown, such as {{placement}}, stays.",
		Joined: &table.Joined{Of: figures, Shown: linkShown(), Marks: macros, Hops: toCreative()}}
}

// macros are the URL macros that Meta replaces and whose values we have
// (developers.facebook.com/docs/instagram/ads-api/guides/url-tags-for-tracking). Names
// come last, so that a name that looks like a macro is not replaced. Meta does not
// document how it encodes names; they are query-escaped here.
var macros = []table.Mark{
	{Text: "{{campaign.id}}", Column: "campaign_id"}, {Text: "{{adset.id}}", Column: "adset_id"}, {Text: "{{ad.id}}", Column: "ad_id"},
	{Text: "{{campaign.name}}", Column: "campaign_name"}, {Text: "{{adset.name}}", Column: "adset_name"}, {Text: "{{ad.name}}", Column: "ad_name"},
}
