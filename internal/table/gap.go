package table

// Remarks are the tables with comments on rows of other tables. Every dataset has them,
// and any load may carry their rows.
var Remarks = []*Schema{&Quarantine, &Gaps}

// Gaps lists what a connector should have got and could not: a field, an object or a whole
// day. The rest is loaded. Every dataset has this table. A load replaces the gaps of its
// tables, account and days. A day with a gap is due again.
var Gaps = Schema{
	Name:        "_gaps",
	Description: "What the platform did not return, and why. The next sync requests it again if due is true.",
	Mode:        Replace,
	Key:         []string{"table_name", AccountColumn, "row_key", "column_name"},
	Columns: []Column{
		{"table_name", Text, Words, None, "The table with missing data."},
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The day with missing data; NULL for an object such as a campaign."},
		{"row_key", Text, ID, None, "What is missing: the day, with a slash and the object's ID if only one object is missing; for objects such as campaigns, the ID."},
		{"column_name", Text, Words, None, "The column that is NULL; empty if the whole row is missing."},
		{"code", Text, Words, None, "The stable code of the error, such as too_much."},
		{"reason", Text, Words, None, "Why it is missing."},
		{"due", Bool, Flag, None, "Whether the next sync requests it again; false if a person must act first."},
	},
}
