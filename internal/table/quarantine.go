package table

// Quarantine is where a value goes that fits no type, or was changed to fit; its
// row is loaded without it. Destinations keep one such table in every dataset.
var Quarantine = Schema{
	Name:        "_quarantine",
	Description: "Values that did not fit their column, and elements that were no rows. Where loaded is NULL, nothing of the value is in the table.",
	Mode:        Replace,
	Key:         []string{"table_name", AccountColumn, "row_key", "column_name"},
	Columns: []Column{
		{"table_name", Text, Words, None, "The table whose row is concerned."},
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The row's day; NULL for an entity."},
		{"row_key", Text, ID, None, "The row's key, its parts joined by a slash."},
		{"column_name", Text, Words, None, "The column that is concerned; empty = the whole row."},
		{"value", Text, Words, None, "The value as it came."},
		{"reason", Text, Words, None, "Why it did not fit."},
		{LoadedColumn, Text, Words, None, "What was loaded in its place, such as the number rounded to the column's places; NULL = nothing."},
	},
}

// LoadedColumn says what stands in the table in place of a quarantined value.
const LoadedColumn = "loaded"
