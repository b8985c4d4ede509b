package destinationtest

import (
	"strconv"

	"adtally"
	"adtally/internal/table"
)

func column(name string, t table.Type) table.Column {
	return table.Column{Name: name, Type: t, Unit: table.Words, Additivity: table.None, Description: "It's the " + name + "."}
}

func factTable(name string, more ...table.Column) *table.Schema {
	return &table.Schema{Name: name, Description: "What an ad did on a day.", Mode: table.Replace, Key: []string{"account_id", "date", "ad_id"},
		Columns: append([]table.Column{column("account_id", table.Text), column("date", table.Date), column("ad_id", table.Text),
			column("clicks", table.Int), column("spend", table.Decimal(18, 6))}, more...)}
}

func entityTable(more ...table.Column) *table.Schema {
	return &table.Schema{Name: "ads", Description: "Ads as they are now.", Mode: table.Upsert, Key: []string{"account_id", "ad_id"},
		Columns: append([]table.Column{column("account_id", table.Text), column("ad_id", table.Text), column("name", table.Text)}, more...)}
}

// The tables of most tests.
var (
	facts    = factTable("facts")
	others   = factTable("other_facts")
	entities = entityTable()
)

const (
	alpha = "act_1"
	beta  = "act_2"
)

// first is the first day of the test data.
var first = func() adtally.Day { d, _ := adtally.ParseDay("2026-03-30"); return d }()

// days returns a slice of the facts that begins at day n.
func days(account string, n, length int) adtally.Slice {
	from := first + adtally.Day(n)
	return adtally.Slice{Stream: "facts", Account: account, Window: adtally.Window{From: from, To: from + adtally.Day(length)}}
}

func now(account string) adtally.Slice { return adtally.Slice{Stream: "ads", Account: account} }

// fact returns a row of day n.
func fact(account string, n int, ad string, clicks int, spend string) []string {
	return []string{account, (first + adtally.Day(n)).String(), ad, strconv.Itoa(clicks), spend}
}

func factsOf(cells ...[]string) rows    { return rows{facts, cells} }
func entitiesOf(cells ...[]string) rows { return rows{entities, cells} }

// shown returns the row as see returns it.
func shown(account string, n int, ad string, clicks int, spend string) string {
	return account + " " + (first + adtally.Day(n)).String() + " " + ad + " " + strconv.Itoa(clicks) + " " + spend
}
