package main

import (
	"context"
	"errors"
	"strings"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/store"
)

// userResetCommand works on the machine, beside a running service or without it:
// whoever may read the database may let people in.
type userResetCommand struct {
	Email       string `arg:"" help:"The person's e-mail address."`
	Data        string `help:"Folder of the service." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	DatabaseURL string `help:"PostgreSQL of the service." name:"database-url" env:"ADTALLY_DATABASE_URL" placeholder:"postgres://…"`
	PublicURL   string `help:"How people reach the service." name:"public-url" default:"http://127.0.0.1:8085" env:"ADTALLY_PUBLIC_URL" placeholder:"https://…"`
}

func (c *userResetCommand) Run(ctx context.Context, p *program) (err error) {
	f := serviceFlags{Data: c.Data, DatabaseURL: c.DatabaseURL}
	if err := f.there(); err != nil {
		return err
	}
	db, err := store.Open(ctx, f.address("adtally.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	u, err := db.UserByEmail(ctx, strings.ToLower(strings.TrimSpace(c.Email)))
	if err != nil {
		return err
	}
	if u.Disabled {
		return wrong("disabled", "An admin can let them in again: adtally user set --no-disabled.", "%s may not log in", u.Email)
	}
	now := p.clock()
	r, link := api.NewReset(u.ID, "", c.PublicURL, now)
	d := adtally.AuditEntry{ID: newID(), At: now, Name: "adtally user reset", What: "reset.create", Object: "user:" + u.ID}
	if err := db.AddReset(ctx, r, d); err != nil {
		return err
	}
	return p.printf("By this link %s chooses a new password, once, until %s:\n%s\n", u.Email, r.Expires.UTC().Format("2006-01-02 15:04 UTC"), link)
}
