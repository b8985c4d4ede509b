package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/api"
)

// demoSeed makes the company of every demo alike.
const demoSeed = 7

// demoShare is the demo's share link, which shows only one ad account.
type demoShare struct {
	ID    string `json:"id"`
	Token string `json:"token"`
}

// company uploads what the advertiser's business did and shares a dashboard, if the demo has no
// uploads yet.
func (d *demo) company(ctx context.Context) error {
	files, err := d.uploads.Files(ctx)
	if err != nil || len(files) > 0 {
		return err
	}
	c := seeded(demoSeed, adtally.DayOf(d.sim.Now(), time.UTC), d.size.Days)
	err = d.answers().reading(ctx, func(_ *analytics.Engine, db analytics.Queryer) error { return c.read(ctx, db) })
	if err != nil || len(c.ads) == 0 { // the source was deleted, or has no data
		return err
	}
	for _, u := range c.uploads() {
		if err := d.upload(ctx, u); err != nil {
			return fmt.Errorf("upload %s: %w", u.name, err)
		}
	}
	return d.share(ctx, c.ads[len(c.ads)-1].account)
}

func (d *demo) upload(ctx context.Context, u demoUpload) error {
	audit := func(f adtally.DataFile) adtally.AuditEntry {
		return adtally.AuditEntry{ID: newID(), At: d.p.clock(), Who: "system:demo", What: "file.upload", Object: "file:" + f.ID}
	}
	f, err := d.uploads.Receive(ctx, u.name, u.kind, strings.NewReader(u.text), "system:demo", audit)
	if err != nil {
		return err
	}
	_, err = d.uploads.Load(ctx, f.ID, audit(f))
	return err
}

// share makes a link that shows the performance of one account only.
func (d *demo) share(ctx context.Context, account string) error {
	answer, err := d.as.ask(ctx, "POST", "/share-links", map[string]any{"name": "A partner: one ad account", "dashboard": "performance", "download": true,
		"lock": []map[string]any{{"dimension": "account", "in": []string{account}}}})
	if err != nil {
		return err
	}
	var link api.NewShareLink
	if err := answer.into(&link); err != nil {
		return err
	}
	d.world.Share = demoShare{ID: link.ID, Token: link.Token}
	return d.keep(d.world)
}
