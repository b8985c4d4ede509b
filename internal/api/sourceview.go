package api

import (
	"context"
	"time"
)

// AdAccount is an ad account of a source.
type AdAccount struct {
	ID       string     `json:"id" doc:"Number of the ad account"`
	Name     string     `json:"name" doc:"Name at the platform"`
	Currency string     `json:"currency" doc:"Currency of its figures (ISO 4217)"`
	Zone     string     `json:"zone" doc:"IANA time zone of its days"`
	Status   string     `json:"status" doc:"Status at the platform"`
	First    *time.Time `json:"first_seen,omitempty" doc:"When the account was first seen; absent = it belongs to no source"`
	Last     *time.Time `json:"last_seen,omitempty" doc:"When the account was last seen"`
}

func (g sources) accounts(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[AdAccount], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Accounts.SeenAccounts(ctx, in.ID)
	out := &listed[AdAccount]{}
	out.Body.Items = []AdAccount{}
	for _, a := range all {
		out.Body.Items = append(out.Body.Items, AdAccount{a.ID, a.Name, a.Currency, a.Zone, a.Status, timeOrNil(a.First), timeOrNil(a.Last)})
	}
	return out, err
}
