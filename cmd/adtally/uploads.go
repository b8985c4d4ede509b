package main

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/destination"
	"adtally/internal/store"
	"adtally/internal/upload"
)

// uploadFolder is the folder of uploaded files, in the data folder.
const uploadFolder = "files"

// figureRules are the rules for figures, in the service's database.
type figureRules struct {
	store   *store.DB
	changed func(context.Context) error // computes again what depends on them
}

// rulesName is the name of the rules among the settings.
const rulesName = "analytics"

// AnalyticsSettings returns the rules, or the usual ones.
func (r figureRules) AnalyticsSettings(ctx context.Context) (analytics.Settings, int64, error) {
	s := analytics.DefaultSettings()
	revision, err := r.store.SettingDocument(ctx, rulesName, &s)
	return s, revision, err
}

// SetAnalyticsSettings changes the rules.
func (r figureRules) SetAnalyticsSettings(ctx context.Context, s analytics.Settings, revision int64, d adtally.AuditEntry) error {
	if err := r.store.SetSettingDocument(ctx, rulesName, revision, s, d); err != nil {
		return err
	}
	return r.changed(ctx)
}

// uploads loads files and mapped tables into the service's warehouse.
func (s *service) newUploads() *upload.Service {
	return &upload.Service{Store: s.store, Warehouse: sharedDataset{s.warehouse}, Folder: filepath.Join(s.Data, uploadFolder), Targets: s.currencies.targets, Now: s.p.clock, NewID: newID,
		Settings: func(ctx context.Context) (analytics.Settings, error) {
			rules, _, err := figureRules{store: s.store}.AnalyticsSettings(ctx)
			return rules, err
		}}
}

func (s *service) rules() figureRules { return figureRules{s.store, s.uploads.Recompute} }

// sharedDataset is the dataset that all sources share.
type sharedDataset struct{ warehouse *warehouse }

// Share changes the dataset.
func (w sharedDataset) Share(ctx context.Context, changes ...destination.Change) ([]destination.Changed, error) {
	writer, release, err := w.warehouse.use(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	sharer, can := writer.(destination.Sharer)
	if !can {
		return nil, errors.New("this kind of warehouse cannot hold uploaded data")
	}
	return sharer.Share(ctx, analytics.Dataset, changes...)
}

// Read calls do with a read-only handle. A large table takes long, so it has no time limit of its
// own.
func (w sharedDataset) Read(ctx context.Context, do func(context.Context, *sql.DB) error) error {
	writer, release, err := w.warehouse.use(ctx)
	if err != nil {
		return err
	}
	defer release()
	db, done, err := writer.Query(ctx)
	if err != nil {
		return err
	}
	defer done()
	return do(ctx, db)
}
