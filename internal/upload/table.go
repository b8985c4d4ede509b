package upload

import (
	"slices"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/table"
)

// Columns of the tables that keep the rows of files.
const (
	fileColumn   = "_file"
	loadedColumn = "_loaded"
)

var loaded = table.Column{Name: loadedColumn, Type: table.Time, Unit: table.Instant, Additivity: table.None, Description: "When the file was loaded; of rows with the same key, the latest counts"}

var file = table.Column{Name: fileColumn, Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "ID of the uploaded file or mapped table that the row came from"}

func words(name, description string) table.Column {
	return table.Column{Name: name, Type: table.Text, Unit: table.Words, Additivity: table.None, Description: description}
}

var touchColumns = []table.Column{
	words("utm_source", "As it came"), words("utm_medium", "As it came"), words("utm_campaign", "As it came"),
	{Name: "raw_campaign_id", Type: table.Text, Unit: table.ID, Additivity: table.None, Description: "Campaign ID as it came"},
}

// Result returns a table of the shared dataset as metrics read it, with columns that it has in
// addition.
func Result(name string, more ...table.Column) *table.Schema {
	for _, t := range analytics.Tables() {
		if t.Name == name {
			return &table.Schema{Name: t.Name, Description: t.Description, Key: t.Key, Columns: slices.Concat(t.Columns, more)}
		}
	}
	panic("the dataset has no table " + name)
}

// kept returns the table that keeps the rows of files for a table of the dataset: its columns, and
// when they were loaded. A file has each key once.
func kept(of *table.Schema, more ...table.Column) *table.Schema {
	s := &table.Schema{Name: "uploaded_" + of.Name, Description: "Rows of each uploaded file and mapped table for " + of.Name, Key: append([]string{fileColumn}, of.Key...)}
	s.Columns = slices.Concat(of.Columns, more, []table.Column{loaded})
	return s
}

var firstGiven = table.Column{Name: "first_given", Type: table.Bool, Unit: table.Flag, Additivity: table.None, Description: "Whether the file says that it is a first order; absent = it is computed"}

// The tables of the rows of files.
var (
	keptCustomers = kept(Result("customers", touchColumns...))
	keptOrders    = kept(Result("orders", touchColumns...), firstGiven)
	keptRefunds   = kept(Result("refunds"))
	keptBudgets   = kept(Result("budgets"))
	keptSpend     = spendLines()
	keptRates     = &table.Schema{Name: "uploaded_rates", Description: "Published exchange rates of each uploaded file", Key: []string{fileColumn, "day", "currency"}, Columns: []table.Column{
		{Name: "day", Type: table.Date, Unit: table.Days, Additivity: table.None, Description: "Day of the rate"}, words("currency", "Currency (ISO 4217)"),
		{Name: "rate", Type: table.Decimal(20, 10), Unit: table.Ratio, Additivity: table.None, Description: "Units of the currency for one EUR"}, file, loaded}}
)

// spendLines keeps the lines of files of spend. They have no key: exports can have several
// lines for one campaign and day, which are summed.
func spendLines() *table.Schema {
	s := kept(Result("marketing_spend"), file)
	s.Name, s.Description, s.Key = "uploaded_spend_lines", "Lines of each uploaded file of spend", nil
	return s
}

// UploadedSpend is the table that the view marketing_spend adds to the sources' tables: the
// columns of marketing_spend, and the file.
func UploadedSpend() *table.Schema {
	s := Result("marketing_spend", file)
	s.Name, s.Description, s.Key = "uploaded_spend", "Spend of all uploaded files by day and campaign; of files that overlap, the latest counts", nil
	return s
}

// keptTable returns the table for the rows of a kind.
func keptTable(kind adtally.FileKind) *table.Schema {
	return map[adtally.FileKind]*table.Schema{adtally.CustomersFile: keptCustomers, adtally.OrdersFile: keptOrders, adtally.RefundsFile: keptRefunds,
		adtally.SpendFile: keptSpend, adtally.BudgetsFile: keptBudgets, adtally.RatesFile: keptRates}[kind]
}
