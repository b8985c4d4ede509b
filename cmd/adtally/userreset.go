package main

import (
	"context"
	"errors"
	"strings"

	"adtally"
	"adtally/internal/api"
	"adtally/internal/store"
)

// userResetCommand works on the service's machine, whether the service runs or not:
// access to the database is the authorisation.
type userResetCommand struct {
	Email       string `arg:"" help:"The user's e-mail address."`
	Data        string `help:"Folder of the service." default:"adtally-data" env:"ADTALLY_DATA" placeholder:"DIR"`
	DatabaseURL string `help:"PostgreSQL of the service." name:"database-url" env:"ADTALLY_DATABASE_URL" placeholder:"postgres://…"`
	PublicURL   string `help:"Public URL of the service." name:"public-url" default:"http://127.0.0.1:8085" env:"ADTALLY_PUBLIC_URL" placeholder:"https://…"`
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
		return wrong("disabled", "An admin can enable the user: adtally user set --no-disabled.", "The user %s is disabled", u.Email)
	}
	now := p.clock()
	r, link := api.NewReset(u.ID, "", c.PublicURL, now)
	d := adtally.AuditEntry{ID: newID(), At: now, Name: "adtally user reset", What: "reset.create", Object: "user:" + u.ID}
	if err := db.AddReset(ctx, r, d); err != nil {
		return err
	}
	return p.printf("With this link %s can set a new password, once, until %s:\n%s\n", u.Email, r.Expires.UTC().Format("2006-01-02 15:04 UTC"), link)
}
