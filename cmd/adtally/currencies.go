package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"sync"

	"adtally/internal/analytics"
	"adtally/internal/store"
)

// targetCurrencies are the currencies that dashboards and questions convert to. Rates are kept for
// these only, because those of all currencies and years would be millions of rows.
type targetCurrencies struct {
	store *store.DB

	mu    sync.Mutex
	asked map[string]bool // since the service started
}

// ask adds the currency of a question.
func (t *targetCurrencies) ask(currency string) {
	if currency == "" {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.asked == nil {
		t.asked = map[string]bool{}
	}
	t.asked[currency] = true
}

// targets returns the currencies in order.
func (t *targetCurrencies) targets(ctx context.Context) ([]string, error) {
	boards, err := t.store.Dashboards(ctx)
	if err != nil {
		return nil, err
	}
	t.mu.Lock()
	all := maps.Clone(t.asked)
	t.mu.Unlock()
	if all == nil {
		all = map[string]bool{}
	}
	for _, b := range boards {
		var spec analytics.DashboardSpec
		if err := json.Unmarshal(b.Content, &spec); err != nil {
			return nil, fmt.Errorf("read the dashboard %s: %w", b.ID, err)
		}
		all[spec.Currency] = true
	}
	delete(all, "")
	return slices.Sorted(maps.Keys(all)), nil
}
