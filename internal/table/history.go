package table

import "slices"

// Columns of a history.
const (
	FromColumn = "valid_from"
	ToColumn   = "valid_to"
)

// HistoryTable is where a destination keeps the states of the rows of s, if it
// has History: <name>_history. What a row is now stands there too, with no end.
func (s *Schema) HistoryTable() *Schema {
	return &Schema{
		Name:        s.Name + "_history",
		Description: "Every state that a row of " + s.Name + " was seen in, one row each. Join with valid_from <= moment < valid_to.",
		Mode:        Upsert,
		Key:         append(slices.Clone(s.Key), FromColumn),
		Columns: append(slices.Clone(s.Columns),
			Column{FromColumn, Time, Instant, None, "When the platform was first asked and answered so. The first state of all is the best guess for the time before."},
			Column{ToColumn, Time, Instant, None, "When it first answered otherwise; NULL = the row is still so. A row has exactly one state without an end."}),
	}
}

// Settled are the columns whose change is a new state.
func (s *Schema) Settled() []Column {
	return slices.DeleteFunc(slices.Clone(s.Columns), func(c Column) bool { return slices.Contains(s.Volatile, c.Name) })
}
