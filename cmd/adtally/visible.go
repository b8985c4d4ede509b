package main

import (
	"context"
	"iter"

	"adtally"
)

// VisibleAccounts lists the ad accounts that a secret can see.
func (l *platforms) VisibleAccounts(ctx context.Context, kind string, secret adtally.Secret) iter.Seq2[adtally.VisibleAccounts, error] {
	return func(yield func(adtally.VisibleAccounts, error) bool) {}
}

// ReportOptions returns what a custom report can consist of.
func (l *platforms) ReportOptions(kind string, draft adtally.Report) (adtally.ReportOptions, error) {
	return adtally.ReportOptions{}, nil
}

func (l *platforms) InspectStepwise(ctx context.Context, kind string, secret adtally.Secret, b adtally.Before, done func(adtally.Check)) (adtally.Inspection, adtally.Secret, error) {
	return l.Inspect(ctx, kind, secret, b)
}

func (f forecasts) EstimateReport(ctx context.Context, s adtally.SourceRecord, r adtally.Report) (adtally.ReportEstimate, error) {
	return adtally.ReportEstimate{}, nil
}
