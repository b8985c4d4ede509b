package facebookads

import (
	"fmt"
	"strings"

	"adtally"
	"adtally/internal/table"
)

// gap is something that Meta did not give.
type gap struct {
	table  string         // "" = the stream's own
	days   adtally.Window // each of them lacks it; zero = an entity
	row    string         // its key, without the day; "" = all
	column string         // "" = the whole row
	code   string
	reason string
	due    bool // asking again may help
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

// add lists one, for each of its days: whoever shows a day looks for that day.
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

// write lists a gap of one day; "" = of an entity. A field of Graph's is listed
// under the column that lacks it.
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
