package api

import (
	"context"
	"crypto/subtle"
	"net/http"

	"adtally"
)

// setup makes the first admin.
type setup struct {
	*shell
	logins logins
}

const tagPeople = "people"

func (g setup) register() {
	handle(g.shell, operation{ID: "get-setup", Method: http.MethodGet, Path: "/api/v1/setup", Tag: tagPeople, Access: public,
		Summary: "Say whether there is an admin yet, and how to log in"}, g.get)
	handle(g.shell, operation{ID: "setup", Method: http.MethodPost, Path: "/api/v1/setup", Tag: tagPeople, Access: public,
		Summary: "Make the first admin and log in", Text: "The server prints the code when it starts while there is no user.",
		Status: http.StatusCreated, Refuses: []int{http.StatusConflict, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.make)
}

type setupState struct {
	Body struct {
		Needed bool   `json:"needed" doc:"There is no user: make the first admin"`
		OIDC   string `json:"oidc,omitempty" doc:"What to call the provider that one may log in with, at /auth/oidc/start; absent = there is none"`
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
		Code     string `json:"code" maxLength:"100" doc:"What the server printed"`
		Email    string `json:"email" format:"email" maxLength:"254"`
		Name     string `json:"name" pattern:"\\S" maxLength:"200"`
		Password string `json:"password" maxLength:"256" doc:"At least 12 characters"`
	}
}

func (g setup) make(ctx context.Context, who Caller, in *setupForm) (*known, error) {
	if some, err := g.Store.AnyUser(ctx); err != nil || some {
		return nil, orSetupDone(err)
	}
	if err := g.logins.withTimeout(who, "set-up"); err != nil {
		return nil, err
	}
	if !g.good(in.Body.Code) {
		return nil, refusal("wrong_code", "This is not the set-up code", "The server prints it when it starts; look at its output or its log.")
	}
	powers := adtally.AccessLevel{Role: adtally.Admin, Permissions: adtally.Permissions()}
	email, err := address(in.Body.Email)
	if err != nil {
		return nil, err
	}
	u, err := g.logins.newUser(ctx, in.Body.Name, email, in.Body.Password, powers)
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
	return refusal("setup_done", "There is an admin already", "Log in, or ask the admin for an invite.")
}
