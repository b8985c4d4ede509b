package table

// Reference declares that a column refers to a row of another table. If that table has
// History and lacks the row, a destination adds a stub with the key, the account and the
// columns in Fill, so that no join loses a figure. The object's own data replaces the stub
// when it arrives.
type Reference struct {
	Column string            // in the referring table
	Table  string            // the table that is referred to
	Key    string            // its key column
	Fill   map[string]string // columns of the other table → columns of this table to fill them from
}
