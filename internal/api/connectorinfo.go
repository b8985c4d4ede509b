package api

import (
	"context"
	"net/http"

	"adtally"
	"adtally/internal/api/markdown"
)

// connectorInfos serves what there is to know about a connector before it is used.
type connectorInfos struct{ sources }

func (g connectorInfos) register() {
	const one = "/api/v1/catalog/{connector}"
	handle(g.shell, operation{ID: "get-connector", Method: http.MethodGet, Path: one, Tag: tagSources, Access: forViewers, Summary: "Get a connector: what it copies, and what it needs"}, g.get)
	handle(g.shell, operation{ID: "get-connector-help", Method: http.MethodGet, Path: one + "/help", Tag: tagSources, Access: forViewers, Summary: "Get the documentation of a connector",
		Text: "The sections of the document in order. The help of a fault in list-faults is the anchor of a section."}, g.help)
}

// ConnectorDetails describes a connector.
type ConnectorDetails struct {
	CatalogEntry
	Version     string               `json:"api_version,omitempty" example:"v25.0" doc:"Version of the platform's API that is used"`
	Synced      []ConnectorText      `json:"synced" nullable:"false" doc:"What is copied"`
	Permissions []RequiredPermission `json:"permissions" nullable:"false" doc:"What a token needs"`
	Tables      []Table              `json:"tables" nullable:"false" doc:"Tables that a source may have, with their columns"`
	Sources     int                  `json:"sources" doc:"Number of sources that use the connector"`
	HelpURL     string               `json:"help_url,omitempty" doc:"The platform's own documentation" format:"uri"`
}

// ConnectorText is a paragraph with a title.
type ConnectorText struct {
	Title string `json:"title" doc:"Title of the paragraph"`
	Text  string `json:"text" doc:"The paragraph"`
}

// RequiredPermission is a permission that a token needs.
type RequiredPermission struct {
	Name string `json:"name" example:"ads_read" doc:"Name at the platform"`
	Why  string `json:"why" doc:"What it is needed for"`
}

func (g connectorInfos) get(ctx context.Context, _ Caller, in *struct{ ByConnector }) (*struct{ Body ConnectorDetails }, error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	entry, err := g.catalogEntry(ctx, spec)
	if err != nil {
		return nil, err
	}
	out := ConnectorDetails{CatalogEntry: entry, Version: spec.Version, Synced: []ConnectorText{}, Permissions: []RequiredPermission{}, Tables: []Table{}, HelpURL: spec.HelpURL}
	for _, t := range spec.Synced {
		out.Synced = append(out.Synced, ConnectorText(t))
	}
	for _, p := range spec.Permissions {
		out.Permissions = append(out.Permissions, RequiredPermission(p))
	}
	tables, err := g.Platforms.Tables(adtally.Source{Connector: spec.Name})
	if err != nil {
		return nil, platformProblem(err)
	}
	for _, t := range tables {
		out.Tables = append(out.Tables, tableOf(t))
	}
	all, err := g.Sources.Sources(ctx, false)
	for _, s := range all {
		if s.Connector == spec.Name {
			out.Sources++
		}
	}
	return &struct{ Body ConnectorDetails }{out}, err
}

// ConnectorHelp is the documentation of a connector.
type ConnectorHelp struct {
	Sections []HelpSection `json:"sections" nullable:"false" doc:"Sections in order"`
}

// HelpSection is a section of a connector's documentation.
type HelpSection struct {
	Anchor string `json:"anchor" doc:"Anchor of the section, unique in the document"`
	Title  string `json:"title" doc:"Title of the section"`
	Level  int    `json:"level" doc:"Level of its heading: 1 = the document, 2 = a part of it, and so on"`
	HTML   string `json:"html" doc:"Content of the section as HTML, without scripts or other raw HTML"`
}

func (g connectorInfos) help(_ context.Context, _ Caller, in *struct{ ByConnector }) (*struct{ Body ConnectorHelp }, error) {
	spec, err := g.spec(in.Connector)
	if err != nil {
		return nil, err
	}
	sections, err := markdown.Sections(spec.Document)
	out := ConnectorHelp{Sections: []HelpSection{}}
	for _, s := range sections {
		out.Sections = append(out.Sections, HelpSection(s))
	}
	return &struct{ Body ConnectorHelp }{out}, err
}
