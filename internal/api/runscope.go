package api

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"adtally"
)

// farthestEast is how far ahead of UTC a zone may be: an account's day may begin so
// much earlier.
const farthestEast = 14 * time.Hour

// notLater refuses a first day that has begun nowhere yet.
func (s *shell) notLater(day adtally.Day, field string) error {
	if day > adtally.DayOf(s.Now().Add(farthestEast), time.UTC) {
		return invalid(field, "This day is in the future")
	}
	return nil
}

// scopeInput is how much of a source is to be read; all that is due where nothing is
// named.
type scopeInput struct {
	Accounts []string    `json:"accounts,omitempty" maxItems:"10000" doc:"Only these ad accounts of the source, by number"`
	Tables   []string    `json:"tables,omitempty" maxItems:"500" doc:"Only these tables"`
	Since    adtally.Day `json:"since,omitempty" doc:"Read again from this day"`
	Until    adtally.Day `json:"until,omitempty" doc:"Read again until this day"`
}

// runScope is what is named; it is read again, also where it is final.
func (g sources) runScope(ctx context.Context, s adtally.SourceRecord, w scopeInput) (e adtally.RunScope, err error) {
	if len(w.Accounts)+len(w.Tables) == 0 && w.Since == 0 && w.Until == 0 {
		return e, nil
	}
	if err := g.notLater(w.Since, "body.since"); err != nil {
		return e, err
	}
	if w.Since != 0 && w.Until != 0 && w.Until < w.Since {
		return e, invalid("body.until", "The last day is before the first")
	}
	for _, a := range w.Accounts {
		e.Accounts = append(e.Accounts, bare(a))
	}
	if err := g.reads(ctx, s, e.Accounts, "body.accounts[%d]"); err != nil {
		return e, err
	}
	e.Tables, e.Since, e.Until, e.Reread = w.Tables, w.Since, w.Until, true
	return e, g.knows(s, w.Tables)
}

// bare is the number of an ad account, as people write it.
func bare(account string) string { return strings.TrimPrefix(strings.TrimSpace(account), "act_") }

// reads refuses ad accounts that a source does not read.
func (g sources) reads(ctx context.Context, s adtally.SourceRecord, accounts []string, field string) error {
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

// numbered puts the place in a list into a field's name, where it has one.
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
		return foreign(err)
	}
	var names []string
	for _, c := range known {
		names = append(names, c.Name)
	}
	for i, name := range tables {
		if !slices.Contains(names, name) {
			return invalid(numbered("body.tables[%d]", i), strings.TrimSuffix("There is no such table. "+adtally.DidYouMean(name, names), ". "))
		}
	}
	return nil
}

// picked refuses ad accounts that are picked anew and that the source's token does
// not see. What it saw once and lost may stay picked.
func (g sources) picked(ctx context.Context, before, after adtally.SourceRecord) error {
	if after.Credential == "" {
		return nil // a token that comes later is asked
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
	return unseen(after.Accounts, all)
}

func unseen(picked, seen []string) error {
	for i, a := range picked {
		if !slices.Contains(seen, a) {
			return invalid(fmt.Sprintf("body.accounts[%d]", i), "The token does not see this ad account")
		}
	}
	return nil
}

// seenBy are the ad accounts of a grant.
func seenBy(g adtally.Grant) (ids []string) {
	for _, a := range g.Accounts {
		ids = append(ids, a.ID)
	}
	return ids
}
