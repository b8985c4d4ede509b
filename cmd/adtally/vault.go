package main

import (
	"context"
	"errors"

	"adtally/internal/store"
	"adtally/internal/vault"
)

type vaultCommand struct {
	Rotate  rotateCommand  `cmd:"" help:"Encrypt all tokens with a new key, even while syncs run. Run the command again to resume."`
	Discard discardCommand `cmd:"" help:"Discard the tokens whose key is lost. Their sources must be reconnected."`
}

type rotateCommand struct{ serviceFlags }

func (c *rotateCommand) Run(ctx context.Context, p *program) error {
	return c.changeKey(ctx, p, (*vault.Vault).Rotate)
}

type discardCommand struct{ serviceFlags }

func (c *discardCommand) Run(ctx context.Context, p *program) error {
	return c.changeKey(ctx, p, (*vault.Vault).Discard)
}

// changeKey runs a change of keys on the service's vault.
func (f *serviceFlags) changeKey(ctx context.Context, p *program, change func(*vault.Vault, context.Context) (vault.Rotation, error)) (err error) {
	db, err := store.Open(ctx, f.address("adtally.db"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	done, err := change(f.vaultOf(p, db), ctx)
	if err != nil {
		return err
	}
	return p.printf("%d tokens are encrypted with the key %s; %d were discarded.\n", done.Resealed, done.Key, done.Lost)
}
