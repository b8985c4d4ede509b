package api

import (
	"context"
	"crypto/subtle"
	"net/http"

	"adtally"
)

// setup creates the first admin.
type setup struct {
	*shell
	logins logins
}

const tagPeople = "people"

func (g setup) register() {
	handle(g.shell, operation{ID: "get-setup", Method: http.MethodGet, Path: "/api/v1/setup", Tag: tagPeople, Access: public,
		Summary: "Check whether the first admin exists, and how to log in"}, g.get)
	handle(g.shell, operation{ID: "setup", Method: http.MethodPost, Path: "/api/v1/setup", Tag: tagPeople, Access: public,
		Summary: "Create the first admin and log in", Text: "While there is no user, the server prints the code when it starts.",
		Status: http.StatusCreated, Refuses: []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.create)
}

type setupState struct {
	Body struct {
		Needed bool   `json:"needed" doc:"Whether the first admin must be created"`
		OIDC   string `json:"oidc,omitempty" doc:"Name of the OIDC provider, for the login at /auth/oidc/start; absent = none is configured"`
	}
}

func (g setup) get(ctx context.Context, _ Caller, _ *struct{}) (*setupState, error) {
	some, err := g.Store.AnyUser(ctx)
	out := &setupState{}
	out.Body.Needed = !some
	if g.OIDC != nil {
		out.Body.OIDC = g.OIDC.Name
	}
	return out, err
}

type setupForm struct {
	Body struct {
		Code     string `json:"code" maxLength:"100" doc:"Code that the server printed"`
		Email    string `json:"email" format:"email" maxLength:"254" doc:"E-mail address of the admin"`
		Name     string `json:"name" pattern:"\\S" maxLength:"200" doc:"Name for people"`
		Password string `json:"password" maxLength:"256" doc:"At least 12 characters"`
	}
}

func (g setup) create(ctx context.Context, who Caller, in *setupForm) (*known, error) {
	if some, err := g.Store.AnyUser(ctx); err != nil || some {
		return nil, orSetupDone(err)
	}
	if err := g.logins.withTimeout(who, "set-up"); err != nil {
		return nil, err
	}
	if !g.good(in.Body.Code) {
		return nil, refusal("wrong_code", "The set-up code is wrong", "Copy the code from the server's output or log; it is printed at the start.")
	}
	level := adtally.AccessLevel{Role: adtally.Admin, Permissions: adtally.Permissions()}
	email, err := address(in.Body.Email)
	if err != nil {
		return nil, err
	}
	u, err := g.logins.newUser(ctx, in.Body.Name, email, in.Body.Password, level)
	if err != nil {
		return nil, err
	}
	if err := g.Store.AddFirstUser(ctx, u, g.audited(who.by(u), "setup", object("user", u.ID), nil)); err != nil {
		return nil, err
	}
	return g.logins.admitted(ctx, who, u)
}

func (g setup) good(code string) bool {
	want := g.SetupCode.Reveal()
	return want != "" && subtle.ConstantTimeCompare([]byte(code), []byte(want)) == 1
}

func orSetupDone(err error) error {
	if err != nil {
		return err
	}
	return refusal("setup_done", "The first admin already exists", "Log in, or ask the admin for an invite.")
}
