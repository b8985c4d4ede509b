package api

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"time"

	"adtally"
)

// RestatedAge is what was known of days when they had an age.
type RestatedAge struct {
	Age   int    `json:"age" doc:"Age of the days in days: 0, 1, 7 or 28"`
	Days  int    `json:"days" doc:"Number of account-days that were read at this age and at 28 days"`
	Value string `json:"value,omitempty" doc:"Their total as read at this age, as a decimal number"`
	Final string `json:"final,omitempty" doc:"Their total as read at 28 days"`
	Share string `json:"share,omitempty" doc:"value by final, as a decimal number; absent = the final total is 0"`
}

// RestatedMetric is the curve of a metric.
type RestatedMetric struct {
	Source   string        `json:"source" doc:"ID of the source"`
	Table    string        `json:"table" doc:"Table whose rows were added up"`
	Metric   string        `json:"metric" example:"spend" doc:"Column that was added up"`
	Currency string        `json:"currency,omitempty" doc:"Currency of the ad accounts (ISO 4217); absent = unknown. Different currencies are never added"`
	Ages     []RestatedAge `json:"ages" nullable:"false" doc:"Ages, youngest first"`
}

type restatementInput struct {
	Source  string   `query:"source" maxLength:"100" doc:"ID of the source; absent = all"`
	Table   string   `query:"table" maxLength:"200" doc:"Only this table; absent = all that are restated"`
	Metric  string   `query:"metric" maxLength:"200" doc:"Only this column; absent = all"`
	Account string   `query:"account" maxLength:"100" doc:"Only this ad account"`
	Since   dayParam `query:"since" doc:"First day; absent = all days"`
	Until   dayParam `query:"until" doc:"Last day; absent = all days"`
}

type restatements struct {
	Body struct {
		Items []RestatedMetric `json:"items" nullable:"false" doc:"Curves; empty = no day is 28 days old yet"`
	}
}

func (g dataHealth) restatement(ctx context.Context, _ Caller, in *restatementInput) (*restatements, error) {
	f := adtally.RestatementFilter{Table: in.Table, Metric: in.Metric, Account: accountNumber(in.Account)}
	if in.Since.day != 0 || in.Until.day != 0 {
		f.Window = adtally.WindowOf(dayOr(in.Since, 1), dayOr(in.Until, adtally.DayOf(g.Now(), time.UTC)))
	}
	all, err := g.chosen(ctx, in.Source)
	if err != nil {
		return nil, err
	}
	out := &restatements{}
	out.Body.Items = []RestatedMetric{}
	for _, s := range all {
		found, err := g.Warehouse.Restatement(ctx, s.Dataset, f)
		if err != nil {
			return nil, platformProblem(err)
		}
		accounts, err := g.accountsOf(ctx, s.ID)
		if err != nil {
			return nil, err
		}
		out.Body.Items = append(out.Body.Items, curvesOf(s.ID, found, func(account string) string { return accounts[account].Currency })...)
	}
	return out, nil
}

// chosen returns one source, or all.
func (g dataHealth) chosen(ctx context.Context, id string) ([]adtally.SourceRecord, error) {
	if id == "" {
		return g.Sources.Sources(ctx, false)
	}
	s, err := g.Sources.Source(ctx, id)
	return []adtally.SourceRecord{s}, err
}

// curveKey names an age of a curve.
type curveKey struct {
	table, metric, currency string
	age                     int
}

func (k curveKey) compare(o curveKey) int {
	return cmp.Or(cmp.Compare(k.table, o.table), cmp.Compare(k.metric, o.metric), cmp.Compare(k.currency, o.currency), cmp.Compare(k.age, o.age))
}

// curvesOf adds up the totals of accounts with the same currency.
func curvesOf(source string, all []adtally.Restated, currency func(account string) string) (out []RestatedMetric) {
	totals, days, keys := map[curveKey]sums{}, map[curveKey]int{}, []curveKey{}
	for _, r := range all {
		k := curveKey{r.Table, r.Metric, currency(r.Account), r.Age}
		if days[k] == 0 {
			keys = append(keys, k)
		}
		totals[k] = sums{added(totals[k].ours, r.Value), added(totals[k].platform, r.Final)}
		days[k] += r.Days
	}
	slices.SortFunc(keys, curveKey.compare)
	for _, k := range keys {
		n := len(out) - 1
		if n < 0 || out[n].Table != k.table || out[n].Metric != k.metric || out[n].Currency != k.currency {
			out = append(out, RestatedMetric{Source: source, Table: k.table, Metric: k.metric, Currency: k.currency})
			n++
		}
		out[n].Ages = append(out[n].Ages, restatedAge(k.age, days[k], totals[k]))
	}
	return out
}

func restatedAge(age, days int, s sums) RestatedAge {
	out := RestatedAge{Age: age, Days: days, Value: decimal(s.ours), Final: decimal(s.platform)}
	if s.ours != nil && s.platform != nil && s.platform.Sign() != 0 {
		out.Share = new(big.Rat).Quo(s.ours, s.platform).FloatString(6)
	}
	return out
}
