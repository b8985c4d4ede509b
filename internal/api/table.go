package api

import (
	"context"
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
	Rows        *int64             `json:"rows,omitempty" doc:"Approximate number of rows in the warehouse; absent = unknown"`
	LastRead    *time.Time         `json:"last_read,omitempty" doc:"When the platform was last asked for it; absent = never"`
	CallsPerDay *float64           `json:"calls_per_day,omitempty" doc:"API calls per day, from the last 7 days; absent = unknown. A table that is read together with another one has no calls of its own"`
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
	out := &listed[Table]{}
	out.Body.Items = []Table{}
	for _, c := range all {
		out.Body.Items = append(out.Body.Items, tableOf(c))
	}
	return out, nil
}
