package analytics

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// check parses the expressions and returns what is wrong, one Problem for each mistake.
func (d *Definitions) check() (problems []error) {
	for _, name := range d.order {
		m := d.Metrics[name]
		if err := d.checkMetric(m); err != nil {
			problems = append(problems, Problem{m.file, m.line, err.Error()})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	for _, name := range d.order {
		if path := d.cycle(name, nil); path != nil {
			m := d.Metrics[name]
			return append(problems, Problem{m.file, m.line, "the metric refers to itself: " + strings.Join(path, " → ")})
		}
	}
	return nil
}

func (d *Definitions) checkMetric(m *Metric) (err error) {
	for _, used := range m.Uses {
		if d.Metrics[used] == nil {
			return d.unknown(m.Name, used)
		}
	}
	switch {
	case m.Formula != "":
		return d.checkFormula(m)
	case m.Model == "":
		return nil // special
	}
	model := d.Models[m.Model]
	if m.row, err = parseExpr(m.Expr); err != nil && m.Agg != "count" {
		return fmt.Errorf("the metric %s: %w", m.Name, err)
	}
	if m.Unit == "money" && !d.hasCurrency(model) {
		return fmt.Errorf("the metric %s is money, but its model %s has no column with the role currency", m.Name, model.Name)
	}
	if model.Time == "" && m.Time == "" {
		return fmt.Errorf("the metric %s needs agg_time_dimension, or its model does", m.Name)
	}
	if _, _, ok := d.timeColumn(model, m.Time); !ok {
		return fmt.Errorf("the metric %s: the model %s has no time column %s", m.Name, model.Name, m.Time)
	}
	for _, f := range m.Only {
		if _, ok := d.find(model, f.Dimension); !ok {
			return fmt.Errorf("the metric %s: the model %s has no dimension %s", m.Name, model.Name, f.Dimension)
		}
	}
	for _, h := range m.Held {
		if h.Model != "" && d.Models[h.Model] == nil {
			return fmt.Errorf("the metric %s: there is no model %s", m.Name, h.Model)
		}
	}
	if m.With != "" && d.Models[m.With] == nil || m.ZeroOf != "" && d.Metrics[m.ZeroOf] == nil {
		return fmt.Errorf("the metric %s refers to a model or metric that does not exist: %s%s", m.Name, m.With, m.ZeroOf)
	}
	return nil
}

func (d *Definitions) checkFormula(m *Metric) (err error) {
	if m.calc, err = parseExpr(m.Formula); err != nil {
		return fmt.Errorf("the metric %s: %w", m.Name, err)
	}
	m.calc.names(func(name string) {
		if d.Metrics[name] == nil && err == nil {
			err = d.unknown(m.Name, name)
		}
	})
	return err
}

func (d *Definitions) unknown(in, name string) error {
	return fmt.Errorf("the metric %s uses %s, which does not exist. %s", in, name, near(name, d.order))
}

func (d *Definitions) hasCurrency(m *Model) bool {
	_, ok := d.find(m, "currency")
	return ok
}

// cycle returns the path from a metric back to itself; nil = there is none.
func (d *Definitions) cycle(name string, path []string) (found []string) {
	if i := slices.Index(path, name); i >= 0 {
		return append(slices.Clone(path[i:]), name)
	}
	m := d.Metrics[name]
	if m == nil || m.calc == nil {
		return nil
	}
	m.calc.names(func(part string) {
		if found == nil {
			found = d.cycle(part, append(slices.Clone(path), name))
		}
	})
	return found
}

// route leads from a model to a column, over these entities; of each, a row
// belongs to at most one of.
type route struct {
	entities []string
	owner    *Model
	column   ModelColumn
	absent   string // shown where there is no value
}

const none = "(none)"

// find returns the nearest column that is a dimension of a model's rows.
func (d *Definitions) find(m *Model, dimension string) (route, bool) {
	return d.search(m, func(c ModelColumn) bool {
		return c.Dimension && (c.Entity == dimension || c.Entity == "" && c.Name == dimension)
	})
}

// search looks for a column in a model, then in the models that its rows belong to, the
// nearest first.
func (d *Definitions) search(m *Model, fits func(ModelColumn) bool) (route, bool) {
	queue, seen := []route{{owner: m, absent: none}}, map[string]bool{m.Name: true}
	for len(queue) > 0 {
		at := queue[0]
		queue = queue[1:]
		for _, c := range at.owner.Columns {
			if fits(c) {
				at.column = c
				return at, true
			}
		}
		for _, c := range at.owner.Columns {
			next := d.byEntity(c.Entity)
			if next == nil || seen[next.Name] {
				continue
			}
			seen[next.Name] = true
			absent := at.absent
			if next.Absent != "" {
				absent = next.Absent
			}
			queue = append(queue, route{entities: append(slices.Clone(at.entities), c.Entity), owner: next, absent: absent})
		}
	}
	return route{}, false
}

// byEntity returns the model with an entity as its key; nil = none.
func (d *Definitions) byEntity(entity string) *Model {
	if entity == "" {
		return nil
	}
	for _, name := range d.modelNames() {
		if m := d.Models[name]; m.Primary == entity && m.PrimaryColumn != "" {
			return m
		}
	}
	return nil
}

// timeColumn returns the column of a metric's day. name is empty for the model's own, or
// entity__column as in dbt.
func (d *Definitions) timeColumn(m *Model, name string) (entities []string, c ModelColumn, ok bool) {
	if name == "" {
		name = m.Time
	}
	parts := strings.Split(name, "__")
	entities, name = parts[:len(parts)-1], parts[len(parts)-1]
	for _, e := range entities {
		if m = d.byEntity(e); m == nil {
			return nil, c, false
		}
	}
	i := slices.IndexFunc(m.Columns, func(c ModelColumn) bool { return c.Time && c.Name == name })
	if i < 0 {
		return nil, c, false
	}
	return entities, m.Columns[i], true
}

// dimensionNames returns the names of all dimensions, sorted.
func (d *Definitions) dimensionNames() []string {
	all := map[string]bool{}
	for _, m := range d.Models {
		for _, c := range m.Columns {
			if c.Dimension {
				name := c.Entity
				if name == "" {
					name = c.Name
				}
				all[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (d *Definitions) modelNames() []string { return slices.Sorted(maps.Keys(d.Models)) }
