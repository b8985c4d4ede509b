package api

import (
	"context"
	"math"
	"time"

	"adtally"
)

// Table is a table that a source may have.
type Table struct {
	Name        string             `json:"name" doc:"Name of the table"`
	Description string             `json:"description" doc:"What a row is"`
	Key         []string           `json:"key" doc:"Columns of the primary key"`
	Usual       bool               `json:"usual" doc:"Whether it is read if no tables are named"`
	Daily       bool               `json:"daily" doc:"Whether it holds figures by day"`
	Picked      bool               `json:"picked" doc:"Whether the source reads it; without a source, whether a new one reads it"`
	Report      bool               `json:"report" doc:"Whether it holds a custom report"`
	Group       adtally.TableGroup `json:"group" enum:"figures,objects,reports,other" doc:"What the table is for: figures by day, objects as they are now, custom reports, or anything else"`
	HowRead     string             `json:"how_read" example:"Last 28 days again at every sync" doc:"Which rows a sync reads"`
	Rows        *int64             `json:"rows,omitempty" doc:"Number of rows in the warehouse; absent = unknown, or the table does not exist yet"`
	LastRead    *time.Time         `json:"last_read,omitempty" doc:"When the platform was last asked for it; absent = never"`
	CallsPerDay *float64           `json:"calls_per_day,omitempty" doc:"API calls per day on average over the last 7 days, with the first load; absent = unknown. A table that is read together with another one has no calls of its own"`
	Columns     []TableColumn      `json:"columns" nullable:"false" doc:"Columns in order"`
}

// TableColumn is a column of a table.
type TableColumn struct {
	Name        string `json:"name" doc:"Name of the column"`
	Type        string `json:"type" example:"BIGINT" doc:"Type in the warehouse"`
	Unit        string `json:"unit,omitempty" example:"money" doc:"Unit of the values"`
	Description string `json:"description" doc:"What the column holds"`
	Key         bool   `json:"key" doc:"Whether it belongs to the primary key"`
	Additive    string `json:"additive,omitempty" enum:"sum,over-time,none" doc:"Over what its values may be summed: everything (sum), days but not objects (over-time), or nothing (none)"`
}

func tableOf(t adtally.TableInfo) Table {
	out := Table{Name: t.Name, Description: t.Description, Key: orEmpty(t.Key), Usual: t.Usual, Daily: t.Daily, Picked: t.Picked, Report: t.Report,
		Group: t.Group, HowRead: t.HowRead, Columns: []TableColumn{}}
	for _, c := range t.Columns {
		out.Columns = append(out.Columns, TableColumn(c))
	}
	return out
}

func (g sources) tables(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[Table], error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := g.Platforms.Tables(s.Source)
	if err != nil {
		return nil, platformProblem(err)
	}
	facts, err := g.tableFacts(ctx, s)
	if err != nil {
		return nil, err
	}
	out := &listed[Table]{}
	out.Body.Items = []Table{}
	for _, c := range all {
		out.Body.Items = append(out.Body.Items, facts.of(c))
	}
	return out, nil
}

// tableFacts are what is known about the tables of a source.
type tableFacts struct {
	rows  map[string]int64
	read  map[string]time.Time
	calls map[string]float64 // per day, by stream
}

// usageDays is for how many days the calls are averaged.
const usageDays = 7

func (g sources) tableFacts(ctx context.Context, s adtally.SourceRecord) (f tableFacts, err error) {
	f = tableFacts{read: map[string]time.Time{}, calls: map[string]float64{}}
	covered, err := g.Costs.Covered(ctx, s.ID)
	if err != nil {
		return f, err
	}
	var names []string
	for _, e := range covered {
		f.read[e.Table] = e.Asked
		names = append(names, e.Table)
	}
	if len(names) > 0 { // else the warehouse has nothing of the source
		if f.rows, err = g.Warehouse.CountRows(ctx, s.Dataset, names); err != nil {
			g.shell.Log.InfoContext(ctx, "the rows of the tables could not be counted", "source", s.ID, "error", err)
		}
	}
	now := g.Now()
	usage, err := g.Costs.Usage(ctx, adtally.UsageFilter{Source: s.ID, Since: now.AddDate(0, 0, -usageDays), ByStream: true})
	days := min(max(now.Sub(s.Created).Hours()/24, 1), usageDays)
	for _, u := range usage {
		if u.Table == "" {
			f.calls[u.Stream] = math.Round(float64(u.Calls)/days*10) / 10
		}
	}
	return f, err
}

// of returns a table with what is known about it.
func (f tableFacts) of(t adtally.TableInfo) Table {
	out := tableOf(t)
	if n, known := f.rows[t.Name]; known {
		out.Rows = &n
	}
	out.LastRead = timeOrNil(f.read[t.Name])
	if calls, known := f.calls[t.Stream]; known && t.Name == t.Stream {
		out.CallsPerDay = &calls
	}
	return out
}
