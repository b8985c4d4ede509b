package analytics

// restrictUnparsed restricts metrics of unparsed names to the rows that no naming rule of
// their model splits. Without a rule they are empty: then no name is wrong.
func (d *Definitions) restrictUnparsed() {
	for _, m := range d.Metrics {
		model := d.Models[m.Unparsed]
		if model == nil {
			continue
		}
		if m.Only = model.unparsed(); len(m.Only) == 0 {
			m.Model, m.Agg, m.Expr, m.Special, m.Uses = "", "", "", "empty", []string{"spend"}
		}
	}
}

// unparsed filters the rows that no rule splits. All parts of a rule are unparsed together, so
// that one of each is enough.
func (m *Model) unparsed() (all []Filter) {
	seen := map[string]bool{"": true}
	for _, c := range m.Columns {
		if !seen[c.Rule] {
			seen[c.Rule] = true
			all = append(all, Filter{Dimension: c.Name, In: []string{Unparsed, none}})
		}
	}
	return all
}
