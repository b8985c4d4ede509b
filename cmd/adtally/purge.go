package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"adtally"
	"adtally/internal/destination"
)

// purgeEvery is how often expired deleted sources are looked for.
const purgeEvery = time.Hour

// openingsKept is how long openings of share links are kept: see docs/decisions/0036.
const openingsKept = 90 * 24 * time.Hour

// callDays is how long it is kept what assistants asked, in days.
const callDays = 90

// purge removes deleted sources whose grace period is over, until ctx ends.
func (s *service) purge(ctx context.Context) error {
	ticker := time.NewTicker(purgeEvery)
	defer ticker.Stop()
	for {
		now := s.p.clock()
		if err := errors.Join(s.forget(ctx, now), s.forgetLogins(ctx, now), s.store.ForgetResets(ctx, now.Add(-loginLife)), s.store.ForgetShares(ctx, now.Add(-openingsKept), now), s.store.ForgetToolCalls(ctx, now.AddDate(0, 0, -callDays))); err != nil && ctx.Err() == nil {
			s.log.Error("what was deleted could not be forgotten", "error", err)
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return nil
		}
	}
}

// forget removes deleted sources that can no longer be restored: first the secret, then
// the tables, then the record. If it is interrupted, the next call continues.
func (s *service) forget(ctx context.Context, now time.Time) (err error) {
	all, err := s.store.Sources(ctx, true)
	for _, source := range all {
		if now.Sub(source.Deleted) > adtally.RestorePeriod {
			if failed := s.forgetOne(ctx, source, now); failed != nil {
				err = errors.Join(err, fmt.Errorf("source %s: %w", source.ID, failed))
			}
		}
	}
	return err
}

// forgetOne destroys the secret first, so that nothing can use it even if the rest
// fails. Tables that cannot be dropped are reported and tried again.
func (s *service) forgetOne(ctx context.Context, source adtally.SourceRecord, now time.Time) error {
	if err := s.wipe(ctx, source.Credential); err != nil {
		return err
	}
	if source.Drop {
		if err := s.dropTables(ctx, source.Dataset); err != nil {
			return s.unpurged(ctx, source, err, now)
		}
	}
	d := adtally.AuditEntry{ID: newID(), At: now, Name: "adtally", What: "source.forget", Object: "source:" + source.ID,
		Detail: map[string]string{"name": source.Name, "dataset": source.Dataset, "tables": map[bool]string{true: "dropped", false: "kept"}[source.Drop]}}
	return s.store.ForgetSource(ctx, source.ID, now.Add(-adtally.RestorePeriod), d)
}

// wipe destroys all secrets of a credential.
func (s *service) wipe(ctx context.Context, credential string) error {
	if credential == "" {
		return nil
	}
	versions, err := s.store.CredentialVersions(ctx, credential)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if err := s.vault.Wipe(ctx, v.Credential, v.Number); err != nil {
			return err
		}
	}
	return nil
}

// unpurged stores why tables cannot be dropped. People are notified once.
func (s *service) unpurged(ctx context.Context, source adtally.SourceRecord, why error, now time.Time) error {
	if ctx.Err() != nil {
		return why
	}
	f := adtally.FaultOf(why)
	if source.Unpurged == nil || source.Unpurged.Code != f.Code {
		s.log.Error("the tables of a deleted source cannot be dropped", "source", source.ID, "dataset", source.Dataset, "error", why)
	}
	return s.store.NoteUnpurged(ctx, source.ID, f, now)
}

// loginLife is how long the token of a login is kept for use.
const loginLife = 7 * 24 * time.Hour

// forgetLogins removes old logins and destroys tokens that were never used.
func (s *service) forgetLogins(ctx context.Context, now time.Time) error {
	all, err := s.store.LoginsBefore(ctx, now.Add(-loginLife))
	for _, l := range all {
		err = errors.Join(err, s.store.ForgetLogin(ctx, l.ID, now))
	}
	return err
}

func (s *service) dropTables(ctx context.Context, dataset string) error {
	writer, release, err := s.warehouse.use(ctx)
	if err != nil {
		return err
	}
	defer release()
	datasets, can := writer.(destination.DatasetManager)
	if !can {
		return wrong("no_drop", "Drop it with the warehouse's own tools.", "The warehouse cannot drop %s", dataset)
	}
	return datasets.Drop(ctx, dataset)
}
