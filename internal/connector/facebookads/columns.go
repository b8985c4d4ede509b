package facebookads

import "adtally/internal/table"

// Number types. Insights have up to six decimal places. Budgets and balances have at
// most two, and large values in currencies without a minor unit.
var (
	exact = table.Decimal(18, 6)
	money = table.Decimal(24, 2)
)

func col(name string, t table.Type, u table.Unit, a table.Additivity, text string) field {
	return field{column: table.Column{Name: name, Type: t, Unit: u, Additivity: a, Description: text}}
}

func id(name, text string) field    { return col(name, table.Text, table.ID, table.None, text) }
func words(name, text string) field { return col(name, table.Text, table.Words, table.None, text) }
func flag(name, text string) field  { return col(name, table.Bool, table.Flag, table.None, text) }
func timestamp(name, text string) field {
	return col(name, table.Time, table.Instant, table.None, text)
}

// document declares a part of the object that is stored as JSON.
func document(name, text string) field { return col(name, table.JSON, table.Words, table.None, text) }

// counter declares a count that may be summed; unique declares one that may not.
func counter(name, text string) field { return col(name, table.Int, table.Count, table.Sum, text) }
func unique(name, text string) field  { return col(name, table.Int, table.Count, table.None, text) }

// number declares a whole number that is not a measure.
func number(name, text string) field { return col(name, table.Int, table.Count, table.None, text) }
func ratio(name, text string) field  { return col(name, exact, table.Ratio, table.None, text) }

// cost declares an amount per event, which may not be summed.
func cost(name, text string) field  { return col(name, exact, table.Money, table.None, text) }
func spent(name, text string) field { return col(name, exact, table.Money, table.Sum, text) }

// minor declares an amount that Meta returns in the currency's minor unit.
func minor(name, text string) field {
	f := col(name, money, table.Money, table.None, text)
	f.how = asMinor
	return f
}

// breakdownColumn declares the column of a breakdown. It is part of the key and must
// not be requested as a field: Meta returns it anyway.
func breakdownColumn(name, text string) field {
	f := words(name, text+" "+noneGiven+" if Meta named none.").mine()
	f.how = asPart
	return f
}

// noneGiven is the key value for a breakdown that Meta left out. It differs from
// Meta's own value "unknown".
const noneGiven = "(none)"

func (f field) as(graph string) field { f.from = graph; return f }

func (f field) mine() field { f.own = true; return f }

var (
	currencyField = words("currency", "ISO 4217 code of every amount in the row: the account's currency.").mine()
	rawField      = document("raw", "What Meta sent beyond the columns, as JSON; NULL if there was nothing.").mine()
)

func columns(fields []field) []table.Column {
	out := make([]table.Column, len(fields))
	for i, f := range fields {
		out[i] = f.column
	}
	return out
}
