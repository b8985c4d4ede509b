package api

import (
	"context"
	"encoding/csv"
	"io"
	"regexp"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"adtally/internal/analytics"
)

// csvText is the media type of a CSV file.
const csvText = "text/csv"

func (g queries) csv(ctx context.Context, _ Caller, in *struct{ Body QueryRequest }) (*huma.StreamResponse, error) {
	a, err := g.ask(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", csvText+"; charset=utf-8")
		out.SetHeader("Content-Disposition", `attachment; filename="figures.csv"`)
		if err := writeCSV(out.BodyWriter(), csvTable{By: in.Body.By, Grain: in.Body.Grain, Compare: in.Body.Compare}, a); err != nil {
			g.shell.Log.DebugContext(ctx, "the client closed the connection before the file was sent", "error", err)
		}
	}}, nil
}

// csvTable says what the table of an answer is made of.
type csvTable struct {
	By      []string
	Grain   analytics.Grain
	Compare analytics.Compare
	NoIDs   bool // members by name only
}

// writeCSV writes an answer as a table: the bucket, the members by ID and name, and each
// figure with its currency and, if compared, the figure before.
func writeCSV(w io.Writer, q csvTable, a *analytics.Answer) error {
	into := csv.NewWriter(w)
	if err := into.Write(csvHeader(q, a)); err != nil {
		return err
	}
	for _, r := range a.Rows {
		if err := into.Write(csvRow(q, a, r)); err != nil {
			return err
		}
	}
	if a.Total != nil {
		if err := into.Write(csvRow(q, a, totalRow(q, a))); err != nil {
			return err
		}
	}
	into.Flush()
	return into.Error()
}

// csvTotal stands in the first column of the row with the total.
const csvTotal = "(total)"

// totalRow is the total as a row.
func totalRow(q csvTable, a *analytics.Answer) analytics.Row {
	r := analytics.Row{Figures: a.Total}
	if q.Grain != analytics.Whole {
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

// hasMoney reports whether a column of the answer has a currency.
func hasMoney(c analytics.Column) bool { return c.Unit == "money" }

func csvHeader(q csvTable, a *analytics.Answer) (cells []string) {
	if q.Grain != analytics.Whole {
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
		if q.Compare != analytics.NoCompare {
			cells = append(cells, c.Metric+"_before", c.Metric+"_change")
		}
	}
	return cells
}

func csvRow(q csvTable, a *analytics.Answer, r analytics.Row) (cells []string) {
	if q.Grain != analytics.Whole {
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
			cells = append(cells, f.Currency)
		}
		if q.Compare != analytics.NoCompare {
			cells = append(cells, cellOf(figureAt(r.Previous, i)), cellOf(figureAt(r.Change, i)))
		}
	}
	for i, c := range cells {
		cells[i] = safeCell(c)
	}
	return cells
}

func cellAt(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

func figureAt(all []analytics.Figure, i int) analytics.Figure {
	if i < len(all) {
		return all[i]
	}
	return analytics.Figure{}
}

// cellOf is a figure's cell; a refused one says so by its code.
func cellOf(f analytics.Figure) string {
	if f.Refused != nil {
		return "(" + f.Refused.Code + ")"
	}
	return f.Value
}

// number matches what may begin with a sign and is no formula.
var number = regexp.MustCompile(`^-?[0-9]+(\.[0-9]+)?$`)

// safeCell keeps a spreadsheet from running a cell as a formula: OWASP's rule for CSV
// injection puts an apostrophe before it.
func safeCell(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && !number.MatchString(cell) {
		return "'" + cell
	}
	return cell
}
