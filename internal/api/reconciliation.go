package api

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"time"

	"adtally"
)

// reconciliations compares our figures with the platform's own totals.
type reconciliations struct{ sources }

func (g reconciliations) register() {
	handle(g.shell, operation{ID: "get-reconciliation", Method: http.MethodGet, Path: "/api/v1/sources/{id}/reconciliation", Tag: tagSources, Access: forViewers,
		Summary: "Compare a source's figures with the platform's totals",
		Text:    "Every sync adds up the rows of a table for each account and day, and compares the sums with the platform's own total for the account. A day that differs is read again. Days are in the account's time zone. Items are sorted by account and day. Money is in the account's currency.",
		Refuses: []int{http.StatusServiceUnavailable}}, g.get)
}

// Figure is a compared figure.
type Figure struct {
	Name       string `json:"name" example:"spend" doc:"Column that was added up"`
	Ours       string `json:"ours,omitempty" doc:"Sum of our rows, as a decimal number; absent = there are no rows"`
	Platform   string `json:"platform,omitempty" doc:"Total of the platform, as a decimal number; absent = the platform returned none"`
	Difference string `json:"difference" doc:"ours minus platform, as a decimal number; an absent side counts as 0"`
}

// Reconciled is the comparison of one day of an account, or the sum of several.
type Reconciled struct {
	Account  string       `json:"account,omitempty" doc:"Number of the ad account; absent = all that use the currency"`
	Name     string       `json:"account_name,omitempty" doc:"Name of the ad account"`
	Day      *adtally.Day `json:"day,omitempty" doc:"Day, in the account's time zone; absent = all days of the period"`
	State    string       `json:"state" enum:"ties,differs,not_checked,no_total" doc:"ties = the sums equal the totals; money may differ by less than half the smallest unit of the currency. not_checked = not compared since the day was read. no_total = the source does not read the table with the platform's totals. Of several days, the worst"`
	Checked  *time.Time   `json:"checked_at,omitempty" doc:"When the platform was asked for the compared figures; of several days, the oldest. Absent = nothing was compared"`
	Currency string       `json:"currency,omitempty" doc:"Currency of money (ISO 4217); absent = unknown"`
	Compared int          `json:"compared" doc:"Number of account-days that were compared"`
	Differ   int          `json:"differ" doc:"Number of account-days that differ"`
	Missing  int          `json:"not_checked" doc:"Number of account-days that are in the warehouse and were not compared"`
	Figures  []Figure     `json:"figures" nullable:"false" doc:"Compared figures; empty = nothing was compared"`
}

type reconciliation struct {
	Body struct {
		Table   string       `json:"table,omitempty" doc:"Table whose rows are added up; absent = the source reads no such table"`
		Tables  []string     `json:"tables" nullable:"false" doc:"Tables of the source that are compared"`
		Since   adtally.Day  `json:"since" doc:"First day of the period"`
		Until   adtally.Day  `json:"until" doc:"Last day of the period"`
		Items   []Reconciled `json:"items" nullable:"false" doc:"Comparisons by account and day, or grouped by one of them"`
		Summary []Reconciled `json:"summary" nullable:"false" doc:"Sums over all compared account-days, one for each currency"`
		Next    string       `json:"next,omitempty" doc:"Cursor of the next page; absent on the last page"`
	}
}

type reconciliationInput struct {
	ByID
	Account string   `query:"account" maxLength:"100" doc:"Only this ad account"`
	Table   string   `query:"table" maxLength:"200" doc:"Table whose rows are added up; absent = the most detailed one that the source reads"`
	Since   dayParam `query:"since" doc:"First day; absent = 27 days before the last"`
	Until   dayParam `query:"until" doc:"Last day; absent = today in UTC"`
	By      string   `query:"by" enum:"day,account" doc:"Add up by day (and currency) or by account; absent = one item for each account and day"`
	Cursor  string   `query:"cursor" maxLength:"1000" doc:"Cursor of the page, from next of the page before; absent = the first page"`
	Limit   int      `query:"limit" minimum:"1" maximum:"5000" default:"5000" doc:"Maximum number of items"`
}

// usualDays is how many days are compared by default: as long as Meta restates them.
const usualDays = 28

