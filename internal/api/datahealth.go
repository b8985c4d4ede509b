package api

import (
	"context"
	"math/big"
	"net/http"
	"slices"
	"time"

	"adtally"
)

// dataHealth says how far the figures can be trusted.
type dataHealth struct{ reconciliations }

func (g dataHealth) register() {
	handle(g.shell, operation{ID: "get-data-health", Method: http.MethodGet, Path: "/api/v1/data-health", Tag: tagAnalytics, Access: forViewers, Summary: "Get the state of the data of all sources",
		Text: "Whether the figures equal the platform's totals, how fresh and how complete they are, and what is missing.", Refuses: []int{http.StatusServiceUnavailable}}, g.health)
	handle(g.shell, operation{ID: "get-restatement", Method: http.MethodGet, Path: "/api/v1/restatement", Tag: tagAnalytics, Access: forViewers, Summary: "Get how figures grow while the platform restates them",
		Text:    "Compares the totals of days as they were read when the days were 0, 1 and 7 days old with those read at 28 days. Days that are younger are left out, so that every age is compared over days whose final figure is known.",
		Refuses: []int{http.StatusNotFound, http.StatusServiceUnavailable}}, g.restatement)
}

// SourceDataHealth is the state of the data of a source.
type SourceDataHealth struct {
	Source  string       `json:"source" doc:"ID of the source"`
	Name    string       `json:"source_name" doc:"Name of the source"`
	Dataset string       `json:"dataset" doc:"Schema of its tables in the warehouse"`
	TieOut  TieOut       `json:"tie_out" doc:"Comparison with the platform's totals"`
	AsOf    *time.Time   `json:"as_of,omitempty" doc:"When the source was last up to date; absent = never"`
	Through *adtally.Day `json:"through,omitempty" doc:"Last day that every ad account was read completely; absent = none"`
	Days    DayCoverage  `json:"coverage" doc:"Days that were read"`
	Gaps    int          `json:"gaps" doc:"Number of groups of missing data: see list-gaps"`
	Lost    int64        `json:"missing_values" doc:"Number of missing values or rows"`
	Table   string       `json:"table,omitempty" doc:"Table that the days and the comparison are about; absent = the source reads no such table"`
}

// TieOut counts comparisons with the platform's totals.
type TieOut struct {
	Ties    int    `json:"ties" doc:"Number of account-days that equal the platform's total"`
	Differ  int    `json:"differs" doc:"Number of account-days that differ"`
	Missing int    `json:"not_checked" doc:"Number of account-days that were read and not compared"`
	Drift   *Drift `json:"largest_drift,omitempty" doc:"Largest difference, relative to the platform's total; absent = none"`
}

// Drift is a difference between our sum and the platform's total.
type Drift struct {
	Account  string      `json:"account" doc:"Number of the ad account"`
	Name     string      `json:"account_name,omitempty" doc:"Name of the ad account"`
	Day      adtally.Day `json:"day" doc:"Day, in the account's time zone"`
	Currency string      `json:"currency,omitempty" doc:"Currency of money (ISO 4217)"`
	Figure   Figure      `json:"figure" doc:"Figure that differs"`
}

// DayCoverage counts the days that were read.
type DayCoverage struct {
	Read  int    `json:"read" doc:"Number of account-days of the period that were read"`
	Of    int    `json:"of" doc:"Number of account-days of the period"`
	Share string `json:"share,omitempty" doc:"read by of, as a decimal number; absent = there are no accounts"`
}

type healthInput struct {
	Since dayParam `query:"since" doc:"First day; absent = 27 days before the last"`
	Until dayParam `query:"until" doc:"Last day; absent = yesterday in UTC"`
}

type dataState struct {
	Body struct {
		Since adtally.Day        `json:"since" doc:"First day of the period"`
		Until adtally.Day        `json:"until" doc:"Last day of the period"`
		Items []SourceDataHealth `json:"items" nullable:"false" doc:"Sources"`
	}
}

func (g dataHealth) health(ctx context.Context, _ Caller, in *healthInput) (*dataState, error) {
	out := &dataState{}
	out.Body.Items = []SourceDataHealth{}
	out.Body.Until = dayOr(in.Until, adtally.DayOf(g.Now(), time.UTC)-1)
	out.Body.Since = dayOr(in.Since, out.Body.Until-usualDays+1)
	if out.Body.Until < out.Body.Since {
		return nil, invalid("query.until", "The last day is before the first day")
	}
	all, err := g.Sources.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	filters, err := g.comparedTables(all, adtally.WindowOf(out.Body.Since, out.Body.Until))
	if err != nil {
		return nil, platformProblem(err)
	}
	states, err := g.Warehouse.DataStates(ctx, filters)
	if err != nil {
		return nil, platformProblem(err)
	}
	for _, s := range all {
		one, err := g.healthOf(ctx, s, filters[s.Dataset], states[s.Dataset])
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, one)
	}
	return out, nil
}

