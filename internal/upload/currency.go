package upload

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"adtally"
	"adtally/internal/analytics"
)

// AddRates computes the daily rates again if a currency has come into use, or a day has begun, for
// which there are published rates but no daily ones.
func (s *Service) AddRates(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	return s.addRates(ctx)
}

func (s *Service) addRates(ctx context.Context) error {
	all, err := s.Store.DataFiles(ctx)
	if err != nil || !slices.ContainsFunc(all, func(f adtally.DataFile) bool { return f.Kind == adtally.RatesFile && !f.Result.At.IsZero() }) {
		return err
	}
	l := &loading{Service: s, file: adtally.DataFile{Kind: adtally.RatesFile}, at: s.Now()}
	if err := l.surroundings(ctx); err != nil {
		return err
	}
	if lacking, err := l.lacksRates(ctx); err != nil || !lacking {
		return err
	}
	changes, err := l.derived(ctx, nil, func() []adtally.DataFile { return l.others })
	if err != nil {
		return err
	}
	_, err = s.Warehouse.Share(ctx, changes...)
	return err
}

// withCurrency are the tables of the dataset whose amounts have a currency. Accounts stand for the
// spend of all sources.
var withCurrency = []string{"accounts", "orders", "budgets", "uploaded_spend"}

// inUse returns the currencies of amounts, and those that amounts are converted to.
func (l *loading) inUse(ctx context.Context) (map[string]bool, error) {
	used := map[string]bool{l.settings.Currency: true}
	if l.Targets != nil {
		targets, err := l.Targets(ctx)
		if err != nil {
			return nil, err
		}
		for _, c := range targets {
			used[c] = true
		}
	}
	err := l.Warehouse.Read(ctx, func(ctx context.Context, db *sql.DB) error {
		there, err := texts(ctx, db, "SELECT table_name FROM information_schema.columns WHERE table_schema = '"+analytics.Dataset+"' AND column_name = 'currency' AND table_name IN ('"+strings.Join(withCurrency, "', '")+"')")
		if err != nil || len(there) == 0 {
			return err
		}
		for i, name := range there {
			there[i] = "SELECT currency FROM " + inDataset(name) + " WHERE currency IS NOT NULL"
		}
		of, err := texts(ctx, db, strings.Join(there, " UNION "))
		for _, c := range of {
			used[c] = true
		}
		return err
	})
	return used, err
}

// lacksRates reports whether published rates of currencies in use, or of days until today, are not
// among the daily ones.
func (l *loading) lacksRates(ctx context.Context) (lacking bool, err error) {
	used, err := l.inUse(ctx)
	if err != nil {
		return false, err
	}
	through := adtally.DayOf(l.at, l.zone)
	err = l.Warehouse.Read(ctx, func(ctx context.Context, db *sql.DB) error {
		published, err := texts(ctx, db, "SELECT DISTINCT currency FROM "+inDataset(keptRates.Name))
		if err != nil {
			return err
		}
		published = slices.DeleteFunc(append(published, analytics.BaseCurrency), func(c string) bool { return !used[c] })
		if len(published) < 2 {
			return nil // there is no pair
		}
		daily, err := texts(ctx, db, "SELECT DISTINCT to_currency FROM "+inDataset("fx_daily"))
		if err != nil {
			return err
		}
		last, err := texts(ctx, db, fmt.Sprintf("SELECT CAST(max(day) AS VARCHAR) FROM %s HAVING max(day) < (SELECT least(DATE '%s', max(day) + %d) FROM %s)", inDataset("fx_daily"), through, l.settings.MaxCarryDays, inDataset(keptRates.Name)))
		lacking = len(last) > 0 || slices.ContainsFunc(published, func(c string) bool { return !slices.Contains(daily, c) })
		return err
	})
	return lacking, err
}

// texts returns the first column of a query.
func texts(ctx context.Context, db *sql.DB, query string) (all []string, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, fmt.Errorf("read the currencies: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, rows.Err()
}

// only returns the rates of some currencies.
func only(all []analytics.Rate, used map[string]bool) (some []analytics.Rate) {
	for _, r := range all {
		if used[r.Currency] {
			some = append(some, r)
		}
	}
	return some
}
