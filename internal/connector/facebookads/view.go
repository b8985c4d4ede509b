package facebookads

import (
	"strings"

	"adtally/internal/table"
)

// Views are the levels in one, for who compares them, and every report with its
// conversions.
func (r *reader) Views() (views []*table.View) {
	for _, s := range r.streams {
		if v := s.wide(); v != nil {
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
	return append(views, &table.View{Name: "basic_all_level", Description: "Daily spend and performance at every level that is synced. Take one level: they overlap.",
		Union: &table.Union{Column: col("level", table.Text, table.Words, table.None, "The level of the row: account, campaign, ad_set or ad.").column, Parts: parts}})
}

func isLevel(word string) bool {
	for _, l := range levels {
		if l.word == word {
			return true
		}
	}
	return false
}
