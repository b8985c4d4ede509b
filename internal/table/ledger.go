package table

// exact is wide enough for the sum of any column.
var exact = Decimal(38, 6)

// Restatement is the database of what was believed of a day, and when: platforms
// restate for weeks. Destinations keep it by themselves, from the tables that
// name Restated columns. A row is the first reading at or after its age, and is
// never changed; what is believed now stands in the tables.
var Restatement = Schema{
	Name:        "_restatement",
	Description: "What was believed of each day when it was 0, 1, 7 and 28 days old. What is believed now stands in the tables themselves.",
	Mode:        Upsert,
	Key:         []string{"table_name", AccountColumn, DayColumn, "metric", "age"},
	Columns: []Column{
		{"table_name", Text, Words, None, "The table that was summed."},
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The day, in the account's zone."},
		{"metric", Text, Words, None, "The column that was summed."},
		{"age", Int, Count, None, "0, 1, 7 or 28: the row is from the first reading when the day was at least so many days old, and not yet of the next age."},
		{"value", exact, Count, Sum, "The sum over the day, in the metric's own unit; NULL = there were no such figures. Summable over days for one table, metric and age."},
		{"asked_at", Time, Instant, None, "When the platform was asked."},
	},
}

// Ages are the ages of a day, in days, at which Restatement notes it: the day
// itself, the day after, and the ends of Meta's 7 and 28 days of restating
// (REQUIREMENTS R35).
var Ages = []int{0, 1, 7, 28}

// Reconciliation is whether the figures of a day add up to the platform's own
// total. It is loaded like an entity; the rows are made by whoever compares.
var Reconciliation = Schema{
	Name:        "_reconciliation",
	Description: "Whether the sum over a table's day is the total that the platform states for it, and since when that is known.",
	Mode:        Upsert,
	Key:         []string{AccountColumn, DayColumn, "table_name", "metric"},
	Columns: []Column{
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The day, in the account's zone."},
		{"table_name", Text, Words, None, "The table that was summed."},
		{"metric", Text, Words, None, "The column that was summed."},
		{"ours", exact, Count, Sum, "The sum over the table; NULL = it has no such figures."},
		{"theirs", exact, Count, Sum, "The platform's total; NULL = it stated none."},
		{"drift", exact, Count, Sum, "Ours less theirs, where a side that is missing counts as nothing; NULL = there is nothing to compare."},
		{"state", Text, Words, None, "ok: both sides agree, amounts to half the smallest unit of the currency and counts exactly. drift: they do not."},
		{"checked_at", Time, Instant, None, "When the platform was asked for the later of the two sides."},
		{"run", Text, ID, None, "The run that compared them."},
	},
}