func dayOr(p dayParam, usual adtally.Day) adtally.Day {
	if p.day != 0 {
		return p.day
	}
	return usual
}

// comparedTables selects the comparisons of the most detailed table of each source, by dataset.
func (g dataHealth) comparedTables(all []adtally.SourceRecord, w adtally.Window) (map[string]adtally.ComparisonFilter, error) {
	filters := map[string]adtally.ComparisonFilter{}
	for _, s := range all {
		tables, err := g.Platforms.Compared(s.Source)
		if err != nil {
			return nil, err
		}
		f := adtally.ComparisonFilter{Window: w}
		if len(tables) > 0 {
			f.Table = tables[len(tables)-1]
		}
		filters[s.Dataset] = f
	}
	return filters, nil
}

func (g dataHealth) healthOf(ctx context.Context, s adtally.SourceRecord, f adtally.ComparisonFilter, state adtally.DataState) (SourceDataHealth, error) {
	out := SourceDataHealth{Source: s.ID, Name: s.Name, Dataset: s.Dataset, AsOf: timeOrNil(s.LastGood), Table: f.Table, Gaps: len(state.Missing)}
	for _, m := range state.Missing {
		out.Lost += m.Count
	}
	if f.Table == "" {
		return out, nil
	}
	days, err := g.daysWith(ctx, s, f, true, state.Compared)
	if err != nil {
		return out, err
	}
	out.TieOut = comparedOf(days)
	accounts, err := g.accountsRead(ctx, s)
	if err != nil {
		return out, err
	}
	out.Days = dayCoverageOf(days, accounts, f.Window)
	out.Through = throughOf(days, accounts, f.Window)
	return out, nil
}

// accountsRead returns the numbers of the ad accounts that a source reads.
func (g dataHealth) accountsRead(ctx context.Context, s adtally.SourceRecord) ([]string, error) {
	if !s.All {
		return s.Accounts, nil
	}
	seen, err := g.Accounts.SeenAccounts(ctx, s.ID)
	var all []string
	for _, a := range seen {
		all = append(all, a.ID)
	}
	return all, err
}

// comparedOf counts days by the result of their comparison.
func comparedOf(days []reconciledDay) (out TieOut) {
	largest := new(big.Rat)
	for _, d := range days {
		switch d.state() {
		case "ties":
			out.Ties++
		case "differs":
			out.Differ++
		case "not_checked":
			out.Missing++
		}
		for _, c := range d.figures {
			if size := driftOf(c); c.Differs && size.Cmp(largest) > 0 {
				largest = size
				out.Drift = &Drift{d.key.Account, d.key.Name, d.key.Day, d.key.Currency, sums{added(nil, c.Ours), added(nil, c.Theirs)}.figure(c.Metric)}
			}
		}
	}
	return out
}

// driftOf is the difference of a comparison as a share of the platform's total; without a
// total it is the whole.
func driftOf(c adtally.Comparison) *big.Rat {
	difference := new(big.Rat)
	if ours := added(nil, c.Ours); ours != nil {
		difference.Add(difference, ours)
	}
	theirs := added(nil, c.Theirs)
	if theirs == nil || theirs.Sign() == 0 {
		return big.NewRat(1, 1)
	}
	return difference.Sub(difference, theirs).Quo(difference, theirs).Abs(difference)
}

// dayCoverageOf counts the account-days that were read.
func dayCoverageOf(days []reconciledDay, accounts []string, w adtally.Window) DayCoverage {
	out := DayCoverage{Of: len(accounts) * int(w.To-w.From)}
	for _, d := range days {
		if slices.Contains(accounts, d.key.Account) {
			out.Read++
		}
	}
	if out.Of > 0 {
		out.Share = big.NewRat(int64(out.Read), int64(out.Of)).FloatString(6)
	}
	return out
}

// throughOf returns the last day that was read for every account.
func throughOf(days []reconciledDay, accounts []string, w adtally.Window) *adtally.Day {
	read := map[adtally.Day]int{}
	for _, d := range days {
		if slices.Contains(accounts, d.key.Account) {
			read[d.key.Day]++
		}
	}
	for day := w.To - 1; day >= w.From && len(accounts) > 0; day-- {
		if read[day] == len(accounts) {
			return &day
		}
	}
	return nil
}
