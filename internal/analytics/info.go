package analytics

import (
	"cmp"
	"context"
	"slices"
	"strings"
)

// Infos describes the metrics that people can ask for, in the order of the files.
func (d *Definitions) Infos() (all []MetricInfo) {
	for _, name := range d.order {
		if m := d.Metrics[name]; !m.Hidden {
			all = append(all, d.info(m))
		}
	}
	return all
}

func (d *Definitions) info(m *Metric) MetricInfo {
	out := MetricInfo{Name: m.Name, Title: m.Title, Description: m.Description, Formula: d.formula(m), Caveat: m.Caveat,
		Unit: m.Unit, Decimals: m.Decimals, Better: m.Better, Own: m.Own, Claimed: d.claimed(m), Spend: d.ofSpend(m)}
	d.models(m, &out.Models)
	for _, dim := range d.dimensionNames() {
		everywhere := len(out.Models) > 0 && !slices.Contains(m.OnlyWhole, dim)
		for _, model := range out.Models {
			_, ok := d.find(d.Models[model], dim)
			if finer := d.Models[d.Models[model].Finer]; !ok && finer != nil && !m.None {
				_, ok = d.find(finer, dim)
			}
			everywhere = everywhere && ok
		}
		if everywhere {
			out.Dimensions = append(out.Dimensions, dim)
		}
	}
	return out
}

// claimed reports whether a metric uses what ad platforms claim.
func (d *Definitions) claimed(m *Metric) bool {
	claimed := m.Claimed
	if m.calc != nil {
		m.calc.names(func(part string) { claimed = claimed || d.claimed(d.Metrics[part]) })
	}
	return claimed
}

// models collects the models that a metric is computed from.
func (d *Definitions) models(m *Metric, all *[]string) {
	if m.Model != "" && !slices.Contains(*all, m.Model) {
		*all = append(*all, m.Model)
	}
	for _, used := range m.Uses {
		d.models(d.Metrics[used], all)
	}
	if m.calc != nil {
		m.calc.names(func(part string) { d.models(d.Metrics[part], all) })
	}
}

// formula writes how a metric is computed, in the words of its definition.
func (d *Definitions) formula(m *Metric) string {
	switch {
	case m.Formula != "":
		return m.Formula
	case m.Model == "":
		return strings.Join(m.Uses, ", ")
	}
	words := map[string]string{"sum": "sum", "count": "count", "count_distinct": "distinct count", "average": "average", "min": "smallest", "max": "largest"}
	return words[m.Agg] + " of " + m.Model + "." + m.Expr
}

// Dimensions describes the dimensions, by name.
func (d *Definitions) Dimensions() (all []DimensionInfo) {
	for _, name := range d.dimensionNames() {
		out := DimensionInfo{Name: name, Title: name}
		for _, model := range d.modelNames() {
			for _, c := range d.Models[model].Columns {
				if c.Dimension && (c.Entity == name || c.Entity == "" && c.Name == name) {
					out.Models = append(out.Models, model)
					if c.Title != "" {
						out.Title = c.Title
					}
				}
			}
		}
		all = append(all, out)
	}
	return all
}

// Members lists the values of a dimension whose ID or name contains the search text.
func (e *Engine) Members(ctx context.Context, db Queryer, dimension, search string, limit int) (all []Member, err error) {
	w := &writer{plan: &plan{defs: e.defs, settings: e.settings}}
	from := w.values(dimension, false)
	if from == "" {
		return nil, &Refusal{Code: "unknown_dimension", Message: "There is no dimension " + dimension, Hint: near(dimension, e.defs.dimensionNames())}
	}
	return e.members(ctx, db, w, dimension, from, search, limit)
}

