package marketing

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
)

// Source is a source whose tables are part of the dataset.
type Source struct {
	Dataset   string
	Marketing adtally.Marketing
}

// Builder fills the dataset.
type Builder struct {
	Warehouse destination.Writer // must be a destination.Sharer, too
	Settings  analytics.Settings
	Manual    map[string]string // campaigns that people matched, by TouchID
}

// Refresh writes everything anew that is computed from the sources and uploads. Rows of spend
// are written only if a source is new or reads another table: loads keep them up to date.
func (b *Builder) Refresh(ctx context.Context, sources []Source) error {
	share, ok := b.Warehouse.(destination.Sharer)
	if !ok {
		return fmt.Errorf("the warehouse cannot hold the dataset %s", analytics.Dataset)
	}
	db, done, err := b.Warehouse.Query(ctx)
	if err != nil {
		return err
	}
	w := &work{Builder: b, db: db}
	err = w.look(ctx, sources)
	var changes []destination.Change
	if err == nil {
		changes, err = w.changes(ctx)
	}
	done()
	if err != nil {
		return fmt.Errorf("prepare the dataset %s: %w", analytics.Dataset, err)
	}
	if _, err := share.Share(ctx, analytics.Dataset, changes...); err != nil {
		return err
	}
	return b.match(ctx, share)
}

// work is one refresh.
type work struct {
	*Builder
	db      *sql.DB
	columns map[string][]string // by dataset.table
	sources []*found
	// rolledUp are the sources whose rows a table has already.
	rolledUp map[string][]string
}

// found is a source with the tables that it has.
type found struct {
	Source
	campaigns, ads *adtally.MarketingTable
	covered        []coverage
	excluded       []string // accounts that an earlier source has already
}

// look reads which tables, columns and days there are.
func (w *work) look(ctx context.Context, sources []Source) error {
	w.columns = map[string][]string{}
	err := w.each(ctx, `SELECT table_schema || '.' || table_name, column_name FROM information_schema.columns`, func(v []sql.NullString) error {
		w.columns[v[0].String] = append(w.columns[v[0].String], v[1].String)
		return nil
	})
	if err != nil {
		return err
	}
	if err := w.readRollups(ctx); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, s := range sources {
		f := &found{Source: s, campaigns: w.first(s, s.Marketing.Campaigns), ads: w.first(s, s.Marketing.Ads)}
		if f.campaigns == nil {
			continue
		}
		if err := w.covers(ctx, f); err != nil {
			return err
		}
		mine := map[string]bool{}
		for _, c := range f.covered {
			mine[c.account] = true
		}
		for account := range mine {
			if taken[account] {
				f.excluded = append(f.excluded, account)
			}
			taken[account] = true
		}
		slices.Sort(f.excluded)
		w.sources = append(w.sources, f)
	}
	return nil
}

func (w *work) readRollups(ctx context.Context) error {
	w.rolledUp = map[string][]string{}
	if !w.has(analytics.Dataset, "_rollups") {
		return nil
	}
	return w.each(ctx, `SELECT name, source FROM adtally._rollups ORDER BY 1, 2`, func(v []sql.NullString) error {
		w.rolledUp[v[0].String] = append(w.rolledUp[v[0].String], v[1].String)
		return nil
	})
}

// first returns the first choice that a source has.
func (w *work) first(s Source, choices []adtally.MarketingTable) *adtally.MarketingTable {
	for _, c := range choices {
		if w.has(s.Dataset, c.Table) && w.has(s.Dataset, c.Loads) {
			return &c
		}
	}
	return nil
}

func (w *work) has(dataset, table string) bool { return w.columns[dataset+"."+table] != nil }

// each calls use with every row of a query, as text.
func (w *work) each(ctx context.Context, query string, use func([]sql.NullString) error, args ...any) error {
	return each(ctx, w.db, query, use, args...)
}

func each(ctx context.Context, db *sql.DB, query string, use func([]sql.NullString) error, args ...any) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	names, err := rows.Columns()
	if err != nil {
		return err
	}
	for rows.Next() {
		values, into := make([]sql.NullString, len(names)), make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := use(values); err != nil {
			return err
		}
	}
	return rows.Err()
}
