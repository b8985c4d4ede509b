package adtally

// Diagram describes the tables of a source and how they refer to each other.
type Diagram struct {
	Tables     []DiagramTable
	References []DiagramReference
}

// DiagramKind is a kind of table.
type DiagramKind string

// The kinds.
const (
	ObjectTable    DiagramKind = "object"    // things such as campaigns
	FigureTable    DiagramKind = "figures"   // figures by day
	BreakdownTable DiagramKind = "breakdown" // figures split by a further dimension
	ViewTable      DiagramKind = "view"
	InternalTable  DiagramKind = "internal" // bookkeeping
)

// DiagramTable describes a table or a view.
type DiagramTable struct {
	Name        string
	Kind        DiagramKind
	Description string
	Columns     []DiagramColumn
}

// DiagramColumn describes a column.
type DiagramColumn struct {
	Name        string
	Type        string // in SQL
	Unit        string
	Additivity  string
	Description string
	Key         bool
}

// DiagramReference says which columns of a table name a row of another table.
type DiagramReference struct {
	Table     string
	Columns   []string
	ToTable   string
	ToColumns []string
	Note      string // empty if the row has at most one row there
}
