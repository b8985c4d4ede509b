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

// Table is a table that a source may have.
type Table struct {
	Name        string   `json:"name" doc:"Name of the table"`
	Description string   `json:"description" doc:"What a row is"`
	Key         []string `json:"key" doc:"Columns of the primary key"`
	Usual       bool     `json:"usual" doc:"Whether it is read if no tables are named"`
	Daily       bool     `json:"daily" doc:"Whether it holds figures by day"`
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
		out.Body.Items = append(out.Body.Items, Table(c))
	}
	return out, nil
}
