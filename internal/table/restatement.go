package table

// exact is wide enough for the sum of any column.
var exact = Decimal(38, 6)

// Restatement records what the totals of a day were at certain ages, because platforms
// restate figures for weeks. Destinations fill it from the tables that have Restated
// columns. A row is the first reading at or after its age and never changes. Current
// totals are in the tables themselves.
var Restatement = Schema{
	Name:        "_restatement",
	Description: "The total of each day as read when the day was 0, 1, 7 and 28 days old. Current figures are in the tables themselves.",
	Mode:        Upsert,
	Key:         []string{"table_name", AccountColumn, DayColumn, "metric", "age"},
	Columns: []Column{
		{"table_name", Text, Words, None, "The table that was summed."},
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The day, in the account's zone."},
		{"metric", Text, Words, None, "The column that was summed."},
		{"age", Int, Count, None, "0, 1, 7 or 28: the total is from the first reading at or after this age in days, and before the next age."},
		{"value", exact, Count, Sum, "The sum over the day, in the metric's own unit; NULL if there were no figures. Sum it over days only for one table, metric and age."},
		{"asked_at", Time, Instant, None, "When the data was requested from the platform."},
	},
}

// Ages are the ages in days at which Restatement records a day: the day itself, the next
// day, and the ends of the 7 and 28 days within which Meta restates figures
// (docs/meta-api.md#attribution).
var Ages = []int{0, 1, 7, 28}

// Reconciliation records whether a day's figures equal the platform's own total. The
// engine writes its rows, which are loaded like those of objects.
var Reconciliation = Schema{
	Name:        "_reconciliation",
	Description: "Whether the sum of a table's rows for a day equals the platform's own total, and when that was checked.",
	Mode:        Upsert,
	Key:         []string{AccountColumn, DayColumn, "table_name", "metric"},
	Columns: []Column{
		{AccountColumn, Text, ID, None, "The ad account."},
		{DayColumn, Date, Days, None, "The day, in the account's zone."},
		{"table_name", Text, Words, None, "The table that was summed."},
		{"metric", Text, Words, None, "The column that was summed."},
		{"ours", exact, Count, Sum, "The sum of the table's rows; NULL if it has no such figures."},
		{"theirs", exact, Count, Sum, "The platform's total; NULL if it returned none."},
		{"drift", exact, Count, Sum, "ours minus theirs; a missing side counts as zero. NULL if both are missing."},
		{"state", Text, Words, None, "ok: both sides agree; amounts of money may differ by half the smallest unit of the currency. drift: they differ."},
		{"checked_at", Time, Instant, None, "When the later of the two sides was requested from the platform."},
		{"run", Text, ID, None, "The run that compared them."},
	},
}
