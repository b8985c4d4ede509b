package main

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/marketing"
)

// sharedRefresh keeps the dataset that all sources share up to date. It is refreshed before a
// question is answered, if something was loaded since: that needs no schedule, and costs
// nothing while nobody asks.
type sharedRefresh struct {
	sources interface {
		Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	}
	settings func(context.Context) (analytics.Settings, error)
	catalog  func() []adtally.Spec
	// uploads returns a text that changes with every upload.
	uploads func(context.Context) (string, error)
	mapped  func(context.Context) error // loads mapped tables again
	log     *slog.Logger

	mu    sync.Mutex
	stamp string    // of what the dataset was made from
	at    time.Time // of the last refresh
	seen  time.Time // when it was last looked whether one is needed
}

// The shortest times between two refreshes, as something is loaded all the time during a
// sync, and between two looks, as a page asks for all its tiles at once. Spend itself needs no
// refresh: loads write it.
const (
	shortest     = 10 * time.Second
	shortestLook = 2 * time.Second
)

// refresh writes the dataset anew if sources, their loads, uploads or settings have changed.
func (s *sharedRefresh) refresh(ctx context.Context, w destination.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stamp != "" && (time.Since(s.seen) < shortestLook || time.Since(s.at) < shortest) {
		return nil
	}
	sources, err := s.marketing(ctx)
	if err != nil {
		return err
	}
	settings, err := s.settings(ctx)
	if err != nil {
		return err
	}
	s.seen = time.Now()
	loads, err := s.loads(ctx, w, sources, settings)
	if err != nil {
		return err
	}
	uploads, err := s.uploads(ctx)
	if err != nil || loads+uploads == s.stamp {
		return err
	}
	if err := s.build(ctx, w, sources, settings); err != nil {
		if s.stamp == "" {
			return err
		}
		s.log.Error("the dataset that all sources share was not refreshed", "error", err)
		return nil
	}
	if uploads, err = s.uploads(ctx); err != nil { // mapped tables have been loaded again
		return err
	}
	s.stamp, s.at = loads+uploads, time.Now()
	return nil
}

// build writes the dataset, with what mapped tables of the warehouse have now.
func (s *sharedRefresh) build(ctx context.Context, w destination.Writer, sources []marketing.Source, settings analytics.Settings) error {
	if err := s.mapped(ctx); err != nil {
		return err
	}
	return (&marketing.Builder{Warehouse: w, Settings: settings}).Refresh(ctx, sources)
}

// marketing lists the sources whose tables are part of the dataset.
func (s *sharedRefresh) marketing(ctx context.Context) (all []marketing.Source, err error) {
	records, err := s.sources.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	for _, r := range records {
		for _, spec := range s.catalog() {
			if spec.Name == r.Connector && spec.Marketing.Channel != "" {
				all = append(all, marketing.Source{Dataset: r.Dataset, Marketing: spec.Marketing})
			}
		}
	}
	return all, nil
}

// loads describes what the dataset would be made from, without uploads.
func (s *sharedRefresh) loads(ctx context.Context, w destination.Writer, sources []marketing.Source, settings analytics.Settings) (string, error) {
	db, done, err := w.Query(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	var b strings.Builder
	fmt.Fprint(&b, settings)
	for _, source := range sources {
		var last sql.NullString
		err := db.QueryRowContext(ctx, `SELECT CAST(MAX(sequence) AS VARCHAR) FROM "`+strings.ReplaceAll(source.Dataset, `"`, `""`)+`"._loads`).Scan(&last)
		if err != nil && !strings.Contains(err.Error(), "Catalog Error") { // nothing was loaded yet
			return "", fmt.Errorf("read the loads of %s: %w", source.Dataset, err)
		}
		fmt.Fprintf(&b, "; %s %s", source.Dataset, last.String)
	}
	return b.String(), nil
}
