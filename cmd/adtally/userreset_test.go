package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// A forgotten password of the only admin can be reset on the machine.
func TestUserReset_OnTheMachine(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, errs, code := typed(t, nil, "user", "reset", "ana@example.com", "--data", filepath.Join(dir, "elsewhere")); code == 0 || !strings.Contains(errs, "There is no service in the folder") {
		t.Errorf("in a folder of nobody's: %d %s", code, errs)
	}
	db, err := store.Open(t.Context(), filepath.Join(dir, "adtally.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	u := adtally.User{ID: "u1", Email: "ana@example.com", AccessLevel: adtally.AccessLevel{Role: adtally.Admin}, Version: 1, Created: time.Now()}
	if err := db.AddUser(t.Context(), u, adtally.AuditEntry{ID: newID(), At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if _, errs, code := typed(t, nil, "user", "reset", "eve@example.com", "--data", dir); code == 0 || !strings.Contains(errs, "There is no such user") {
		t.Errorf("of nobody: %d %s", code, errs)
	}
	out, errs, code := typed(t, nil, "user", "reset", "Ana@example.com", "--data", dir, "--public-url", "https://ads.example.com/")
	if code != 0 || !regexp.MustCompile(`(?m)^https://ads\.example\.com/reset#[A-Z2-7]{52}$`).MatchString(out) {
		t.Errorf("%d %q %s", code, out, errs)
	}
	entries, err := db.AuditEntries(t.Context(), adtally.AuditFilter{What: "reset.create", Limit: 10})
	if err != nil || len(entries) != 1 || entries[0].Object != "user:u1" {
		t.Errorf("the audit log: %+v, %v", entries, err)
	}
}
