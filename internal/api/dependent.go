package api

import (
	"context"
	"slices"
	"time"

	"adtally"
)

// Dependents is what goes with a source.
type Dependents struct {
	Channels []string  `json:"channels" nullable:"false" doc:"Channels that tell of this source"`
	Reports  []string  `json:"reports" nullable:"false" doc:"Its reports of one's own"`
	Metrics  []string  `json:"metrics" nullable:"false" doc:"Its conversions of one's own"`
	Tables   []string  `json:"tables" nullable:"false" doc:"Its tables that hold something"`
	Foreign  []Foreign `json:"foreign" nullable:"false" doc:"What others made in the warehouse that stands in its dataset, or reads its tables. It stays when the tables go; what reads them then fails"`
	Unknown  string    `json:"foreign_unknown,omitempty" doc:"Why it is not known what others made there; absent = it is"`
	From     string    `json:"from,omitempty" format:"date" doc:"The first day that is in the warehouse"`
	To       string    `json:"to,omitempty" format:"date" doc:"The last one"`
	Created  time.Time `json:"created"`
	Oldest   bool      `json:"oldest" doc:"No source of its sort is older: is it the right one to delete?"`
}

// Foreign is an object of the warehouse that is not Adtally's.
type Foreign struct {
	Name  string `json:"name" example:"reports.spend"`
	Kind  string `json:"kind" enum:"table,view,macro"`
	Reads bool   `json:"reads" doc:"It reads the source's tables; otherwise it only stands in the dataset"`
}

// any says whether something of somebody's work depends on the source.
func (d Dependents) any() bool { return len(d.Channels)+len(d.Reports)+len(d.Metrics) > 0 }

type dependents struct{ Body Dependents }

func (g sources) dependents(ctx context.Context, _ Caller, in *struct{ ByID }) (*dependents, error) {
	d, err := g.dependentsOf(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := g.Warehouse.Foreign(ctx, s.Dataset)
	if err != nil {
		d.Unknown = adtally.FaultOf(err).Message
	}
	for _, f := range all {
		d.Foreign = append(d.Foreign, Foreign{f.Name, f.Kind, f.Reads})
	}
	return &dependents{d}, nil
}

func (g sources) dependentsOf(ctx context.Context, id string) (d Dependents, err error) {
	s, err := g.Sources.Source(ctx, id)
	if err != nil {
		return d, err
	}
	d = Dependents{Channels: []string{}, Reports: []string{}, Metrics: []string{}, Tables: []string{}, Foreign: []Foreign{}, Created: s.Created.UTC(), Oldest: true}
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
	all, err := g.Costs.Covered(ctx, id)
	for _, c := range all {
		d.Tables = append(d.Tables, c.Table)
		if c.Window.IsZero() {
			continue
		}
		if from := c.Window.From.String(); d.From == "" || from < d.From {
			d.From = from
		}
		d.To = max(d.To, c.Window.Last().String())
	}
	return err
}
