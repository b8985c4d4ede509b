package api

import (
	"context"
	"slices"
	"time"
)

// Dependents is what goes with a source.
type Dependents struct {
	Channels []string  `json:"channels" nullable:"false" doc:"Channels that tell of this source"`
	Reports  []string  `json:"reports" nullable:"false" doc:"Its reports of one's own"`
	Metrics  []string  `json:"metrics" nullable:"false" doc:"Its conversions of one's own"`
	Tables   []string  `json:"tables" nullable:"false" doc:"Its tables that hold something"`
	From     string    `json:"from,omitempty" doc:"The first day that is in the warehouse"`
	To       string    `json:"to,omitempty" doc:"The last one"`
	Created  time.Time `json:"created"`
	Oldest   bool      `json:"oldest" doc:"No source of its sort is older: is it the right one to delete?"`
}

// any says whether something of somebody's work depends on the source.
func (d Dependents) any() bool { return len(d.Channels)+len(d.Reports)+len(d.Metrics) > 0 }

type dependents struct{ Body Dependents }

func (g sources) dependents(ctx context.Context, _ Caller, in *struct{ ByID }) (*dependents, error) {
	d, err := g.dependentsOf(ctx, in.ID)
	return &dependents{d}, err
}

func (g sources) dependentsOf(ctx context.Context, id string) (d Dependents, err error) {
	s, err := g.Sources.Source(ctx, id)
	if err != nil {
		return d, err
	}
	d = Dependents{Channels: []string{}, Reports: []string{}, Metrics: []string{}, Tables: []string{}, Created: s.Created.UTC(), Oldest: true}
	for _, r := range s.Reports {
		d.Reports = append(d.Reports, r.Name)
	}
	for _, m := range s.Metrics {
		d.Metrics = append(d.Metrics, m.Name)
	}
	channels, err := g.Service.Channels.Channels(ctx)
	if err != nil {
		return d, err
	}
	for _, c := range channels {
		if slices.Contains(c.Sources, id) {
			d.Channels = append(d.Channels, c.Name)
		}
	}
	others, err := g.Sources.Sources(ctx, false)
	if err != nil {
		return d, err
	}
	for _, o := range others {
		d.Oldest = d.Oldest && (o.ID == id || o.Connector != s.Connector || !o.Created.Before(s.Created))
	}
	return d, g.covered(ctx, id, &d)
}

// covered adds what of the source is in the warehouse.
func (g sources) covered(ctx context.Context, id string, d *Dependents) error {
	all, err := g.Costs.Coverage(ctx, id, "", "")
	for _, c := range all {
		if !slices.Contains(d.Tables, c.Table) {
			d.Tables = append(d.Tables, c.Table)
		}
		if c.Window.IsZero() {
			continue
		}
		if from := c.Window.From.String(); d.From == "" || from < d.From {
			d.From = from
		}
		d.To = max(d.To, c.Window.Last().String())
	}
	slices.Sort(d.Tables)
	return err
}
