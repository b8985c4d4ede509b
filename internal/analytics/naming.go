package analytics

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// NamingRule splits the names of campaigns, ad sets or ads into parts, which become
// dimensions.
type NamingRule struct {
	Level     NamedLevel   `json:"level" enum:"campaign,ad_set,ad" doc:"Whose names are split"`
	Title     string       `json:"title" pattern:"\\S" maxLength:"200" doc:"Title for people"`
	Kind      SplitKind    `json:"kind" enum:"delimiter,regex" doc:"How a name is split"`
	Delimiter string       `json:"delimiter,omitempty" maxLength:"20" example:"_" doc:"Text between two parts, for the kind delimiter"`
	Pattern   string       `json:"pattern,omitempty" maxLength:"1000" example:"^(?P<country>[A-Z]{2})_" doc:"Regular expression (RE2) that must match somewhere in the name, for the kind regex"`
	Parts     []NamingPart `json:"parts" nullable:"false" minItems:"1" maxItems:"30" doc:"Parts that become dimensions"`
}

// NamingPart is a part of a name that becomes a dimension.
type NamingPart struct {
	Index     int    `json:"index,omitempty" minimum:"0" maximum:"100" doc:"Number of the part, from 1; for a regular expression the number of the group"`
	Group     string `json:"group,omitempty" maxLength:"60" doc:"Name of the group of the regular expression, instead of a number"`
	Dimension string `json:"dimension" pattern:"^[a-z][a-z0-9_]{0,59}$" doc:"Name of the dimension"`
}

// NamedLevel is the kind of object whose names a rule splits.
type NamedLevel string

// The levels.
const (
	CampaignNames NamedLevel = "campaign"
	AdSetNames    NamedLevel = "ad_set"
	AdNames       NamedLevel = "ad"
)

// SplitKind is a way to split a name.
type SplitKind string

// The ways to split a name.
const (
	ByDelimiter SplitKind = "delimiter"
	ByRegex     SplitKind = "regex"
)

// Check returns what is wrong with the rule. Names of dimensions in taken are in use.
func (r NamingRule) Check(taken []string) (all []SpecProblem) {
	add := func(field, format string, a ...any) {
		all = append(all, SpecProblem{field, fmt.Sprintf(format, a...)})
	}
	groups, problem := r.groups()
	if problem != nil {
		all = append(all, *problem)
	}
	if len(r.Parts) == 0 {
		add("parts", "The rule needs a part that becomes a dimension")
	}
	seen := map[string]bool{}
	for i, p := range r.Parts {
		at := fmt.Sprintf("parts[%d]", i)
		switch {
		case p.Group != "" && (r.Kind != ByRegex || p.Index != 0):
			add(at+".group", "Give a part either a number, or the name of a group of the regular expression")
		case problem == nil && p.Group != "" && !slices.Contains(groups, p.Group):
			add(at+".group", "The regular expression has no group with the name %q", p.Group)
		case p.Group == "" && p.Index < 1:
			add(at+".index", "Parts are counted from 1")
		case problem == nil && r.Kind == ByRegex && p.Group == "" && p.Index >= len(groups):
			add(at+".index", "The regular expression has %d groups", len(groups)-1)
		}
		if seen[p.Dimension] {
			add(at+".dimension", "Two parts have the dimension %q", p.Dimension)
		} else if slices.Contains(taken, p.Dimension) {
			add(at+".dimension", "There is a dimension %q already; choose another name", p.Dimension)
		}
		seen[p.Dimension] = true
	}
	return all
}

// groups returns the names of the pattern's groups by number, and what is wrong with how
// the rule splits.
func (r NamingRule) groups() ([]string, *SpecProblem) {
	switch {
	case r.Kind == ByDelimiter && r.Delimiter == "":
		return nil, &SpecProblem{"delimiter", "The kind delimiter needs a delimiter"}
	case r.Kind == ByDelimiter:
		return nil, nil
	case r.Kind != ByRegex:
		return nil, &SpecProblem{"kind", fmt.Sprintf("There is no kind %q; use delimiter or regex", r.Kind)}
	case r.Pattern == "":
		return nil, &SpecProblem{"pattern", "The kind regex needs a pattern"}
	}
	expression, err := regexp.Compile(r.Pattern)
	if err != nil {
		return nil, &SpecProblem{"pattern", "The regular expression is invalid: " + strings.TrimPrefix(err.Error(), "error parsing regexp: ")}
	}
	return expression.SubexpNames(), nil
}

// Splitter splits names by a rule. It is safe for concurrent use.
type Splitter struct {
	rule       NamingRule
	expression *regexp.Regexp // nil for a delimiter
}

// NewSplitter prepares a rule that Check found nothing wrong with.
func NewSplitter(r NamingRule) (*Splitter, error) {
	if all := r.Check(nil); len(all) > 0 {
		return nil, fmt.Errorf("the naming rule %q: %s: %s", r.Title, all[0].Field, all[0].Message)
	}
	s := &Splitter{rule: r}
	if r.Kind == ByRegex {
		s.expression = regexp.MustCompile(r.Pattern)
	}
	return s, nil
}

// Parse returns the parts of a name by dimension. It fails if any part is missing or empty:
// a name that follows the rule in part only was probably mistyped.
func (s *Splitter) Parse(name string) (map[string]string, bool) {
	pieces := s.pieces(name)
	parts := make(map[string]string, len(s.rule.Parts))
	for _, p := range s.rule.Parts {
		value := strings.Trim(pieces[p.key()], blanks)
		if value == "" {
			return nil, false
		}
		parts[p.Dimension] = value
	}
	return parts, true
}

// key names a part: the name of its group, or its number.
func (p NamingPart) key() string {
	if p.Group != "" {
		return p.Group
	}
	return strconv.Itoa(p.Index)
}

// pieces returns the pieces of a name by number, and by the name of the group.
func (s *Splitter) pieces(name string) map[string]string {
	pieces := map[string]string{}
	if s.expression == nil {
		for i, piece := range strings.Split(name, s.rule.Delimiter) {
			pieces[strconv.Itoa(i+1)] = piece
		}
		return pieces
	}
	names := s.expression.SubexpNames()
	for i, piece := range s.expression.FindStringSubmatch(name) {
		pieces[strconv.Itoa(i)] = piece
		if names[i] != "" {
			pieces[names[i]] = piece
		}
	}
	return pieces
}

// ParseName splits a name by a rule; see Splitter.
func ParseName(r NamingRule, name string) (map[string]string, bool) {
	s, err := NewSplitter(r)
	if err != nil {
		return nil, false
	}
	return s.Parse(name)
}
