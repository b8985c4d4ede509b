package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"adtally"
	"adtally/internal/store"
)

// unzipped are the parts of a support bundle.
func unzipped(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	parts := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(raw)
	}
	return parts
}

func TestSupport_HoldsChannelsDeliveriesAndSettingsWithoutSecrets(t *testing.T) {
	t.Parallel()
	dir, now := t.TempDir(), time.Now()
	db, err := store.Open(t.Context(), filepath.Join(dir, "adtally.db"))
	if err != nil {
		t.Fatal(err)
	}
	hook := adtally.Channel{ID: "ch1", Name: "Ours", Kind: "webhook", Credential: "k1", Alerts: []adtally.AlertKind{adtally.Stale}, Settings: map[string]string{"url": "https://hooks.example.com/PATH-CANARY?token=QUERY-CANARY"}}
	mail := adtally.Channel{ID: "ch2", Name: "Team", Kind: "mail", Credential: "k2", Settings: map[string]string{"host": "mail.example.com", "to": "ada@example.com"}}
	o := adtally.Incident{ID: "o1", Opened: now, Notified: now, Alert: adtally.Alert{Kind: adtally.Stale, Severity: adtally.Warning, Since: now, Sentence: "It is late."}}
	delivery := adtally.Delivery{ID: "o1_opened", Channel: "ch2", Incident: "o1", Body: `{"sentence":"It is late."}`, Written: now, NotBefore: now}
	err = errors.Join(db.AddChannel(t.Context(), hook, adtally.Admission{}, adtally.AuditEntry{ID: "d1"}), db.AddChannel(t.Context(), mail, adtally.Admission{}, adtally.AuditEntry{ID: "d2"}),
		db.Tell(t.Context(), []adtally.Incident{o}, []adtally.Delivery{delivery}))
	delivery.Problem = "mail.example.com refused the message: 554 no"
	err = errors.Join(err, db.DeliverySent(t.Context(), delivery), db.SetSettings(t.Context(), adtally.InstallationSettings{Reveal: false}, adtally.AuditEntry{ID: "d3"}),
		db.SetPlatformApp(t.Context(), adtally.PlatformApp{Connector: "facebookads", ID: "4711", Credential: "k3"}, adtally.Admission{}, adtally.AuditEntry{ID: "d4"}), db.Close())
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(dir, "support.zip")
	if _, errs, code := typed(t, nil, "support", "--data", dir, "--to", to); code != 0 {
		t.Fatal(errs)
	}
	parts := unzipped(t, to)
	for name, wants := range map[string][]string{
		"channels.json": {`"Name": "Ours"`, `"https://hooks.example.com/…"`, `"HasSecret": true`, `"stale"`, `"mail.example.com"`, `"sentence": "It is late."`, "refused the message: 554 no"},
		"settings.json": {`"reveal": false`, `"id": "4711"`, `"has_secret": true`},
	} {
		for _, want := range wants {
			if !strings.Contains(parts[name], want) {
				t.Errorf("%s holds no %s: %s", name, want, parts[name])
			}
		}
	}
	for name, text := range parts {
		if bytes.Contains([]byte(text), []byte("CANARY")) {
			t.Errorf("%s holds a secret: %s", name, text)
		}
	}
}
