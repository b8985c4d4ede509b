package table

import "slices"

// Columns of a history table.
const (
	FromColumn = "valid_from"
	ToColumn   = "valid_to"
)

// HistoryTable returns the table <name>_history, in which a destination keeps all states
// of the rows of s, or nil if s has no History. The current state is in it too, without an
// end.
func (s *Schema) HistoryTable() *Schema {
	return &Schema{
		Name:        s.Name + "_history",
		Description: "One row for each state of a row of " + s.Name + ". For the state at a time t, use valid_from <= t AND (t < valid_to OR valid_to IS NULL).",
		Mode:        Upsert,
		Key:         append(slices.Clone(s.Key), FromColumn),
		Columns: append(slices.Clone(s.Columns),
			Column{FromColumn, Time, Instant, None, "When Adtally first read this state. Use the first state as the best guess for earlier times."},
			Column{ToColumn, Time, Instant, None, "When Adtally first read a different state; NULL for the current state. Each row has exactly one current state."}),
	}
}

// HistoryColumns returns the columns whose change begins a new state.
func (s *Schema) HistoryColumns() []Column {
	return slices.DeleteFunc(slices.Clone(s.Columns), func(c Column) bool { return slices.Contains(s.Volatile, c.Name) })
}
