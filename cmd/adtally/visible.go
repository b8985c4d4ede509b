package main

import (
	"context"
	"iter"

	"adtally"
	"adtally/internal/connector"
)

// VisibleAccounts lists the ad accounts that a secret can see.
func (l *platforms) VisibleAccounts(ctx context.Context, kind string, secret adtally.Secret) iter.Seq2[adtally.VisibleAccounts, error] {
	return func(yield func(adtally.VisibleAccounts, error) bool) {
		c, err := l.of(ctx, kind, "")
		if err != nil {
			yield(adtally.VisibleAccounts{}, err)
			return
		}
		if lister, ok := c.(connector.AccountLister); ok {
			lister.VisibleAccounts(ctx, secret)(yield)
			return
		}
		yield(listedAtOnce(ctx, c, secret))
	}
}

// listedAtOnce returns the accounts of a platform that only lists them as a whole.
func listedAtOnce(ctx context.Context, c connector.Connector, secret adtally.Secret) (all adtally.VisibleAccounts, err error) {
	list, _, err := c.Accounts(ctx, secret)
	for _, a := range list {
		all.Accounts = append(all.Accounts, adtally.VisibleAccount{Account: a, Owned: adtally.UnknownOwnership})
	}
	all.Expected = len(list)
	return all, err
}

// ReportOptions returns what a custom report can consist of.
func (l *platforms) ReportOptions(kind string, draft adtally.Report) (adtally.ReportOptions, error) {
	c, err := l.with(kind, "", adtally.App{})
	if err != nil {
		return adtally.ReportOptions{}, err
	}
	builder, ok := c.(connector.ReportBuilder)
	if !ok {
		return adtally.ReportOptions{}, wrong("no_reports", "Use the tables that it has.", "The connector has no custom reports")
	}
	return builder.ReportOptions(draft), nil
}
