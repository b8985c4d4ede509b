package api

import (
	"context"
	"time"
)

// AdAccount is an ad account of a source.
type AdAccount struct {
	ID       string     `json:"id"`
	Name     string     `json:"name"`
	Currency string     `json:"currency"`
	Zone     string     `json:"zone"`
	Status   string     `json:"status"`
	First    *time.Time `json:"first_seen,omitempty" doc:"Absent where an account is not a source's"`
	Last     *time.Time `json:"last_seen,omitempty"`
}

func (g sources) accounts(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[AdAccount], error) {
	if _, err := g.Sources.Source(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := g.Accounts.SeenAccounts(ctx, in.ID)
	out := &listed[AdAccount]{}
	out.Body.Items = []AdAccount{}
	for _, a := range all {
		out.Body.Items = append(out.Body.Items, AdAccount{a.ID, a.Name, a.Currency, a.Zone, a.Status, given(a.First), given(a.Last)})
	}
	return out, err
}

// Table is a table that a source may have.
type Table struct {
	Name        string   `json:"name"`
	Description string   `json:"description"`
	Key         []string `json:"key"`
	Usual       bool     `json:"usual" doc:"Whether it is read where no table is named"`
	Daily       bool     `json:"daily" doc:"Whether it holds figures by day"`
}

func (g sources) tables(ctx context.Context, _ Caller, in *struct{ ByID }) (*listed[Table], error) {
	s, err := g.Sources.Source(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	all, err := g.Platforms.Tables(s.Source)
	if err != nil {
		return nil, foreign(err)
	}
	out := &listed[Table]{}
	out.Body.Items = []Table{}
	for _, c := range all {
		out.Body.Items = append(out.Body.Items, Table(c))
	}
	return out, nil
}
