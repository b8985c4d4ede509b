package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"adtally"
	"adtally/internal/analytics"
)

// dashboard is a dashboard in a list.
type dashboard struct {
	ID          string `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description,omitempty"`
}

// dashboardDetail is a dashboard with the question of each tile.
type dashboardDetail struct {
	dashboard
	From  adtally.Day `json:"from"`
	To    adtally.Day `json:"to"`
	Tiles []tile      `json:"tiles"`
}

// spec is a dashboard that comes with Adtally, or that people made.
type spec struct {
	id string
	analytics.DashboardSpec
}

func (c *call) specs(ctx context.Context) (all []spec, err error) {
	for _, r := range analytics.ReadyDashboards() {
		all = append(all, spec{r.Name, r.DashboardSpec})
	}
	own, err := c.Dashboards.Dashboards(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range own {
		one := spec{id: b.ID}
		if err := json.Unmarshal(b.Content, &one.DashboardSpec); err != nil {
			return nil, fmt.Errorf("read the dashboard %s: %w", b.ID, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func (s spec) head() dashboard { return dashboard{s.id, clean(s.Title), clean(s.Description)} }

func listDashboards(ctx context.Context, c *call, _ struct{}) (any, error) {
	all, err := c.specs(ctx)
	if err != nil {
		return nil, err
	}
	out := struct {
		Dashboards []dashboard `json:"dashboards"`
	}{[]dashboard{}}
	for _, s := range all {
		out.Dashboards = append(out.Dashboards, s.head())
	}
	c.rows = len(all)
	return out, nil
}

func getDashboard(ctx context.Context, c *call, in struct{ ID string }) (any, error) {
	all, err := c.specs(ctx)
	if err != nil {
		return nil, err
	}
	s, err := named(all, in.ID, "dashboard", func(s spec) string { return s.id })
	if err != nil {
		return nil, err
	}
	settings, err := c.Analytics.Settings(ctx)
	if err != nil {
		return nil, err
	}
	zone, err := time.LoadLocation(settings.Zone)
	if err != nil {
		return nil, fmt.Errorf("the reporting zone: %w", err)
	}
	out := dashboardDetail{dashboard: s.head(), Tiles: []tile{}}
	out.From, out.To = s.Range.Resolved(adtally.DayOf(c.Now(), zone))
	for _, t := range s.Tiles {
		out.Tiles = append(out.Tiles, s.tile(t, out.From, out.To))
	}
	c.rows = len(out.Tiles)
	return out, nil
}
