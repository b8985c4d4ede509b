package upload

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"math/big"
	"slices"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
)

// Load writes the rows of a file or mapped table, in place of those that it had.
func (s *Service) Load(ctx context.Context, id string, audit ...adtally.AuditEntry) (f adtally.DataFile, err error) {
	s.loading.Lock()
	defer s.loading.Unlock()
	if f, err = s.Store.DataFile(ctx, id); err != nil {
		return f, err
	}
	if f.Relation != "" {
		if f, err = s.described(ctx, f); err != nil {
			return f, err
		}
	}
	l, err := s.begin(ctx, f)
	if err != nil {
		return f, err
	}
	changes, err := l.changes(ctx)
	if err != nil {
		return f, err
	}
	out, err := s.Warehouse.Share(ctx, changes...)
	if err != nil {
		return f, err
	}
	f.Result = *l.result
	f.Result.At, f.Result.Rows, f.Result.Twice, f.Result.Keys = l.at, out[0].Rows, out[0].Twice, out[0].Keys
	if f, err = s.Store.EditDataFile(ctx, f, audit...); err != nil || f.Kind == adtally.RatesFile {
		return f, err
	}
	return f, s.addRates(ctx) // its currencies may be new
}

// loading is one load.
type loading struct {
	*Service
	file     adtally.DataFile
	settings analytics.Settings
	zone     *time.Location
	reader   *lineReader
	at       time.Time
	result   *adtally.FileResult
	others   []adtally.DataFile // loaded files of the same kind
}

func (s *Service) begin(ctx context.Context, f adtally.DataFile) (l *loading, err error) {
	l = &loading{Service: s, file: f, at: s.Now().UTC().Truncate(time.Microsecond), result: &adtally.FileResult{Errors: []adtally.LineError{}}}
	if l.reader, err = newLineReader(f); err != nil {
		return nil, err
	}
	return l, l.surroundings(ctx)
}

// surroundings reads the settings and the other files of the kind.
func (l *loading) surroundings(ctx context.Context) (err error) {
	if l.settings, err = l.Settings(ctx); err != nil {
		return err
	}
	if l.zone, err = time.LoadLocation(l.settings.Zone); err != nil {
		return err
	}
	all, err := l.Store.DataFiles(ctx)
	l.others = slices.DeleteFunc(all, func(o adtally.DataFile) bool {
		return o.ID == l.file.ID || o.Kind != l.file.Kind || o.Result.At.IsZero()
	})
	return err
}

// changes are the rows of the file, and what is computed from those of all files.
func (l *loading) changes(ctx context.Context) ([]destination.Change, error) {
	s := keptTable(l.file.Kind)
	p := l.pass(ctx, newRowWriter(s), false)
	all := []destination.Change{{Rows: &destination.Rows{Table: s, Column: fileColumn, Value: l.file.ID, Batches: p.batches()}}}
	if l.file.Kind == adtally.OrdersFile {
		refunds := &destination.Rows{Table: keptRefunds, Column: fileColumn, Value: l.file.ID}
		if l.refunds() {
			refunds.Batches = l.pass(ctx, newRowWriter(keptRefunds), true).batches()
		}
		all = append(all, destination.Change{Rows: refunds})
	}
	return l.derived(ctx, all, func() []adtally.DataFile {
		f := l.file
		f.Result = *l.result
		return append(l.others[:len(l.others):len(l.others)], f)
	})
}

// refunds reports whether a file of orders says what was paid back.
func (l *loading) refunds() bool {
	_, amount := l.reader.cells["refunded_amount"]
	return amount || l.file.Mapping.NegativeRefunds
}

func (l *loading) pass(ctx context.Context, w *rowWriter, refunds bool) *pass {
	reader := *l.reader
	return &pass{file: l.file, reader: &reader, lines: l.lines(ctx), writer: w, refunds: refunds, zone: l.zone, at: l.at.Format(time.RFC3339Nano), result: l.result}
}

func (l *loading) lines(ctx context.Context) iter.Seq2[line, error] {
	if l.file.Relation != "" {
		return l.relation(ctx, l.file)
	}
	return lines(l.opener(l.file.ID), l.file.Mapping.Format)
}

// derived adds what is computed. files returns the files of the kind as they will be.
func (l *loading) derived(ctx context.Context, all []destination.Change, files func() []adtally.DataFile) ([]destination.Change, error) {
	all = append(all, computed(l.file.Kind, l.settings)...)
	all = append(all, coverage(l.file.Kind, files)...)
	if l.file.Kind != adtally.RatesFile {
		return all, nil
	}
	published, err := l.published(ctx)
	if err != nil {
		return nil, err
	}
	used, err := l.inUse(ctx)
	if err != nil {
		return nil, err
	}
	return append(all, dailyRates(l.settings, adtally.DayOf(l.at, l.zone), func() []analytics.Rate { return only(published(), used) })), nil
}

