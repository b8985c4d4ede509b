package api

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"adtally"
)

// Dependents lists what depends on a source.
type Dependents struct {
	Channels  []string     `json:"channels" nullable:"false" doc:"Names of the channels that report on this source"`
	Reports   []string     `json:"reports" nullable:"false" doc:"Names of its custom reports"`
	Metrics   []string     `json:"metrics" nullable:"false" doc:"Names of its custom conversions"`
	Tables    []string     `json:"tables" nullable:"false" doc:"Its tables that hold rows"`
	TableRows []TableCount `json:"table_rows" nullable:"false" doc:"Number of rows by table; empty = the warehouse could not be asked, or there are none"`
	Rows      *int64       `json:"rows,omitempty" doc:"Number of rows in all tables; absent = the warehouse could not be asked"`
	Links     int          `json:"connect_links" doc:"Number of open connect links, which stop working"`
	Run       string       `json:"running_run,omitempty" doc:"ID of the run in progress, which is cancelled; absent = none"`
	Foreign   []Foreign    `json:"foreign" nullable:"false" doc:"Objects in the warehouse that others created in the source's dataset, or that read its tables. They stay when the tables are dropped; those that read the tables then fail"`
	Unknown   string       `json:"foreign_unknown,omitempty" doc:"Why the warehouse could not be asked for rows and foreign objects; absent = it could"`
	From      string       `json:"from,omitempty" format:"date" doc:"First day in the warehouse"`
	To        string       `json:"to,omitempty" format:"date" doc:"Last day in the warehouse"`
	Created   time.Time    `json:"created" doc:"When the source was created"`
	Oldest    bool         `json:"oldest" doc:"Whether no other source of this connector is older: check that you delete the right one"`
}

// TableCount is the number of rows of a table.
type TableCount struct {
	Table string `json:"table" doc:"Name of the table"`
	Rows  int64  `json:"rows" doc:"Number of rows in the warehouse"`
}

// Foreign is an object in the warehouse that Adtally did not create.
type Foreign struct {
	Name  string `json:"name" example:"reports.spend" doc:"Name with its schema"`
	Kind  string `json:"kind" enum:"table,view,macro" doc:"Kind of the object"`
	Reads bool   `json:"reads" doc:"Whether it reads the source's tables; false = it only lies in the dataset"`
}

// any reports whether a person's work depends on the source.
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
	if counts, err := g.Warehouse.CountRows(ctx, s.Dataset, d.Tables); err == nil {
		d.count(counts)
	} else {
		d.Unknown = adtally.FaultOf(err).Message
	}
	for _, f := range all {
		d.Foreign = append(d.Foreign, Foreign{f.Name, f.Kind, f.Reads})
	}
	return &dependents{d}, nil
}

// count adds the number of rows.
func (d *Dependents) count(rows map[string]int64) {
	d.Rows = new(int64)
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		d.TableRows = append(d.TableRows, TableCount{name, rows[name]})
		*d.Rows += rows[name]
	}
}

// stops adds what stops working when the source is deleted.
func (g sources) stops(ctx context.Context, id string, d *Dependents) error {
	links, err := g.Links.ConnectLinks(ctx, id)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.Open(g.Now()) {
			d.Links++
		}
	}
	activities, err := g.Sources.SourceActivities(ctx, id)
	d.Run = activities[id].Run
	return err
}

func (g sources) dependentsOf(ctx context.Context, id string) (d Dependents, err error) {
	s, err := g.Sources.Source(ctx, id)
	if err != nil {
		return d, err
	}
	d = Dependents{Channels: []string{}, Reports: []string{}, Metrics: []string{}, Tables: []string{}, TableRows: []TableCount{}, Foreign: []Foreign{}, Created: s.Created.UTC(), Oldest: true}
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
	return d, errors.Join(g.covered(ctx, id, &d), g.stops(ctx, id, &d))
}

// covered adds the tables and days of the source that are in the warehouse.
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
