package main

import (
	"context"

	"adtally"
	"adtally/internal/analytics"
	"adtally/internal/difference"
)

// ExplainDifference finds out why a figure differs from the one on the platform's own page.
func (a *answers) ExplainDifference(ctx context.Context, q difference.Question) (out *difference.Answer, err error) {
	sources, err := a.shared.marketing(ctx)
	if err != nil {
		return nil, err
	}
	settings, err := a.Settings(ctx)
	if err != nil {
		return nil, err
	}
	var shown []difference.Source
	for _, s := range sources {
		shown = append(shown, difference.Source{Dataset: s.Dataset, Shown: s.Marketing.Shown})
	}
	err = a.reading(ctx, func(_ *analytics.Engine, db analytics.Queryer) (err error) {
		out, err = difference.Explain(ctx, db, shown, settings.Zone, q)
		return err
	})
	return out, err
}

// ShownFigures returns what can be compared, for each platform that has a source.
func (a *answers) ShownFigures(ctx context.Context) (all []adtally.ShownFigures, err error) {
	sources, err := a.shared.marketing(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, s := range sources {
		if name := s.Marketing.Channel; !seen[name] && len(s.Marketing.Shown.Metrics) > 0 {
			seen[name] = true
			all = append(all, s.Marketing.Shown)
		}
	}
	return all, nil
}
