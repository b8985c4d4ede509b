package facebookads

import "adtally/internal/table"

// The number types. Insights carry up to six places; budgets and balances have
// at most two and may be large in currencies without a minor unit.
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
func moment(name, text string) field {
	return col(name, table.Time, table.Instant, table.None, text)
}

// document is a part of the object that is kept as JSON.
func document(name, text string) field { return col(name, table.JSON, table.Words, table.None, text) }

// tally is a count that may be summed; unique is one that may not.
func tally(name, text string) field  { return col(name, table.Int, table.Count, table.Sum, text) }
func unique(name, text string) field { return col(name, table.Int, table.Count, table.None, text) }

// number is a whole number that is no measure.
func number(name, text string) field { return col(name, table.Int, table.Count, table.None, text) }
func ratio(name, text string) field  { return col(name, exact, table.Ratio, table.None, text) }

// cost is money per something: it may not be summed.
func cost(name, text string) field  { return col(name, exact, table.Money, table.None, text) }
func spent(name, text string) field { return col(name, exact, table.Money, table.Sum, text) }

// minor is money that Graph gives in minor units.
func minor(name, text string) field {
	f := col(name, money, table.Money, table.None, text)
	f.how = asMinor
	return f
}

// cutBy is a breakdown's column: it is in the key, and comes without being asked
// for among the fields.
func cutBy(name, text string) field {
	f := words(name, text+" "+noneGiven+" where Meta named none.").mine()
	f.how = asPart
	return f
}

// noneGiven stands in a key where Meta left a breakdown's value out. It is no
// word of Meta's, whose own is "unknown": the two are never taken for one.
const noneGiven = "(none)"

func (f field) as(graph string) field { f.from = graph; return f }

func (f field) mine() field { f.own = true; return f }

var (
	currencyField = words("currency", "ISO 4217 code of every amount in the row: the account's currency.").mine()
	rawField      = document("raw", "What Meta sent beyond the columns, as JSON; NULL when there was nothing.").mine()
)

func columns(fields []field) []table.Column {
	out := make([]table.Column, len(fields))
	for i, f := range fields {
		out[i] = f.column
	}
	return out
}
