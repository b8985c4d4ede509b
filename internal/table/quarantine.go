package table

// Quarantine lists values that did not fit their column, or were changed to fit. Their
// rows are loaded without them. Every dataset has this table.
var Quarantine = Schema{
	Name:        "_quarantine",
	Description: "Values that did not fit their column, and elements that were not rows. If loaded is NULL, the table holds nothing of the value.",
	Mode:        Replace,
	Key:         []string{"table_name", AccountColumn, "row_key", "column_name"},
	Columns: []Column{
		{"table_name", Text, Words, None, "The table of the row."},
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The row's day; NULL for an object such as a campaign."},
		{"row_key", Text, ID, None, "The row's key, its parts joined by a slash."},
		{"column_name", Text, Words, None, "The column; empty if it is the whole row."},
		{"value", Text, Words, None, "The value as the platform sent it."},
		{"reason", Text, Words, None, "Why it did not fit."},
		{LoadedColumn, Text, Words, None, "The value that was loaded instead, such as the rounded number; NULL if none."},
	},
}

// LoadedColumn holds the value that was loaded instead of a quarantined one.
const LoadedColumn = "loaded"
