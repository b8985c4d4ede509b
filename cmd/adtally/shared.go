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
	// chosen returns a text that changes with everything that people do: uploads, matches and
	// target currencies.
	chosen  func(context.Context) (string, error)
	matches func(context.Context) ([]adtally.CampaignMatch, error)
	mapped  func(context.Context) error // loads mapped tables again
	rates   func(context.Context) error // computes rates of currencies that are new
	log     *slog.Logger

	mu    sync.Mutex
	known string // what people had chosen when the dataset was made
	loads string // what sources had loaded then
	begun bool   // every source had loaded something
	again time.Time
}

// longest is the longest time between two refreshes: during a sync, something is loaded all the
// time. A refresh that is faster is repeated sooner, so that refreshes take at most a share of the time.
// Spend itself is kept up to date by loads and needs none.
const (
	longest = 10 * time.Second
	share   = 10
	pause   = time.Second // between two looks for new loads: a page asks for all its tiles at once
)

// refresh writes the dataset anew if sources, their loads, or what people chose have changed. What
// people did counts at once, and so does the first load of a source.
func (s *sharedRefresh) refresh(ctx context.Context, w destination.Writer) error {
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
	known, err := s.knowledge(ctx, sources, settings)
	if err != nil || known == s.known && s.begun && time.Now().Before(s.again) {
		return err
	}
	loads, begun, err := s.loaded(ctx, w, sources)
	if err != nil {
		return err
	}
	if known == s.known && loads == s.loads {
		s.begun, s.again = begun, time.Now().Add(pause)
		return nil
	}
	began := time.Now()
	if err := s.build(ctx, w, sources, settings); err != nil {
		if s.known == "" {
			return err
		}
		s.log.Error("the dataset that all sources share was not refreshed", "error", err)
		return nil
	}
	if known, err = s.knowledge(ctx, sources, settings); err != nil { // mapped tables have been loaded again
		return err
	}
	s.known, s.loads, s.begun = known, loads, begun
	s.again = time.Now().Add(min(longest, share*time.Since(began)))
	return nil
}

// knowledge describes what the dataset would be made from, without the loads of sources.
func (s *sharedRefresh) knowledge(ctx context.Context, sources []marketing.Source, settings analytics.Settings) (string, error) {
	chosen, err := s.chosen(ctx)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	fmt.Fprint(&b, settings, chosen)
	for _, source := range sources {
		fmt.Fprintf(&b, "; %s", source.Dataset)
	}
	return b.String(), nil
}

// build writes the dataset, with what mapped tables of the warehouse have now.
func (s *sharedRefresh) build(ctx context.Context, w destination.Writer, sources []marketing.Source, settings analytics.Settings) error {
	if err := s.mapped(ctx); err != nil {
		return err
	}
	matches, err := s.matches(ctx)
	if err != nil {
		return err
	}
	manual := map[string]string{}
	for _, m := range matches {
		manual[m.Touch] = m.Campaign
	}
	if err := (&marketing.Builder{Warehouse: w, Settings: settings, Manual: manual}).Refresh(ctx, sources); err != nil {
		return err
	}
	return s.rates(ctx)
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

// loaded describes what sources have loaded. begun reports whether each has loaded something.
func (s *sharedRefresh) loaded(ctx context.Context, w destination.Writer, sources []marketing.Source) (text string, begun bool, err error) {
	db, done, err := w.Query(ctx)
	if err != nil {
		return "", false, err
	}
	defer done()
	var b strings.Builder
	begun = true
	for _, source := range sources {
		var last sql.NullString
		err := db.QueryRowContext(ctx, `SELECT CAST(MAX(sequence) AS VARCHAR) FROM "`+strings.ReplaceAll(source.Dataset, `"`, `""`)+`"._loads`).Scan(&last)
		if err != nil && !strings.Contains(err.Error(), "Catalog Error") { // nothing was loaded yet
			return "", false, fmt.Errorf("read the loads of %s: %w", source.Dataset, err)
		}
		begun = begun && last.Valid
		fmt.Fprintf(&b, "; %s %s", source.Dataset, last.String)
	}
	return b.String(), begun, nil
}
