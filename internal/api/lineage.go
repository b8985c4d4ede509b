package api

import (
	"cmp"
	"context"
	"slices"

	"adtally"
)

// Lineage is what feeds what.
type Lineage struct {
	Nodes   []LineageNode `json:"nodes" nullable:"false" doc:"Sources, datasets, views and objects of others"`
	Edges   []LineageEdge `json:"edges" nullable:"false" doc:"Which node feeds which"`
	Unknown string        `json:"foreign_unknown,omitempty" doc:"Why the warehouse could not be asked for objects of others; absent = it could"`
}

// LineageNode is something that holds or passes on data.
type LineageNode struct {
	ID     string `json:"id" example:"source:0198…" doc:"ID of the node in this graph"`
	Kind   string `json:"kind" enum:"source,dataset,view,foreign" doc:"foreign = an object in the warehouse that Adtally did not create"`
	Name   string `json:"name" doc:"Name for people; of an object in the warehouse, its name with the schema"`
	Source string `json:"source,omitempty" doc:"ID of the source that feeds it"`
	State  string `json:"state,omitempty" enum:"fine,running,waiting,soon,expired,incomplete,failed,new" doc:"State of that source"`
}

// LineageEdge says that one node feeds another.
type LineageEdge struct {
	Upstream   string `json:"upstream" doc:"ID of the node that feeds"`
	Downstream string `json:"downstream" doc:"ID of the node that is fed"`
}

func (g diagrams) lineage(ctx context.Context, _ Caller, in *struct {
	Source string `query:"source" maxLength:"100" doc:"Only what this source feeds; absent = all sources"`
},
) (*struct{ Body Lineage }, error) {
	all, err := g.Sources.Sources(ctx, false)
	if err != nil {
		return nil, err
	}
	if in.Source != "" {
		one, err := g.Sources.Source(ctx, in.Source)
		if err != nil {
			return nil, err
		}
		all = []adtally.SourceRecord{one}
	}
	grants, err := g.Grants.Grants(ctx)
	if err != nil {
		return nil, err
	}
	status, err := g.statuses(ctx, in.Source)
	if err != nil {
		return nil, err
	}
	l := &Lineage{Nodes: []LineageNode{}, Edges: []LineageEdge{}}
	for _, s := range all {
		state := ""
		if h := status(s, grants[s.Credential]).Health; h != nil {
			state = h.State
		}
		if err := g.feeds(ctx, l, s, state); err != nil {
			return nil, err
		}
	}
	return &struct{ Body Lineage }{*l}, nil
}

// feeds adds a source and what it feeds.
func (g diagrams) feeds(ctx context.Context, l *Lineage, s adtally.SourceRecord, state string) error {
	d, err := g.Platforms.Diagram(s.Source)
	if err != nil {
		return platformProblem(err)
	}
	source := l.add("", LineageNode{Kind: "source", Name: s.Name, Source: s.ID, State: state}, object("source", s.ID))
	dataset := l.add(source, LineageNode{Kind: "dataset", Name: s.Dataset, Source: s.ID, State: state}, object("dataset", s.Dataset))
	for _, t := range d.Tables {
		if t.Kind == adtally.ViewTable {
			name := s.Dataset + "." + t.Name
			l.add(dataset, LineageNode{Kind: "view", Name: name, Source: s.ID, State: state}, object("view", name))
		}
	}
	foreign, err := g.Warehouse.Foreign(ctx, s.Dataset)
	if err != nil {
		l.Unknown = adtally.FaultOf(err).Message
	}
	for _, f := range foreign {
		if f.Reads {
			l.add(dataset, LineageNode{Kind: "foreign", Name: f.Name, Source: s.ID, State: state}, object("foreign", f.Name))
		}
	}
	return nil
}

// healthOrder is from the best state to the worst.
var healthOrder = []string{"", healthFine, healthRunning, healthWaiting, healthSoon, healthIncomplete, healthFailed, healthExpired, healthNew}

// add adds a node that is fed by another one. A node that several sources feed has the
// worst of their states, and no source.
func (l *Lineage) add(upstream string, n LineageNode, id string) string {
	n.ID = id
	if i := slices.IndexFunc(l.Nodes, func(o LineageNode) bool { return o.ID == id }); i < 0 {
		l.Nodes = append(l.Nodes, n)
	} else {
		l.Nodes[i].Source = ""
		l.Nodes[i].State = slices.MaxFunc([]string{l.Nodes[i].State, n.State}, func(a, b string) int {
			return cmp.Compare(slices.Index(healthOrder, a), slices.Index(healthOrder, b))
		})
	}
	if upstream != "" {
		l.Edges = append(l.Edges, LineageEdge{upstream, id})
	}
	return id
}
