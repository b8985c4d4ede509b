package facebookads

import (
	"fmt"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// gap is something that Meta did not return.
type gap struct {
	table  string         // "" = the stream's own
	days   adtally.Window // every day in the window has the gap; zero = an object
	row    string         // the row's key without the day; "" = all rows
	column string         // "" = the whole row
	code   string
	reason string
	due    bool // worth requesting again
}

// gapRows collects the gaps of a slice.
type gapRows struct {
	stream  *stream
	account string
	rows    *table.Builder
}

func newGapRows(s *stream, account string) *gapRows {
	return &gapRows{stream: s, account: account, rows: table.NewBuilder(&table.Gaps)}
}

// add lists a gap once per day, because readers look gaps up by day.
func (g *gapRows) add(x gap) error {
	if x.days.IsZero() {
		return g.write(x, "")
	}
	for day := x.days.From; day < x.days.To; day++ {
		if err := g.write(x, day.String()); err != nil {
			return err
		}
	}
	return nil
}

// write lists a gap of one day; "" = an object without a day. A field is listed under
// the name of its column.
func (g *gapRows) write(x gap, day string) error {
	name := x.table
	if name == "" {
		name = g.stream.table.Name
	}
	for column, value := range map[string]string{
		"table_name": name, table.AccountColumn: g.account, table.DayColumn: day, "row_key": strings.Trim(day+"/"+x.row, "/"),
		"column_name": g.column(x.column), "code": x.code, "reason": x.reason, "due": fmt.Sprint(x.due),
	} {
		if column == table.DayColumn && value == "" {
			continue
		}
		if err := g.rows.Set(table.Gaps.Index(column), []byte(value)); err != nil {
			return fmt.Errorf("list a gap: %s: %w", column, err)
		}
	}
	g.rows.EndRow()
	return nil
}

func (g *gapRows) column(field string) string {
	if s := g.stream.slots[field]; s != nil {
		return s.name
	}
	return field
}

func (g *gapRows) batches() []table.Batch {
	if g.rows.Rows() == 0 {
		return nil
	}
	return []table.Batch{g.rows.Batch()}
}
