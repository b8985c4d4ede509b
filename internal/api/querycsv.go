package api

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"adtally/internal/analytics"
)

// csvText is the media type of a CSV file.
const csvText = "text/csv"

func (g queries) csv(ctx context.Context, _ Caller, in *struct{ Body QueryRequest }) (*huma.StreamResponse, error) {
	a, err := g.ask(ctx, in.Body)
	if err != nil {
		return nil, err
	}
	return &huma.StreamResponse{Body: func(out huma.Context) {
		out.SetHeader("Content-Type", csvText+"; charset=utf-8")
		out.SetHeader("Content-Disposition", `attachment; filename="figures.csv"`)
		if err := analytics.WriteCSV(out.BodyWriter(), analytics.CSVTable{By: in.Body.By, Grain: in.Body.Grain, Compare: in.Body.Compare}, a); err != nil {
			g.shell.Log.DebugContext(ctx, "the client closed the connection before the file was sent", "error", err)
		}
	}}, nil
}
