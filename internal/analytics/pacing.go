package analytics

import (
	"context"
	"fmt"
	"slices"
	"strings"

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
	w := &writer{plan: p}
	_, last, within := w.coveredWithin()
	from := "FROM adtally.accounts a LEFT JOIN adtally.coverage v ON v.account_id = a.account_id AND v.dataset = " + w.arg("marketing_spend") + within
	where := append([]string{"TRUE"}, w.accounts()...)
	s := Statement{SQL: "SELECT a.account_id, CAST(MAX(" + last + ") AS VARCHAR) " + from + "\nWHERE " + strings.Join(where, " AND ") + "\nGROUP BY 1 ORDER BY 1", Values: w.args}
	rows, err := a.run(ctx, s)
	if err != nil {
		return err
	}
	for _, r := range rows {
		if through, err := adtally.ParseDay(r[1].value); !r[1].valid || err != nil || through < p.asOf() {
			return &Refusal{Code: "stale", Message: fmt.Sprintf("The data of account %s ends before %s, so pacing would be wrong", r[0].value, p.asOf()), Hint: "Sync the account first, or ask as of an earlier day."}
		}
	}
	return nil
}
