package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"adtally"
)

// If the tables of a deleted source cannot be dropped, its token is still destroyed, the
// reason is stored, and a later attempt finishes.
func TestPurge_TheTokenGoesAlthoughTheTablesCannot(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := &serviceFlags{Data: dir}
	s, err := f.open(t.Context(), &program{out: io.Discard, err: io.Discard, env: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	defer s.close()
	source := adtally.SourceRecord{Source: adtally.Source{ID: "s1", Name: "Shop", Connector: "facebookads", Dataset: "d"}, Created: time.Now()}
	err = s.vault.Admit(t.Context(), adtally.Credential{Connector: "facebookads"}, adtally.NewSecret("EAAcanary"), adtally.Grant{}, "user:1", func(ctx context.Context, a adtally.Admission) error {
		source.Credential = a.Credential.ID
		return s.store.AddSource(ctx, source, adtally.Handover{Admission: a}, adtally.AuditEntry{ID: newID(), At: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	gone := func(s *adtally.SourceRecord) {
		s.Deleted, s.Drop = time.Now().Add(-adtally.RestorePeriod-time.Hour), true
	}
	if _, err := s.store.EditSource(t.Context(), "s1", 1, gone, adtally.Handover{}, adtally.AuditEntry{ID: newID(), At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "warehouse.duckdb")
	if err := os.WriteFile(file, []byte("this is no DuckDB file, and nobody's to drop tables from"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.forget(t.Context(), time.Now()); err != nil {
		t.Errorf("what is told is no error: %v", err)
	}
	left, err := s.store.Sources(t.Context(), true)
	if err != nil || len(left) != 1 || left[0].Unpurged == nil || left[0].Unpurged.Code != "destination_unreadable" {
		t.Fatalf("what is known: %+v, %v", left, err)
	}
	if _, err := s.vault.Open(t.Context(), source.Credential, 0); err == nil || adtally.FaultOf(err).Code != "secret_wiped" {
		t.Errorf("its token: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := s.forget(t.Context(), time.Now()); err != nil {
		t.Error(err)
	}
	if left, err := s.store.Sources(t.Context(), true); err != nil || len(left) != 0 {
		t.Errorf("left: %+v, %v", left, err)
	}
}
