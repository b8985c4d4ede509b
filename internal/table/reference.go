package table

// Reference says that a column names a row of another table. Where that table
// has History and lacks the row, a destination adds a stub: a row that holds the
// key, the account and what Fill names, so that no join loses a figure. What the
// platform says of the object replaces its stub.
type Reference struct {
	Column string            // of the table that refers
	Table  string            // the table that is referred to
	Key    string            // the column there that identifies a row
	Fill   map[string]string // columns there, and the columns here that know them
}
