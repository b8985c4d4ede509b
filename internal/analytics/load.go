package analytics

import (
	"embed"
	"errors"
	"fmt"
	"slices"
	"strings"

	"adtally"
)

//go:embed definitions/*.yaml
var builtIn embed.FS

// File is a file of definitions.
type File struct {
	Name string
	Text []byte
	Own  bool // written by people, not built in
}

// BuiltIn returns the definitions that come with Adtally.
func BuiltIn() []File {
	var all []File
	entries, err := builtIn.ReadDir("definitions")
	if err != nil {
		panic(err) // the files are part of the program
	}
	for _, e := range entries {
		text, err := builtIn.ReadFile("definitions/" + e.Name())
		if err != nil {
			panic(err)
		}
		all = append(all, File{Name: e.Name(), Text: text})
	}
	return all
}

// Load reads files of definitions. A metric or model of a later file replaces one of the
// same name. The error joins one Problem for each mistake.
func Load(files ...File) (*Definitions, error) {
	d := &Definitions{Models: map[string]*Model{}, Metrics: map[string]*Metric{}}
	var problems []error
	for _, f := range files {
		doc, err := decode(f)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		problems = append(problems, d.add(f, doc)...)
	}
	if len(problems) == 0 {
		d.restrictUnparsed()
		problems = d.check()
	}
	return d, errors.Join(problems...)
}

// Standard returns the definitions that come with Adtally.
func Standard() *Definitions {
	d, err := Load(BuiltIn()...)
	if err != nil {
		panic(err) // the files are part of the program
	}
	return d
}

func (d *Definitions) add(f File, doc document) (problems []error) {
	var seen []string
	take := func(m yamlMetric, model string) {
		if m.Name == "" || slices.Contains(seen, m.Name) {
			problems = append(problems, Problem{f.Name, m.line, fmt.Sprintf("the metric %q has no name or is defined twice", m.Name)})
			return
		}
		seen = append(seen, m.Name)
		if err := m.kind(model != ""); err != nil {
			problems = append(problems, Problem{f.Name, m.line, err.Error()})
			return
		}
		if d.Metrics[m.Name] == nil {
			d.order = append(d.order, m.Name)
		}
		out := m.metric(model)
		out.Own, out.file = f.Own, f.Name
		d.Metrics[m.Name] = out
	}
	for _, m := range doc.Models {
		model, err := m.model()
		if err != nil {
			problems = append(problems, Problem{f.Name, 0, err.Error()})
			continue
		}
		model.Own, model.file = f.Own, f.Name
		d.Models[m.Name] = model
		for _, metric := range m.Metrics {
			take(metric, m.Name)
		}
	}
	for _, m := range doc.Metrics {
		take(m, "")
	}
	return problems
}

// kind refuses types that this layer does not have, by name.
func (m yamlMetric) kind(ofModel bool) error {
	switch m.Type {
	case "simple":
		if !ofModel {
			return fmt.Errorf("the simple metric %s must stand below its model", m.Name)
		}
		if !slices.Contains([]string{"sum", "count", "count_distinct", "average", "min", "max"}, m.Agg) {
			return fmt.Errorf("the metric %s has the aggregation %q; it can be sum, count, count_distinct, average, min or max", m.Name, m.Agg)
		}
	case "ratio":
		if m.Numerator == "" || m.Denominator == "" {
			return fmt.Errorf("the ratio %s needs a numerator and a denominator", m.Name)
		}
	case "derived", "special":
	case "cumulative", "conversion", "percentile":
		return fmt.Errorf("the metric %s is of type %s, which Adtally does not have; use simple, ratio or derived", m.Name, m.Type)
	default:
		return fmt.Errorf("the metric %s is of type %q; it can be simple, ratio or derived", m.Name, m.Type)
	}
	if !slices.Contains([]string{"", "money", "count", "ratio", "percent", "text"}, m.Config.Meta.Unit) {
		return fmt.Errorf("the metric %s has the unit %q; it can be money, count, ratio, percent or text", m.Name, m.Config.Meta.Unit)
	}
	return nil
}

func (y yamlModel) model() (*Model, error) {
	meta := y.Config.Meta
	m := &Model{Name: y.Name, Title: meta.Title, Description: y.Description, Table: meta.Table, SQL: meta.SQL, Key: meta.Key, Coverage: meta.Coverage,
		CoverageByAccount: meta.CoverageBy == "account", Finer: meta.Finer, Where: conditions(meta.Where), Requires: meta.Requires, Time: y.Time, Primary: y.PrimaryEntity, Absent: meta.Absent}
	if m.Name == "" || (m.Table == "") == (m.SQL == "") {
		return nil, fmt.Errorf("the model %q needs a name, and either config.meta.table or config.meta.sql", y.Name)
	}
	for _, c := range y.Columns {
		col := ModelColumn{Name: c.Name, Title: c.Config.Meta.Title, Expr: c.Config.Meta.Expr, Rule: c.Config.Meta.Rule, Zone: c.Config.Meta.Zone, Currency: c.Config.Meta.Role == "currency"}
		switch {
		case c.Entity != nil && c.Entity.Type == "primary":
			m.Primary, m.PrimaryColumn, m.Names = c.Entity.Name, c.Name, c.Config.Meta.Names
		case c.Entity != nil:
			col.Entity, col.Dimension = c.Entity.Name, !c.Config.Meta.Hidden
		case c.Dimension != nil && c.Dimension.Type == "time":
			col.Month = c.Granularity == "month"
			col.Time = true
		default:
			col.Dimension = c.Dimension != nil && !c.Config.Meta.Hidden
		}
		m.Columns = append(m.Columns, col)
	}
	return m, nil
}

// near returns a hint that names the most similar name.
func near(name string, of []string) string {
	if best := adtally.Nearest(name, of); len(best) > 0 {
		return fmt.Sprintf("Did you mean %s?", best[0])
	}
	return "There are: " + strings.Join(of, ", ") + "."
}
