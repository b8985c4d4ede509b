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

// sharedDataset keeps the dataset that all sources share up to date. It is refreshed before a
// question is answered, if something was loaded since: that needs no schedule, and costs
// nothing while nobody asks.
type sharedDataset struct {
	sources interface {
		Sources(ctx context.Context, deleted bool) ([]adtally.SourceRecord, error)
	}
	settings func(context.Context) (analytics.Settings, error)
	catalog  func() []adtally.Spec
	// uploads returns a text that changes with every upload.
	uploads func(context.Context) (string, error)
	log     *slog.Logger

	mu    sync.Mutex
	stamp string // of what the dataset was made from
	at    time.Time
}

// shortest is the shortest time between two refreshes: during a sync, something is loaded
// all the time. Spend itself is read through views and needs none.
const shortest = 10 * time.Second

// refresh writes the dataset anew if sources, their loads, uploads or settings have changed.
func (s *sharedDataset) refresh(ctx context.Context, w destination.Writer) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sources, err := s.marketing(ctx)
	if err != nil {
		return err
	}
	settings, err := s.settings(ctx)
	if err != nil {
		return err
	}
	if s.stamp != "" && time.Since(s.at) < shortest {
		return nil
	}
	stamp, err := s.now(ctx, w, sources, settings)
	if err != nil || stamp == s.stamp {
		return err
	}
	b := &marketing.Builder{Warehouse: w, Settings: settings}
	if err := b.Refresh(ctx, sources); err != nil {
		if s.stamp == "" {
			return err
		}
		s.log.Error("the dataset that all sources share was not refreshed", "error", err)
		return nil
	}
	s.stamp, s.at = stamp, time.Now()
	return nil
}

// marketing lists the sources whose tables are part of the dataset.
func (s *sharedDataset) marketing(ctx context.Context) (all []marketing.Source, err error) {
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

// now describes what the dataset would be made from.
func (s *sharedDataset) now(ctx context.Context, w destination.Writer, sources []marketing.Source, settings analytics.Settings) (string, error) {
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
	if s.uploads != nil {
		uploads, err := s.uploads(ctx)
		if err != nil {
			return "", err
		}
		b.WriteString("; " + uploads)
	}
	return b.String(), nil
}