func (g reconciliations) get(ctx context.Context, _ Caller, in *reconciliationInput) (*reconciliation, error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	out := &reconciliation{}
	out.Body.Until = cmp.Or(in.Until.day, adtally.DayOf(g.Now(), time.UTC))
	out.Body.Since = cmp.Or(in.Since.day, out.Body.Until-usualDays+1)
	if out.Body.Until < out.Body.Since {
		return nil, invalid("query.until", "The last day is before the first day")
	}
	list := fmt.Sprint("reconciliation ", s.ID, " ", in.Account, " ", in.Table, " ", out.Body.Since, out.Body.Until, in.By)
	var after reconciledKey
	if err := g.resume(list, Pages{Cursor: in.Cursor}, &after); err != nil {
		return nil, err
	}
	tables, err := g.Platforms.Compared(s.Source)
	if err != nil {
		return nil, platformProblem(err)
	}
	out.Body.Tables, out.Body.Table = orEmpty(tables), in.Table
	if in.Table == "" && len(tables) > 0 {
		out.Body.Table = tables[len(tables)-1]
	}
	f := adtally.ComparisonFilter{Table: out.Body.Table, Account: accountNumber(in.Account), Window: adtally.WindowOf(out.Body.Since, out.Body.Until)}
	days, err := g.days(ctx, s, f, slices.Contains(tables, f.Table))
	if err != nil {
		return nil, err
	}
	out.Body.Summary = grouped(days, func(d reconciledDay) reconciledKey { return reconciledKey{Currency: d.key.Currency} })
	items := grouped(days, map[string]func(reconciledDay) reconciledKey{
		"":    func(d reconciledDay) reconciledKey { return d.key },
		"day": func(d reconciledDay) reconciledKey { return reconciledKey{Currency: d.key.Currency, Day: d.key.Day} },
		"account": func(d reconciledDay) reconciledKey {
			return reconciledKey{Currency: d.key.Currency, Account: d.key.Account, Name: d.key.Name}
		},
	}[in.By])
	items = slices.DeleteFunc(items, func(r Reconciled) bool { return in.Cursor != "" && r.key().compare(after) <= 0 })
	if len(items) > in.Limit {
		items = items[:in.Limit]
		if out.Body.Next, err = g.seal.close("cursor "+list, items[in.Limit-1].key()); err != nil {
			return nil, err
		}
	}
	out.Body.Items = items
	return out, nil
}

// days returns the account-days that were compared or are in the warehouse.
func (g reconciliations) days(ctx context.Context, s adtally.SourceRecord, f adtally.ComparisonFilter, compared bool) ([]reconciledDay, error) {
	if f.Table == "" {
		return nil, nil
	}
	var found []adtally.Comparison
	if compared {
		var err error
		if found, err = g.Warehouse.Comparisons(ctx, s.Dataset, f); err != nil {
			return nil, platformProblem(err)
		}
	}
	return g.daysWith(ctx, s, f, compared, found)
}

// daysWith is days with the comparisons that were found.
func (g reconciliations) daysWith(ctx context.Context, s adtally.SourceRecord, f adtally.ComparisonFilter, compared bool, found []adtally.Comparison) ([]reconciledDay, error) {
	accounts, err := g.accountsOf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	ranges, _, err := g.Costs.Coverage(ctx, adtally.CoverageFilter{Source: s.ID, Account: f.Account, Table: f.Table})
	if err != nil {
		return nil, err
	}
	all := map[reconciledKey]*reconciledDay{}
	at := func(account string, day adtally.Day) *reconciledDay {
		key := reconciledKey{account, accounts[account].Name, accounts[account].Currency, day}
		if all[key] == nil {
			all[key] = &reconciledDay{key: key, compared: compared}
		}
		return all[key]
	}
	for _, c := range ranges {
		for day := max(c.Window.From, f.Window.From); day < min(c.Window.To, f.Window.To); day++ {
			at(c.Account, day)
		}
	}
	for _, c := range found {
		d := at(c.Account, c.Day)
		d.figures = append(d.figures, c)
	}
	var out []reconciledDay
	for _, d := range all {
		out = append(out, *d)
	}
	slices.SortFunc(out, func(a, b reconciledDay) int { return a.key.compare(b.key) })
	return out, nil
}
