package analytics_test

import (
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"adtally/internal/analytics"
)

func byDelimiter(delimiter string, parts ...analytics.NamingPart) analytics.NamingRule {
	return analytics.NamingRule{Level: analytics.CampaignNames, Title: "Rule", Kind: analytics.ByDelimiter, Delimiter: delimiter, Parts: parts}
}

func byRegex(pattern string, parts ...analytics.NamingPart) analytics.NamingRule {
	return analytics.NamingRule{Level: analytics.CampaignNames, Title: "Rule", Kind: analytics.ByRegex, Pattern: pattern, Parts: parts}
}

func TestParseName_SplitsWholeNamesOnly(t *testing.T) {
	t.Parallel()
	two := byDelimiter("_", analytics.NamingPart{Index: 1, Dimension: "country"}, analytics.NamingPart{Index: 3, Dimension: "goal"})
	words := byRegex(`^(?P<country>[A-Z]{2})\W+(\p{L}+)`, analytics.NamingPart{Group: "country", Dimension: "country"}, analytics.NamingPart{Index: 2, Dimension: "goal"})
	for _, c := range []struct {
		rule analytics.NamingRule
		name string
		want map[string]string // nil = it cannot be split
	}{
		{two, "DE_search_sales", map[string]string{"country": "DE", "goal": "sales"}},
		{two, " DE _x_ sales _more", map[string]string{"country": "DE", "goal": "sales"}},
		{two, "DE_search", nil},
		{two, "DE__", nil},
		{two, "_search_sales", nil},
		{two, "", nil},
		{byDelimiter(" | ", analytics.NamingPart{Index: 2, Dimension: "goal"}), "DE | Verkäufe", map[string]string{"goal": "Verkäufe"}},
		{words, "DE – Verkäufe 2026", map[string]string{"country": "DE", "goal": "Verkäufe"}},
		{words, "de – Verkäufe", nil},
		{words, "Sommer", nil},
		{byRegex(`(a)?b`, analytics.NamingPart{Index: 1, Dimension: "a"}), "b", nil},
	} {
		got, ok := analytics.ParseName(c.rule, c.name)
		if ok != (c.want != nil) || !maps.Equal(got, c.want) {
			t.Errorf("%q: %v %t, want %v", c.name, got, ok, c.want)
		}
	}
}

func TestNamingRule_CheckNamesTheField(t *testing.T) {
	t.Parallel()
	part := analytics.NamingPart{Index: 1, Dimension: "market"}
	for name, c := range map[string]struct {
		rule  analytics.NamingRule
		field string
		want  string
	}{
		"no delimiter":     {byDelimiter("", part), "delimiter", "needs a delimiter"},
		"no pattern":       {byRegex("", part), "pattern", "needs a pattern"},
		"broken":           {byRegex("(", part), "pattern", "missing closing )"},
		"not RE2":          {byRegex(`(?=a)`, part), "pattern", "invalid or unsupported Perl syntax"},
		"no parts":         {byDelimiter("_"), "parts", "needs a part"},
		"part 0":           {byDelimiter("_", analytics.NamingPart{Dimension: "market"}), "parts[0].index", "counted from 1"},
		"group of text":    {byDelimiter("_", analytics.NamingPart{Group: "a", Dimension: "market"}), "parts[0].group", "either a number"},
		"number and group": {byRegex("(?P<a>x)", analytics.NamingPart{Index: 1, Group: "a", Dimension: "market"}), "parts[0].group", "either a number"},
		"unknown group":    {byRegex("(?P<a>x)", analytics.NamingPart{Group: "b", Dimension: "market"}), "parts[0].group", `no group with the name "b"`},
		"group 2 of 1":     {byRegex("(x)", analytics.NamingPart{Index: 2, Dimension: "market"}), "parts[0].index", "has 1 groups"},
		"twice":            {byDelimiter("_", part, analytics.NamingPart{Index: 2, Dimension: "market"}), "parts[1].dimension", "Two parts"},
		"taken":            {byDelimiter("_", analytics.NamingPart{Index: 1, Dimension: "channel"}), "parts[0].dimension", "There is a dimension"},
		"unknown kind":     {analytics.NamingRule{Kind: "words", Parts: []analytics.NamingPart{part}}, "kind", "use delimiter or regex"},
	} {
		got := c.rule.Check([]string{"channel"})
		if len(got) != 1 || got[0].Field != c.field || !strings.Contains(got[0].Message, c.want) {
			t.Errorf("%s: %+v", name, got)
		}
		if _, ok := analytics.ParseName(c.rule, "x_y"); ok && name != "taken" {
			t.Errorf("%s: the rule splits names", name)
		}
	}
	if got := byDelimiter("_", part).Check(nil); len(got) > 0 {
		t.Errorf("a good rule: %+v", got)
	}
}

// A name that was put together from its parts is split into the same parts.
func TestParseName_UndoesJoin(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		delimiter := rapid.SampledFrom([]string{"_", " | ", "--", "·"}).Draw(t, "delimiter")
		pieces := rapid.SliceOfN(rapid.StringMatching(`[a-zA-Z0-9äß]{1,8}`), 1, 6).Draw(t, "pieces")
		want, rule := map[string]string{}, byDelimiter(delimiter)
		for i, piece := range pieces {
			dimension := "d" + strings.Repeat("x", i)
			rule.Parts = append(rule.Parts, analytics.NamingPart{Index: i + 1, Dimension: dimension})
			want[dimension] = piece
		}
		name := strings.Join(pieces, delimiter)
		got, ok := analytics.ParseName(rule, name)
		if !ok || !maps.Equal(got, want) {
			t.Fatalf("%q: %v %t, want %v", name, got, ok, want)
		}
		rule.Parts = append(rule.Parts, analytics.NamingPart{Index: len(pieces) + 1, Dimension: "more"})
		if _, ok := analytics.ParseName(rule, name); ok {
			t.Fatalf("%q has no part %d", name, len(pieces)+1)
		}
	})
}

// No rule and no name makes the splitter panic, and every part that it returns is a piece
// of the name.
func FuzzParseName(f *testing.F) {
	f.Add("_", "", "DE_search_sales", 2)
	f.Add("", `^(?P<a>\w+)-(\d+)`, "de-7", 1)
	f.Fuzz(func(t *testing.T, delimiter, pattern, name string, index int) {
		rule := byDelimiter(delimiter, analytics.NamingPart{Index: index, Dimension: "d"})
		if delimiter == "" {
			rule = byRegex(pattern, analytics.NamingPart{Index: index, Dimension: "d"})
		}
		parts, ok := analytics.ParseName(rule, name)
		if ok && (len(parts) != 1 || !strings.Contains(name, parts["d"])) {
			t.Errorf("%q by %+v: %v", name, rule, parts)
		}
	})
}
