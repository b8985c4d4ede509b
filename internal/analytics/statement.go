package analytics

import (
	"fmt"
	"slices"
	"strings"
)

// statement writes the query of a plan: one row per bucket and members.
func (p *plan) statement() Statement {
	w := &writer{plan: p}
	columns := append([]string{"p.bucket"}, w.keyNames("p.")...)
	joins := ""
	coverages := p.coverages()
	for _, f := range p.facts {
		w.fact(f)
		columns = append(columns, w.read(f)...)
		joins += "\nLEFT JOIN " + f.name + " ON " + w.onKeys(f.name, f.ofQuestion(), w.allKeys())
	}
	for _, c := range coverages {
		w.coverages(c)
		columns = append(columns, w.readCoverage(c)...)
		joins += "\nLEFT JOIN " + c.name() + " ON " + w.onKeys(c.name(), c.scope == OfQuestion, w.coverageKeys(c))
		if w.readsAll(c) {
			joins += "\nLEFT JOIN " + c.name() + "_all ON " + c.name() + "_all.bucket = " + periodOf("p.bucket")
		}
	}
	w.spine()
	return Statement{SQL: "WITH " + strings.Join(w.ctes, ",\n") + "\nSELECT " + strings.Join(columns, ", ") + "\nFROM spine p" + joins, Values: w.args}
}

func (w *writer) allKeys() []int {
	keys := make([]int, len(w.q.By))
	for i := range keys {
		keys[i] = i
	}
	return keys
}

// onKeys joins a subquery to the spine. Its keys are never NULL and unique.
func (w *writer) onKeys(name string, ofQuestion bool, keys []int) string {
	if ofQuestion {
		return "TRUE"
	}
	on := []string{name + ".bucket = p.bucket"}
	for _, k := range keys {
		on = append(on, fmt.Sprintf("%s.k%d = p.k%d", name, k, k))
	}
	return strings.Join(on, " AND ")
}

// spine adds the rows of the answer: every bucket with every member that any fact has.
func (w *writer) spine() {
	w.days(OfCell, false)
	buckets := "(SELECT DISTINCT bucket FROM q) b"
	if len(w.q.By) == 0 {
		w.cte("spine", "SELECT b.bucket FROM "+buckets)
		return
	}
	keys := strings.Join(w.keyNames(""), ", ")
	selected := keys
	if w.spans != nil {
		selected = periodOf("bucket") + " AS period, " + keys
	}
	var parts []string
	for _, f := range w.facts {
		if !f.ofQuestion() {
			parts = append(parts, "SELECT DISTINCT "+selected+" FROM "+f.name)
		}
	}
	w.cte("members", strings.Join(parts, " UNION "))
	join := " CROSS JOIN members"
	if w.spans != nil {
		join = " JOIN members ON members.period = " + periodOf("b.bucket")
	}
	w.cte("spine", "SELECT b.bucket, "+keys+" FROM "+buckets+join)
}

// periodOf writes the number of the period with which a bucket begins, if the statement reads
// several.
func periodOf(bucket string) string { return "LEFT(" + bucket + ", 1)" }

// read lists what is read of a fact, as text: exact, and the same in every warehouse.
func (w *writer) read(f *fact) (columns []string) {
	columns = []string{"CAST(" + f.name + ".n AS VARCHAR)"}
	for i, l := range f.leaves {
		columns = append(columns, fmt.Sprintf("CAST(%s.%s AS VARCHAR)", f.name, column(i)))
		if l.restricted() {
			columns = append(columns, fmt.Sprintf("CAST(%s.n%d AS VARCHAR)", f.name, i))
		}
		if l.averages() {
			columns = append(columns, fmt.Sprintf("CAST(%s.c%d AS VARCHAR)", f.name, i))
		}
		if l.metric.Unit == "money" && w.converts(f) {
			columns = append(columns, fmt.Sprintf("%s.missing%d", f.name, i))
		}
	}
	if f.hasMoney() {
		columns = append(columns, "CAST("+f.name+".currencies AS VARCHAR)", f.name+".currency")
	}
	return columns
}

// coverages lists what the facts are held against, each once.
func (p *plan) coverages() (all []covered) {
	for _, f := range p.facts {
		if c := p.coverageOf(f); c.dataset != "" && !slices.Contains(all, c) {
			all = append(all, c)
		}
	}
	return all
}

// readCoverage lists what is read of a coverage, as text.
func (w *writer) readCoverage(c covered) []string {
	columns := []string{"CAST(" + c.name() + ".n AS VARCHAR)", "CAST(" + c.name() + ".as_of AS VARCHAR)"}
	if w.readsAll(c) {
		columns = append(columns, "CAST("+c.name()+"_all.n AS VARCHAR)", "CAST("+c.name()+"_all.as_of AS VARCHAR)")
	}
	return columns
}
