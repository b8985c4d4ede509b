package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/pacing"
)

// accountReader reads accounts from the dataset that all sources share. Source is the dataset
// of an account's source until the caller knows better.
type accountReader struct {
	db    analytics.Queryer
	since string // first day
	all   []pacing.Account
	at    map[string]int    // position in all by account
	in    map[[2]string]int // position of a campaign in its account
}

func readAccounts(ctx context.Context, db analytics.Queryer, today adtally.Day) ([]pacing.Account, error) {
	r := &accountReader{db: db, since: (today - pacing.History - 1).String(), at: map[string]int{}, in: map[[2]string]int{}}
	err := errors.Join(r.accounts(ctx), r.read(ctx), r.budgets(ctx), r.spend(ctx))
	return r.all, err
}

func (r *accountReader) each(ctx context.Context, add func(v []sql.NullString) error, query string, values ...any) error {
	rows, err := r.db.QueryContext(ctx, query, values...)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		v := make([]sql.NullString, len(columns))
		into := make([]any, len(v))
		for i := range v {
			into[i] = &v[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := add(v); err != nil {
			return err
		}
	}
	return rows.Err()
}

func (r *accountReader) accounts(ctx context.Context) error {
	return r.each(ctx, func(v []sql.NullString) error {
		zone, err := time.LoadLocation(v[3].String)
		if err != nil {
			zone = time.UTC
		}
		r.at[v[0].String] = len(r.all)
		r.all = append(r.all, pacing.Account{ID: v[0].String, Name: v[1].String, Source: v[2].String, Zone: zone, Currency: v[4].String})
		return nil
	}, `SELECT account_id, MIN(account_name), MIN(source), MIN(time_zone), MIN(currency) FROM adtally.accounts GROUP BY 1 ORDER BY 1`)
}

func (r *accountReader) read(ctx context.Context) error {
	return r.each(ctx, func(v []sql.NullString) error {
		at, ok := r.at[v[0].String]
		if !ok || !v[1].Valid || !v[2].Valid {
			return nil
		}
		from, err := adtally.ParseDay(v[1].String)
		last, err2 := adtally.ParseDay(v[2].String)
		if read, err := strconv.ParseInt(v[3].String, 10, 64); err == nil {
			last = last.Over(time.UnixMicro(read), r.all[at].Zone)
		}
		r.all[at].Read = append(r.all[at].Read, adtally.Window{From: from, To: last + 1})
		return errors.Join(err, err2)
	}, `SELECT account_id, CAST(from_date AS VARCHAR), CAST(through_date AS VARCHAR), CAST(epoch_us(as_of) AS VARCHAR) FROM adtally.coverage WHERE dataset = 'marketing_spend'`)
}

func (r *accountReader) budgets(ctx context.Context) error {
	return r.each(ctx, func(v []sql.NullString) error {
		at, ok := r.at[v[0].String]
		amount, valid := new(big.Rat).SetString(v[4].String)
		if !ok || !valid {
			return nil
		}
		month, err := adtally.ParseDay(v[2].String + "-01")
		r.all[at].Budgets = append(r.all[at].Budgets, pacing.Budget{Campaign: v[1].String, Month: month, Currency: v[3].String, Amount: amount})
		return err
	}, `SELECT account_id, campaign_id, month, currency, CAST(amount AS VARCHAR) FROM adtally.budgets WHERE month >= $1 ORDER BY 1, 2, 3`, r.since[:7])
}

// spend reads the days of each campaign. Rows in another currency than the account's, which
// uploads can have, are left out.
func (r *accountReader) spend(ctx context.Context) error {
	return r.each(ctx, func(v []sql.NullString) error {
		at, ok := r.at[v[0].String]
		if !ok {
			return nil
		}
		day, err := adtally.ParseDay(v[3].String)
		if err != nil {
			return err
		}
		spent, valid := new(big.Rat).SetString(v[4].String)
		if !valid {
			return fmt.Errorf("the spend of account %s on %s is %q", v[0].String, day, v[4].String)
		}
		d := pacing.Delivery{Spend: spent}
		if n, valid := new(big.Rat).SetString(v[5].String); valid {
			d.Conversions = n
		}
		r.campaign(at, v[1].String, v[2].String).Days[day] = d
		return nil
	}, `SELECT s.account_id, COALESCE(s.campaign_id, ''), MIN(c.campaign_name), CAST(s.date AS VARCHAR), CAST(COALESCE(SUM(s.spend), 0) AS VARCHAR), CAST(SUM(s.platform_conversions) AS VARCHAR)
		FROM adtally.marketing_spend s JOIN (SELECT account_id, MIN(currency) AS currency FROM adtally.accounts GROUP BY 1) a ON a.account_id = s.account_id AND a.currency = s.currency
		LEFT JOIN (SELECT account_id, campaign_id, MIN(campaign_name) AS campaign_name FROM adtally.campaigns WHERE current GROUP BY 1, 2) c ON c.account_id = s.account_id AND c.campaign_id = s.campaign_id
		WHERE s.date >= CAST($1 AS DATE) GROUP BY 1, 2, 4`, r.since)
}

func (r *accountReader) campaign(account int, id, name string) *pacing.Campaign {
	a := &r.all[account]
	key := [2]string{a.ID, id}
	at, ok := r.in[key]
	if !ok {
		at = len(a.Campaigns)
		r.in[key] = at
		a.Campaigns = append(a.Campaigns, pacing.Campaign{ID: id, Name: name, Days: map[adtally.Day]pacing.Delivery{}})
	}
	return &a.Campaigns[at]
}
