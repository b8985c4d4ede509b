package analytics

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Unparsed is the member for names that a naming rule cannot split.
const Unparsed = "(unparsed)"

// namedModels are the models whose names rules split.
var namedModels = map[NamedLevel]string{CampaignNames: "campaigns", AdSetNames: "ad_sets", AdNames: "ads"}

// NamingFile returns definitions in which the parts of naming rules are dimensions: the
// models of campaigns, ad sets and ads get a column for each part, computed from the name.
// base are the files that define these models.
func NamingFile(rules []NamingRule, base ...File) (File, error) {
	out := File{Name: "naming rules", Own: true}
	if len(rules) == 0 {
		return out, nil
	}
	d, err := Load(base...)
	if err != nil {
		return out, err
	}
	var models []map[string]any
	for _, level := range []NamedLevel{CampaignNames, AdSetNames, AdNames} {
		of := slices.DeleteFunc(slices.Clone(rules), func(r NamingRule) bool { return r.Level != level })
		if m := d.Models[namedModels[level]]; len(of) > 0 && m != nil {
			models = append(models, namedModel(m, of))
		}
	}
	out.Text, err = yaml.Marshal(map[string]any{"models": models})
	return out, err
}

// namedModel is a model with the parts of its names as columns.
func namedModel(m *Model, rules []NamingRule) map[string]any {
	columns, parts := modelColumns(m), []string{"named.*"}
	for i, r := range rules {
		for _, p := range r.Parts {
			columns = append(columns, map[string]any{"name": p.Dimension, "dimension": map[string]any{"type": "categorical"},
				"config": map[string]any{"meta": map[string]any{"rule": fmt.Sprint(i + 1)}}})
			parts = append(parts, r.partSQL(p, "named."+quote(m.Names))+" AS "+quote(p.Dimension))
		}
	}
	meta := map[string]any{"title": m.Title, "key": m.Key,
		"sql": "SELECT " + strings.Join(parts, ", ") + " FROM " + quoteTable(m) + " named"}
	if len(m.Where) > 0 {
		meta["where"] = conditionsOf(m.Where)
	}
	return map[string]any{"name": m.Name, "description": m.Description, "semantic_model": true, "config": map[string]any{"meta": meta}, "columns": columns}
}

// modelColumns writes the columns of a model as they stand in a file.
func modelColumns(m *Model) (all []map[string]any) {
	all = append(all, map[string]any{"name": m.PrimaryColumn, "entity": map[string]any{"type": "primary", "name": m.Primary}, "config": map[string]any{"meta": map[string]any{"names": m.Names}}})
	for _, c := range m.Columns {
		column := map[string]any{"name": c.Name, "config": map[string]any{"meta": map[string]any{"title": c.Title}}}
		switch {
		case c.Name == m.PrimaryColumn:
			continue
		case c.Entity != "":
			column["entity"] = map[string]any{"type": "foreign", "name": c.Entity}
		case c.Dimension:
			column["dimension"] = map[string]any{"type": "categorical"}
		}
		all = append(all, column)
	}
	return all
}

func conditionsOf(all []Condition) (out []map[string]any) {
	for _, c := range all {
		one := map[string]any{"column": c.Column}
		switch {
		case c.IsTrue || c.Not:
			one["is"] = c.IsTrue
		case c.Set != "":
			one["not_in_setting"] = c.Set
		case c.In != nil:
			one["in"] = c.In
		default:
			one["not_in"] = c.NotIn
		}
		out = append(out, one)
	}
	return out
}

// partSQL is the SQL of a part of a name, which is Unparsed unless the rule splits the
// whole name: the same rule as Splitter.
func (r NamingRule) partSQL(p NamingPart, name string) string {
	whole := make([]string, len(r.Parts))
	for i, other := range r.Parts {
		whole[i] = r.pieceSQL(other, name) + " <> ''"
	}
	return fmt.Sprintf("CASE WHEN %s THEN %s ELSE '%s' END", strings.Join(whole, " AND "), r.pieceSQL(p, name), Unparsed)
}

// pieceSQL is the SQL of one piece; empty if the name has none. DuckDB's regular
// expressions are RE2, as Go's.
func (r NamingRule) pieceSQL(p NamingPart, name string) string {
	piece := fmt.Sprintf("split_part(%s, %s, %d)", name, literal(r.Delimiter), p.Index)
	if r.Kind == ByRegex {
		piece = fmt.Sprintf("regexp_extract(%s, %s, %d)", name, literal(canonical(r.Pattern)), r.group(p))
	}
	return "trim(" + piece + ", " + literal(blanks) + ")"
}

// blanks are the characters around a piece that do not belong to it.
const blanks = " \t\n\v\f\r\u0085\u00a0"

// group is the number of the group that a part takes.
func (r NamingRule) group(p NamingPart) int {
	if p.Group == "" {
		return p.Index
	}
	names, _ := r.groups()
	return slices.Index(names, p.Group)
}

// canonical writes a regular expression in the form that every RE2 reads: only newer ones
// know (?<name>re).
func canonical(pattern string) string {
	parsed, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return pattern // Check refuses it
	}
	return parsed.String()
}

// literal quotes a text for SQL.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }
