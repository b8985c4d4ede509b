package analytics

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
)

// pacingAllowed refuses figures of a month so far while an account was not read until the
// day that they are asked for.
func (a *asking) pacingAllowed(ctx context.Context, p *plan) error {
	paced := slices.ContainsFunc(p.q.Metrics, func(name string) bool { return p.defs.Metrics[name].Special == "pacing" })
	if !paced {
		return nil
	}
	if p.q.Grain != Whole {
		return &Refusal{Code: "bad_query", Message: "Pacing is of one month so far", Hint: "Ask for it without a grain."}
	}
	accounts, err := a.wholeDays(ctx, p)
	if err != nil {
		return err
	}
	for _, account := range accounts {
		if account.last < p.asOf() {
			return &Refusal{Code: "stale", Message: fmt.Sprintf("Account %s was not read completely until %s, so pacing would be wrong", account.id, p.asOf()), Hint: "Sync the account first, or ask as of an earlier day."}
		}
	}
	return nil
}

// accountRead is an account with the last whole day that was read of it; zero = none.
type accountRead struct {
	id   string
	last adtally.Day
}

// wholeDays lists the accounts of a question. A day counts as read if it was over when it was
// requested, as for alerts (docs/decisions/0040).
func (a *asking) wholeDays(ctx context.Context, p *plan) (all []accountRead, err error) {
	w := &writer{plan: p}
	_, last, within := w.coveredWithin()
	from := "FROM adtally.accounts a LEFT JOIN adtally.coverage v ON v.account_id = a.account_id AND v.dataset = " + w.arg("marketing_spend") + within
	where := append([]string{"TRUE"}, w.accounts()...)
	rows, err := a.run(ctx, Statement{SQL: "SELECT a.account_id, a.time_zone, CAST(" + last + " AS VARCHAR), CAST(v.through_date AS VARCHAR), CAST(v.as_of AS VARCHAR) " + from +
		"\nWHERE " + strings.Join(where, " AND ") + "\nORDER BY 1", Values: w.args})
	if err != nil {
		return nil, err
	}
	times := &reader{times: map[string]time.Time{}}
	for _, r := range rows {
		if len(all) == 0 || all[len(all)-1].id != r[0].value {
			all = append(all, accountRead{id: r[0].value})
		}
		zone, err := time.LoadLocation(r[1].value)
		if err != nil {
			zone = time.UTC
		}
		within, err := adtally.ParseDay(r[2].value)
		through, err2 := adtally.ParseDay(r[3].value)
		if err == nil && err2 == nil { // else nothing was read
			of := &all[len(all)-1]
			of.last = max(of.last, min(within, through.Over(times.time(r[4]), zone)))
		}
	}
	return all, nil
}
