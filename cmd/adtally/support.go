package main

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime"
	"time"

	"adtally"
	"adtally/internal/store"
)

// supportCommand writes a bundle for support. It contains no secrets: the tables that it
// reads hold no token, and it does not open the vault.
type supportCommand struct {
	Data        string `help:"Folder of the service." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	DatabaseURL string `help:"PostgreSQL of the service." name:"database-url" env:"ADTALLY_DATABASE_URL" placeholder:"postgres://…"`
	To          string `help:"The file to write." default:"adtally-support.zip" placeholder:"FILE.zip"`
}

// How much history the bundle has.
const (
	supportRuns = 100
	supportLogs = 20
	supportPast = 200
)

func (c *supportCommand) Run(ctx context.Context, p *program) (err error) {
	f := serviceFlags{Data: c.Data, DatabaseURL: c.DatabaseURL}
	db, err := store.Open(ctx, f.address("adtally.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	out, err := os.OpenFile(c.To, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return wrong("exists", "Choose another file with --to, or delete it.", "%s already exists", c.To)
	}
	if err != nil {
		return wrong("support", "Choose another file with --to.", "The file %s cannot be created: %w", c.To, err)
	}
	z := zip.NewWriter(out)
	if err := errors.Join(gather(ctx, db, z), z.Close(), out.Close()); err != nil {
		return err
	}
	return p.printf("The support bundle is in %s. It contains no tokens or passwords; it does contain names of accounts and users.\n", c.To)
}

// gather writes the files of the bundle.
func gather(ctx context.Context, db *store.DB, z *zip.Writer) error {
	about := map[string]any{"version": version, "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH, "at": time.Now().UTC()}
	sources, err := db.Sources(ctx, false)
	deleted, unread := db.Sources(ctx, true)
	runs, unseen := db.Runs(ctx, adtally.RunFilter{Limit: supportRuns})
	open, unknown := db.OpenIncidents(ctx)
	past, untold := db.Incidents(ctx, adtally.PagePosition{}, supportPast)
	drifts, lost := db.Drifts(ctx)
	channels, unheard := gatherChannels(ctx, db)
	settings, unset := gatherSettings(ctx, db)
	if err := errors.Join(err, unread, unseen, unknown, untold, lost, unheard, unset); err != nil {
		return err
	}
	for name, part := range map[string]any{"about": about, "sources": sources, "deleted": deleted, "runs": runs, "alerts": open, "past_alerts": past, "drifts": drifts,
		"channels": channels, "settings": settings} {
		if err := addPart(z, name+".json", part); err != nil {
			return err
		}
	}
	for _, r := range runs[:min(len(runs), supportLogs)] {
		if err := gatherRun(ctx, db, z, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// supportLines limits the log lines per run.
const supportLines = 20_000

func gatherRun(ctx context.Context, db *store.DB, z *zip.Writer, id string) error {
	steps, err := db.Steps(ctx, id)
	lines, unread := db.Log(ctx, id, 0, supportLines)
	usage, unknown := db.Usage(ctx, adtally.UsageFilter{Run: id, ByStream: true, ByAccount: true})
	if err := errors.Join(err, unread, unknown); err != nil {
		return err
	}
	return addPart(z, "run-"+id+".json", map[string]any{"steps": steps, "log": lines, "usage": usage})
}

// addPart writes one file of the bundle.
func addPart(z *zip.Writer, name string, part any) error {
	var w io.Writer
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(part)
}
