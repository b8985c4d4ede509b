package table

// Remarks are the tables in which a reader says something of the rows of other
// tables. Every dataset has them, and their batches may come with any load.
var Remarks = []*Schema{&Quarantine, &Gaps}

// Gaps is where a reader lists what it could not get although it should have
// been there: a field, an object, or a whole day. Rows that were reached are
// loaded. Destinations keep one such table in every dataset; a load replaces the
// gaps of its tables, account and days, and a day with a gap is due again.
var Gaps = Schema{
	Name:        "_gaps",
	Description: "What the platform did not give although it was asked for, and why. Each is asked for again at the next sync.",
	Mode:        Replace,
	Key:         []string{"table_name", AccountColumn, "row_key", "column_name"},
	Columns: []Column{
		{"table_name", Text, Words, None, "The table that lacks something."},
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The day that lacks something; NULL for an entity."},
		{"row_key", Text, ID, None, "What is missing: the day, and the object where only one is, joined by a slash; an entity's id."},
		{"column_name", Text, Words, None, "The column that stayed NULL; empty = the whole row is missing."},
		{"code", Text, Words, None, "The class of the error, stable, e.g. too_much."},
		{"reason", Text, Words, None, "Why it is missing, in a sentence."},
		{"due", Bool, Flag, None, "Whether it is asked for again at the next sync; false where only a person can change that."},
	},
}