// published returns the rates of all files: those of others from the warehouse, and those of
// this file as they are read. Of rates for the same day, the last in the list counts.
func (l *loading) published(ctx context.Context) (func() []analytics.Rate, error) {
	var rates []analytics.Rate
	if len(l.others) > 0 {
		err := l.Warehouse.Read(ctx, func(ctx context.Context, db *sql.DB) (err error) {
			rates, err = readRates(ctx, db, l.file.ID)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return func() []analytics.Rate {
		if l.reader == nil {
			return rates // the file is being deleted
		}
		p := l.pass(ctx, newRowWriter(keptRates), false)
		p.result = &adtally.FileResult{Errors: []adtally.LineError{}} // its lines are counted already
		for b, err := range p.batches() {
			if err != nil {
				break // the first pass has reported it
			}
			for row := range b.Rows() {
				if r, ok := rateOf(b, row); ok {
					rates = append(rates, r)
				}
			}
			b.Release()
		}
		return rates
	}, nil
}

type cells interface {
	Cell(row int, column string) (string, bool)
}

func rateOf(b cells, row int) (r analytics.Rate, ok bool) {
	text, _ := b.Cell(row, "day")
	rate, _ := b.Cell(row, "rate")
	r.Currency, _ = b.Cell(row, "currency")
	d, err := adtally.ParseDay(text)
	r.Day = d
	r.PerEuro, ok = new(big.Rat).SetString(rate)
	return r, ok && err == nil
}

func readRates(ctx context.Context, db *sql.DB, except string) (all []analytics.Rate, err error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf("SELECT CAST(day AS VARCHAR), currency, CAST(rate AS VARCHAR) FROM %s WHERE %s <> $1 ORDER BY %s", inDataset(keptRates.Name), fileColumn, loadedColumn), except)
	if err != nil {
		return nil, fmt.Errorf("read the rates: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var text, rate string
		var r analytics.Rate
		if err := rows.Scan(&text, &r.Currency, &rate); err != nil {
			return nil, err
		}
		if r.Day, err = adtally.ParseDay(text); err != nil {
			return nil, err
		}
		r.PerEuro, _ = new(big.Rat).SetString(rate)
		all = append(all, r)
	}
	return all, rows.Err()
}

// withdraw deletes the rows of a file, and computes anew what depends on them.
func (s *Service) withdraw(ctx context.Context, f adtally.DataFile) error {
	if f.Result.At.IsZero() {
		return nil
	}
	l := &loading{Service: s, file: f, at: s.Now()}
	if err := l.surroundings(ctx); err != nil {
		return err
	}
	all := []destination.Change{{Rows: &destination.Rows{Table: keptTable(f.Kind), Column: fileColumn, Value: f.ID}}}
	if f.Kind == adtally.OrdersFile {
		all = append(all, destination.Change{Rows: &destination.Rows{Table: keptRefunds, Column: fileColumn, Value: f.ID}})
	}
	all, err := l.derived(ctx, all, func() []adtally.DataFile { return l.others })
	if err != nil {
		return err
	}
	_, err = s.Warehouse.Share(ctx, all...)
	return err
}

// Recompute computes again what depends on the settings: first orders and daily rates. It also adds
// the rates of new days.
func (s *Service) Recompute(ctx context.Context) error {
	s.loading.Lock()
	defer s.loading.Unlock()
	all, err := s.Store.DataFiles(ctx)
	if err != nil {
		return err
	}
	var changes []destination.Change
	for _, kind := range []adtally.FileKind{adtally.OrdersFile, adtally.RatesFile} {
		if !slices.ContainsFunc(all, func(f adtally.DataFile) bool { return f.Kind == kind && !f.Result.At.IsZero() }) {
			continue
		}
		l := &loading{Service: s, file: adtally.DataFile{Kind: kind}, at: s.Now()}
		if err := l.surroundings(ctx); err != nil {
			return err
		}
		more, err := l.derived(ctx, nil, func() []adtally.DataFile { return l.others })
		if err != nil {
			return err
		}
		changes = append(changes, more...)
	}
	if len(changes) == 0 {
		return nil
	}
	_, err = s.Warehouse.Share(ctx, changes...)
	return err
}
