package analytics

import (
	"encoding/csv"
	"io"
	"regexp"
	"slices"
	"strings"
)

// CSVTable says what the table of an answer is made of.
type CSVTable struct {
	By      []string
	Grain   Grain
	Compare Compare
	NoIDs   bool // members by name only
}

// WriteCSV writes an answer as a table: the bucket, the members by ID and name, and each
// figure with its currency and, if compared, the figure before.
func WriteCSV(w io.Writer, q CSVTable, a *Answer) error {
	into, currencies := csv.NewWriter(w), a.currencies()
	if err := into.Write(csvHeader(q, a)); err != nil {
		return err
	}
	for _, r := range a.Rows {
		if err := into.Write(csvRow(q, a, r, currencies)); err != nil {
			return err
		}
	}
	if a.Total != nil {
		if err := into.Write(csvRow(q, a, totalRow(q, a), currencies)); err != nil {
			return err
		}
	}
	into.Flush()
	return into.Error()
}

// csvTotal stands in the first column of the row with the total.
const csvTotal = "(total)"

// totalRow is the total as a row.
func totalRow(q CSVTable, a *Answer) Row {
	r := Row{Figures: a.Total}
	if q.Grain != Whole {
		r.Bucket = csvTotal
	} else if len(q.By) > 0 {
		r.Members, r.Names = []string{csvTotal}, []string{csvTotal}
	}
	if c := a.Compared; c != nil {
		r.Change = c.Change
		r.Previous = c.Total
	}
	return r
}

// currencies are those of the columns, empty where a column has several or none. A cell without
// rows is 0 and has no currency of its own, but that of its column.
func (a *Answer) currencies() []string {
	all := make([]string, len(a.Columns))
	for i := range all {
		var found []string
		note := func(figures []Figure) {
			if c := figureAt(figures, i).Currency; c != "" && !slices.Contains(found, c) {
				found = append(found, c)
			}
		}
		for _, r := range a.Rows {
			note(r.Figures)
			note(r.Previous)
		}
		note(a.Total)
		if len(found) == 1 {
			all[i] = found[0]
		}
	}
	return all
}

// hasMoney reports whether a column of the answer has a currency.
func hasMoney(c Column) bool { return c.Unit == "money" }

func csvHeader(q CSVTable, a *Answer) (cells []string) {
	if q.Grain != Whole {
		cells = append(cells, string(q.Grain))
	}
	for _, d := range q.By {
		if !q.NoIDs {
			cells = append(cells, d+"_id")
		}
		cells = append(cells, d)
	}
	for _, c := range a.Columns {
		cells = append(cells, c.Metric)
		if hasMoney(c) {
			cells = append(cells, c.Metric+"_currency")
		}
		if q.Compare != NoCompare {
			cells = append(cells, c.Metric+"_before", c.Metric+"_change")
		}
	}
	return cells
}

func csvRow(q CSVTable, a *Answer, r Row, currencies []string) (cells []string) {
	if q.Grain != Whole {
		cells = append(cells, r.Bucket)
	}
	for i := range q.By {
		if !q.NoIDs {
			cells = append(cells, cellAt(r.Members, i))
		}
		cells = append(cells, cellAt(r.Names, i))
	}
	for i, c := range a.Columns {
		f := figureAt(r.Figures, i)
		cells = append(cells, cellOf(f))
		if hasMoney(c) {
			currency := f.Currency
			if currency == "" && f.Value != "" {
				currency = currencies[i]
			}
			cells = append(cells, currency)
		}
		if q.Compare != NoCompare {
			cells = append(cells, cellOf(figureAt(r.Previous, i)), cellOf(figureAt(r.Change, i)))
		}
	}
	for i, c := range cells {
		cells[i] = SafeCell(c)
	}
	return cells
}

func cellAt(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

func figureAt(all []Figure, i int) Figure {
	if i < len(all) {
		return all[i]
	}
	return Figure{}
}

// cellOf is a figure's cell; a refused one says so by its code.
func cellOf(f Figure) string {
	if f.Refused != nil {
		return "(" + f.Refused.Code + ")"
	}
	return f.Value
}

// number matches what may begin with a sign and is no formula.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// SafeCell keeps a spreadsheet from running a cell as a formula: OWASP's rule for CSV
// injection puts an apostrophe before it.
func SafeCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && !number.MatchString(cell) {
		return "'" + cell
	}
	return cell
}
