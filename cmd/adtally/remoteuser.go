package main

import (
	"context"
	"net/url"

	"adtally"
)

type userCommand struct {
	Setup   userSetupCommand   `cmd:"" help:"Create the first admin, with the code that the service printed and the password from ADTALLY_PASSWORD or a prompt."`
	List    userListCommand    `cmd:"" help:"List the users."`
	Invite  userInviteCommand  `cmd:"" help:"Invite a user and print the link for them."`
	Invites userInvitesCommand `cmd:"" help:"List the invites."`
	Reset   userResetCommand   `cmd:"" help:"Print a link with which a user sets a new password. Run it on the service's machine; it needs no login."`
	Set     userSetCommand     `cmd:"" help:"Change a user's role and permissions."`
}

type userSetupCommand struct {
	remote
	Code  string `arg:"" help:"The code that the service printed."`
	Email string `arg:""`
	Name  string `help:"Your name. Default: the e-mail address."`
}

func (c *userSetupCommand) Run(ctx context.Context, p *program) error {
	v, err := c.stranger(p)
	if err != nil {
		return err
	}
	password, err := p.password()
	if err != nil {
		return err
	}
	if c.Name == "" {
		c.Name = c.Email
	}
	answer, err := v.ask(ctx, "POST", "/setup", map[string]string{"code": c.Code, "email": c.Email, "name": c.Name, "password": password.Reveal()})
	if err != nil {
		return err
	}
	return v.show(answer, userFields...)
}

var userFields = []string{"id", "email", "name", "role", "permissions", "disabled", "login"}

type userListCommand struct{ remote }

func (c *userListCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, "/users", userFields...)
}

type userInviteCommand struct {
	remote
	accessFlags
	Email string `arg:""`
}

func (c *userInviteCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.ask(ctx, "POST", "/invites", c.body("email", c.Email))
	if err != nil {
		return err
	}
	return v.show(answer, "email", "role", "permissions", "expires", "link")
}

// accessFlags are what somebody is to be allowed.
type accessFlags struct {
	Role       adtally.Role         `help:"viewer, editor, builder or admin." required:""`
	Permission []adtally.Permission `help:"credentials, syncs; may be given more than once."`
}

// body returns a request body with the role and permissions.
func (w accessFlags) body(key, value string) map[string]any {
	return map[string]any{key: value, "role": w.Role, "permissions": append([]adtally.Permission{}, w.Permission...)}
}

type userInvitesCommand struct{ remote }

func (c *userInvitesCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, "/invites", "id", "email", "role", "permissions", "state", "expires", "by")
}

type userSetCommand struct {
	remote
	ID         string                `arg:"" help:"The person's id, see adtally user list."`
	Role       *adtally.Role         `help:"viewer, editor, builder or admin."`
	Permission *[]adtally.Permission `help:"credentials, syncs; replaces the current ones."`
	Disabled   *bool                 `help:"Block the user from logging in." negatable:""`
}

func (c *userSetCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	body := map[string]any{}
	put(body, "role", c.Role)
	put(body, "permissions", c.Permission)
	put(body, "disabled", c.Disabled)
	answer, err := v.edit(ctx, "PATCH", "/users/"+url.PathEscape(c.ID), "", body)
	if err != nil {
		return err
	}
	return v.show(answer, userFields...)
}

type keyCommand struct {
	List   keyListCommand   `cmd:"" help:"List the API keys."`
	Create keyCreateCommand `cmd:"" help:"Create an API key and print it once. A person must do it: --as EMAIL."`
	Revoke keyRevokeCommand `cmd:"" help:"Revoke an API key."`
}

var keyFields = []string{"id", "name", "role", "permissions", "created", "expires", "last_used", "revoked"}

type keyListCommand struct{ remote }

func (c *keyListCommand) Run(ctx context.Context, p *program) error {
	return c.listed(ctx, p, "/keys", keyFields...)
}

type keyCreateCommand struct {
	remote
	accessFlags
	Name string `arg:"" help:"Name of the program that uses the key."`
}

func (c *keyCreateCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	answer, err := v.ask(ctx, "POST", "/keys", c.body("name", c.Name))
	if err != nil {
		return err
	}
	return v.show(answer, "id", "name", "role", "permissions", "token")
}

type keyRevokeCommand struct {
	remote
	ID string `arg:"" help:"The key's id, see adtally key list."`
}

func (c *keyRevokeCommand) Run(ctx context.Context, p *program) error {
	v, err := c.visit(ctx, p)
	if err != nil {
		return err
	}
	_, err = v.ask(ctx, "DELETE", "/keys/"+url.PathEscape(c.ID), nil)
	if err != nil || v.json {
		return err
	}
	return p.printf("The key %s is revoked.\n", c.ID)
}
