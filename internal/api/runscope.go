package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
)

// farthestEast is the largest offset from UTC: the day of an account may begin that
// much earlier.
const farthestEast = 14 * time.Hour

// checkNotFuture refuses a first day that has not begun in any time zone.
func (s *shell) checkNotFuture(day adtally.Day, field string) error {
	if day > adtally.DayOf(s.Now().Add(farthestEast), time.UTC) {
		return invalid(field, "This day is in the future")
	}
	return nil
}

// scopeInput limits what a run reads; empty = everything that is due.
type scopeInput struct {
	Accounts []string    `json:"accounts,omitempty" maxItems:"10000" doc:"Numbers of the ad accounts to read; absent = all of the source"`
	Tables   []string    `json:"tables,omitempty" maxItems:"500" doc:"Names of the tables to read; absent = all of the source"`
	Since    adtally.Day `json:"since,omitempty" doc:"First day to read again"`
	Until    adtally.Day `json:"until,omitempty" doc:"Last day to read again"`
}

// runScope converts an input. Everything that is named is read again, even if it is
// final.
func (g sources) runScope(ctx context.Context, s adtally.SourceRecord, w scopeInput) (e adtally.RunScope, err error) {
	if len(w.Accounts)+len(w.Tables) == 0 && w.Since == 0 && w.Until == 0 {
		return e, nil
	}
	if err := g.checkNotFuture(w.Since, "body.since"); err != nil {
		return e, err
	}
	if w.Since != 0 && w.Until != 0 && w.Until < w.Since {
		return e, invalid("body.until", "The last day is before the first day")
	}
	for _, a := range w.Accounts {
		e.Accounts = append(e.Accounts, accountNumber(a))
	}
	if err := g.checkAccounts(ctx, s, e.Accounts, "body.accounts[%d]"); err != nil {
		return e, err
	}
	e.Tables, e.Since, e.Until, e.Reread = w.Tables, w.Since, w.Until, true
	return e, g.knows(s, w.Tables)
}

// accountNumber removes the prefix act_ from the number of an ad account.
func accountNumber(account string) string {
	return strings.TrimPrefix(strings.TrimSpace(account), "act_")
}

// checkAccounts refuses ad accounts that a source does not read.
func (g sources) checkAccounts(ctx context.Context, s adtally.SourceRecord, accounts []string, field string) error {
	if len(accounts) == 0 {
		return nil
	}
	known := slices.Clone(s.Accounts)
	if s.All {
		seen, err := g.Accounts.SeenAccounts(ctx, s.ID)
		if err != nil {
			return err
		}
		for _, a := range seen {
			known = append(known, a.ID)
		}
	}
	for i, a := range accounts {
		if !slices.Contains(known, a) {
			return invalid(numbered(field, i), "The source does not read this ad account")
		}
	}
	return nil
}

// numbered inserts a list index into the path of a field.
func numbered(field string, i int) string {
	if strings.Contains(field, "%d") {
		return fmt.Sprintf(field, i)
	}
	return field
}

// knows refuses tables that a source cannot have.
func (g sources) knows(s adtally.SourceRecord, tables []string) error {
	known, err := g.Platforms.Tables(s.Source)
	if err != nil {
		return platformProblem(err)
	}
	var names []string
	for _, c := range known {
		names = append(names, c.Name)
	}
	for i, name := range tables {
		if !slices.Contains(names, name) {
			return invalid(numbered("body.tables[%d]", i), strings.TrimSuffix("No such table exists. "+adtally.DidYouMean(name, names), ". "))
		}
	}
	return nil
}

// checkPicked refuses newly picked ad accounts that the source's token cannot see. An
// account that was picked before and lost since may stay.
func (g sources) checkPicked(ctx context.Context, before, after adtally.SourceRecord) error {
	if after.Credential == "" {
		return nil // the token is checked against the picked accounts when it is set
	}
	seen, err := g.Accounts.SeenAccounts(ctx, after.ID)
	if err != nil {
		return err
	}
	all := slices.Clone(before.Accounts)
	var last time.Time
	for _, a := range seen {
		if a.Last.After(last) {
			last = a.Last
		}
	}
	for _, a := range seen {
		if a.Last.Equal(last) {
			all = append(all, a.ID)
		}
	}
	return checkSeen(after.Accounts, all)
}

func checkSeen(picked, seen []string) error {
	for i, a := range picked {
		if !slices.Contains(seen, a) {
			return invalid(fmt.Sprintf("body.accounts[%d]", i), "The token cannot see this ad account")
		}
	}
	return nil
}

// seenBy returns the IDs of the ad accounts of a grant.
func seenBy(g adtally.Grant) (ids []string) {
	for _, a := range g.Accounts {
		ids = append(ids, a.ID)
	}
	return ids
}
