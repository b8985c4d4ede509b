package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"adtally"
)

// diagrams describes the tables of a source and how they refer to each other.
type diagrams struct{ sources }

func (g diagrams) register() {
	handle(g.shell, operation{ID: "get-diagram", Method: http.MethodGet, Path: "/api/v1/diagram", Tag: tagSources, Access: forViewers,
		Summary: "Get the tables of a source and their references", Text: "The tables that the source reads, with their views and bookkeeping tables. A reference says which columns of a table name a row of another table.",
		Refuses: []int{http.StatusNotFound}}, g.get)
	handle(g.shell, operation{ID: "download-diagram-svg", Method: http.MethodGet, Path: "/api/v1/diagram.svg", Tag: tagSources, Access: forViewers, Stream: "image/svg+xml",
		Summary: "Download the diagram of the tables as SVG", Text: "Lines and text are drawn in currentColor.",
		Refuses: []int{http.StatusNotFound}}, g.svg)
	handle(g.shell, operation{ID: "download-diagram-dbml", Method: http.MethodGet, Path: "/api/v1/diagram.dbml", Tag: tagSources, Access: forViewers, Stream: "text/plain",
		Summary: "Download the tables as DBML", Text: "DBML is a text format for diagrams of tables, see dbml.dbdiagram.io.",
		Refuses: []int{http.StatusNotFound}}, g.dbml)
	handle(g.shell, operation{ID: "get-lineage", Method: http.MethodGet, Path: "/api/v1/lineage", Tag: tagSources, Access: forViewers,
		Summary: "Get what feeds what", Text: "A graph from the sources to their datasets and on to everything that reads them. Each node has the state of the sources above it, so that what a problem affects is visible.",
		Refuses: []int{http.StatusNotFound, http.StatusServiceUnavailable}}, g.lineage)
}

// Diagram is the tables of a source.
type Diagram struct {
	Dataset    string             `json:"dataset" doc:"Schema of the tables in the warehouse"`
	Tables     []DiagramTable     `json:"tables" nullable:"false" doc:"Tables and views"`
	References []DiagramReference `json:"references" nullable:"false" doc:"References between the tables"`
}

// DiagramTable is a table or a view.
type DiagramTable struct {
	Name        string          `json:"name" doc:"Name of the table"`
	Title       string          `json:"title" doc:"Name for people"`
	Kind        string          `json:"kind" enum:"object,figures,breakdown,view,internal" doc:"object = things such as campaigns. figures = figures by day. breakdown = figures split by a further dimension. view = calculated from other tables. internal = bookkeeping"`
	Description string          `json:"description" doc:"What a row is"`
	Columns     []DiagramColumn `json:"columns" nullable:"false" doc:"Columns of the table"`
}

// DiagramColumn is a column of a table.
type DiagramColumn struct {
	Name        string `json:"name" doc:"Name of the column"`
	Type        string `json:"type" doc:"SQL type"`
	Unit        string `json:"unit,omitempty" enum:"count,money,ratio,seconds,text,id,day,time,flag" doc:"Unit of the values"`
	Key         bool   `json:"key" doc:"Whether it is part of the primary key"`
	Description string `json:"description,omitempty" doc:"What it means"`
	Additive    string `json:"additive,omitempty" enum:"sum,over-time,none" doc:"sum = may be added up over everything. over-time = over days, not over objects. none = never"`
}

// DiagramReference says which columns of a table name a row of another table.
type DiagramReference struct {
	Table     string   `json:"table" doc:"Table that refers"`
	Columns   []string `json:"columns" nullable:"false" doc:"Its columns"`
	ToTable   string   `json:"to_table" doc:"Table that is referred to"`
	ToColumns []string `json:"to_columns" nullable:"false" doc:"Columns there, in the same order"`
	Note      string   `json:"note,omitempty" doc:"What to know when joining them"`
}

type ofSource struct {
	Source string `query:"source" maxLength:"100" doc:"ID of the source; absent = the oldest one"`
}

// of returns the diagram of a source. Without any source it is empty.
func (g diagrams) of(ctx context.Context, in *ofSource) (d adtally.Diagram, dataset string, err error) {
	var s adtally.SourceRecord
	if in.Source != "" {
		s, err = g.Sources.Source(ctx, in.Source)
	} else {
		var all []adtally.SourceRecord
		if all, err = g.Sources.Sources(ctx, false); len(all) > 0 {
			s = all[0]
		}
	}
	if err != nil || s.ID == "" {
		return d, "", err
	}
	if d, err = g.Platforms.Diagram(s.Source); err != nil {
		return d, "", platformProblem(err)
	}
	return d, s.Dataset, nil
}

func (g diagrams) get(ctx context.Context, _ Caller, in *ofSource) (*struct{ Body Diagram }, error) {
	d, dataset, err := g.of(ctx, in)
	out := Diagram{dataset, []DiagramTable{}, []DiagramReference{}}
	for _, t := range d.Tables {
		shown := DiagramTable{t.Name, titled(t.Name), string(t.Kind), t.Description, []DiagramColumn{}}
		for _, c := range t.Columns {
			shown.Columns = append(shown.Columns, DiagramColumn{c.Name, c.Type, c.Unit, c.Key, c.Description, c.Additivity})
		}
		out.Tables = append(out.Tables, shown)
	}
	for _, r := range d.References {
		out.References = append(out.References, DiagramReference(r))
	}
	return &struct{ Body Diagram }{out}, err
}

// titled makes a name readable: basic_ad_set becomes Basic ad set.
func titled(name string) string {
	words := strings.TrimSpace(strings.ReplaceAll(name, "_", " "))
	return strings.ToUpper(words[:1]) + words[1:]
}

func (g diagrams) svg(ctx context.Context, _ Caller, in *ofSource) (*huma.StreamResponse, error) {
	d, dataset, err := g.of(ctx, in)
	return attachment("image/svg+xml", cmp.Or(dataset, "tables")+".svg", drawing(d)), err
}

func (g diagrams) dbml(ctx context.Context, _ Caller, in *ofSource) (*huma.StreamResponse, error) {
	d, dataset, err := g.of(ctx, in)
	return attachment("text/plain; charset=utf-8", cmp.Or(dataset, "tables")+".dbml", dbml(d, dataset)), err
}

// attachment sends a text as a file.
func attachment(media, name, text string) *huma.StreamResponse {
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", media)
		out.SetHeader("Content-Disposition", fmt.Sprintf("attachment; filename=%q", name))
		out.SetStatus(http.StatusOK)
		_, _ = io.WriteString(out.BodyWriter(), text) // an error means that the client is gone
	}}
}