// members reads the members that a SELECT of id and name finds. Of an account that one source
// has without its name, the name is that of another.
func (e *Engine) members(ctx context.Context, db Queryer, w *writer, dimension, from, search string, limit int) (all []Member, err error) {
	like := w.arg("%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(search) + "%")
	named := ""
	if ids := e.settings.found(dimension, search); search != "" && len(ids) > 0 {
		named = " OR id IN (" + w.list(ids) + ")"
	}
	most := w.arg(int64(limit))
	a := &asking{Engine: e, db: db, out: &Answer{}}
	rows, err := a.run(ctx, Statement{SQL: "SELECT id, COALESCE(MIN(name) FILTER (WHERE name <> id), id) FROM (" + from + ") x WHERE id IS NOT NULL AND (id ILIKE " + like + ` ESCAPE '\' OR name ILIKE ` + like +
		` ESCAPE '\'` + named + `) GROUP BY id ORDER BY 2, 1 LIMIT ` + most, Values: w.args})
	for _, r := range rows {
		all = append(all, Member{ID: r[0].value, Name: r[1].value})
	}
	return e.settings.titled(dimension, all), err
}

// values selects the values of a dimension as id and name: from the model that it is the key
// of, or else from every model that has it as a column. It is empty if there is none. Models
// without a dimension of the lock are left out if the values are locked.
func (w *writer) values(dimension string, locked bool) string {
	if m := w.defs.byEntity(dimension); m != nil {
		return w.rowsOf(m).keyed(m)
	}
	finer := map[string]bool{} // they have the values of the models that they refine
	for _, m := range w.defs.Models {
		finer[m.Finer] = true
	}
	var parts []string
	for _, model := range w.defs.modelNames() {
		m := w.defs.Models[model]
		i := slices.IndexFunc(m.Columns, func(c ModelColumn) bool { return c.Dimension && c.Entity == "" && c.Name == dimension })
		if i < 0 || finer[model] {
			continue
		}
		r := w.rowsOf(m)
		if locked && !r.lock() {
			continue
		}
		value := "CAST(m." + m.Columns[i].quoted() + " AS VARCHAR)"
		parts = append(parts, "SELECT DISTINCT "+value+" AS id, "+value+" AS name "+r.from()+r.whereText())
	}
	return strings.Join(parts, " UNION ")
}

// keyed selects the keys and names of a model's rows.
func (r *rows) keyed(m *Model) string {
	key := "CAST(m." + quote(m.PrimaryColumn) + " AS VARCHAR)"
	name := key
	if m.Names != "" {
		name = "COALESCE(CAST(m." + quote(m.Names) + " AS VARCHAR), " + key + ")"
	}
	return "SELECT " + key + " AS id, " + name + " AS name " + r.from() + r.whereText()
}

// name fills in the names of the rows' members.
func (a *asking) name(ctx context.Context, p *plan) error {
	for i, dim := range p.q.By {
		m := p.defs.byEntity(dim)
		names := map[string]string{}
		if m != nil && m.Names != "" && len(a.out.Rows) > 0 {
			w := &writer{plan: p}
			r := w.rowsOf(m)
			var ids []string
			for _, row := range a.out.Rows {
				if !slices.Contains(ids, row.Members[i]) {
					ids = append(ids, row.Members[i])
				}
			}
			key := "m." + quote(m.PrimaryColumn)
			r.where = append(r.where, key+" IN ("+w.list(ids)+")")
			name := "m." + quote(m.Names)
			found, err := a.run(ctx, Statement{SQL: "SELECT CAST(" + key + " AS VARCHAR), MIN(" + name + ") FILTER (WHERE " + name + " <> CAST(" + key + " AS VARCHAR)) " + r.from() + r.whereText() + groupBy(1), Values: w.args})
			if err != nil {
				return err
			}
			a.out.SQL = a.out.SQL[:len(a.out.SQL)-1] // names are no figures
			for _, f := range found {
				names[f[0].value] = f[1].value
			}
		}
		for id, title := range a.settings.names(dim) {
			names[id] = cmp.Or(names[id], title)
		}
		for j := range a.out.Rows {
			id := a.out.Rows[j].Members[i]
			if names[id] == "" {
				names[id] = id
			}
			a.out.Rows[j].Names = append(a.out.Rows[j].Names, names[id])
		}
	}
	return nil
}
