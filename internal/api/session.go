package api

import (
	"context"
	"net/http"

	"adtally"
	"adtally/internal/api/password"
)

// session serves login and logout.
type session struct {
	*shell
	logins logins
	given  GivenDashboards
}

// mine is the access of every person who is logged in.
var mine = Access{Role: adtally.Guest, Person: true}

func (g session) register() {
	const path = "/api/v1/session"
	handle(g.shell, operation{ID: "log-in", Method: http.MethodPost, Path: path, Tag: tagPeople, Access: public, Summary: "Log in with a password",
		Text:    "Failed attempts are slowed down by address and account; accounts are never locked.",
		Refuses: []int{http.StatusUnauthorized, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.start)
	handle(g.shell, operation{ID: "get-session", Method: http.MethodGet, Path: path, Tag: tagPeople, Access: Access{Role: adtally.Guest},
		Summary: "Get the caller"}, g.get)
	handle(g.shell, operation{ID: "log-out", Method: http.MethodDelete, Path: path, Tag: tagPeople, Access: mine,
		Summary: "Log out, in this browser or everywhere", Refuses: []int{http.StatusPreconditionFailed}}, g.stop)
	handle(g.shell, operation{ID: "update-password", Method: http.MethodPut, Path: path + "/password", Tag: tagPeople, Access: mine,
		Summary: "Change the own password", Text: "Ends all other sessions of the user.",
		Refuses: []int{http.StatusPreconditionFailed, http.StatusTooManyRequests, http.StatusServiceUnavailable}}, g.password)
}

type loginForm struct {
	Body struct {
		Email    string `json:"email" minLength:"1" maxLength:"254" doc:"E-mail address of the user"`
		Password string `json:"password" maxLength:"256" doc:"Password of the user"`
	}
}

func (g session) start(ctx context.Context, who Caller, in *loginForm) (*known, error) {
	u, err := g.logins.verify(ctx, who, normalizeEmail(in.Body.Email), in.Body.Password)
	if err != nil {
		return nil, err
	}
	if err := g.Store.LoggedIn(ctx, u.ID, g.audited(who.by(u), "session.start", object("user", u.ID), nil)); err != nil {
		return nil, err
	}
	return g.logins.admitted(ctx, who, u)
}

// Self is the caller.
type Self struct {
	Kind        string               `json:"kind" enum:"user,key" doc:"Whether the caller is a person or an API key"`
	ID          string               `json:"id" doc:"ID of the user or key"`
	Name        string               `json:"name" doc:"Name of the user or key"`
	Role        adtally.Role         `json:"role" enum:"guest,viewer,editor,builder,admin" doc:"Role of the caller"`
	Permissions []adtally.Permission `json:"permissions" enum:"credentials,syncs" doc:"Permissions of the caller"`
}

func (g session) get(_ context.Context, who Caller, _ *struct{}) (*struct{ Body Self }, error) {
	return &struct{ Body Self }{Self{string(who.Kind), who.ID, who.Name, who.Role, orEmpty(who.Permissions)}}, nil
}

type logout struct {
	Everywhere bool `query:"everywhere" doc:"End all sessions of the user"`
}

type cleared struct {
	SetCookie http.Cookie `header:"Set-Cookie" doc:"Session cookie"`
}

func (g session) stop(ctx context.Context, who Caller, in *logout) (*cleared, error) {
	if in.Everywhere {
		u, err := g.Store.User(ctx, who.ID)
		if err != nil {
			return nil, err
		}
		u.Epoch++
		if err := g.Store.ChangeUser(ctx, u, g.audited(who, "session.end_all", object("user", who.ID), nil)); err != nil {
			return nil, err
		}
	}
	// A page of a guest's dashboard has no session of its own.
	if who.Role == adtally.Guest {
		if err := g.given.CloseOpened(ctx, who.ID, g.audited(who, "session.close", object("user", who.ID), nil)); err != nil {
			return nil, err
		}
	}
	cookie, err := g.end(ctx, who)
	return &cleared{cookie}, err
}

type passwordForm struct {
	Body struct {
		Current string `json:"current" maxLength:"256" doc:"Current password; empty if the user has none"`
		New     string `json:"new" maxLength:"256" doc:"New password, at least 12 characters"`
	}
}

func (g session) password(ctx context.Context, who Caller, in *passwordForm) (*cleared, error) {
	u, err := g.Store.User(ctx, who.ID)
	if err != nil {
		return nil, err
	}
	if err := g.checkPassword(ctx, who, u, in.Body.Current, "body.current"); err != nil {
		return nil, err
	}
	if err := password.Check(in.Body.New, u.Email); err != nil {
		return nil, fieldRefusal{adtally.FaultOf(err), "body.new"}
	}
	if u.Password, err = g.Passwords.Hash(ctx, in.Body.New); err != nil {
		return nil, err
	}
	u.Epoch++
	if err := g.Store.ChangeUser(ctx, u, g.audited(who, "user.password", object("user", u.ID), nil)); err != nil {
		return nil, err
	}
	cookie, err := g.begin(ctx, who, u)
	return &cleared{cookie}, err
}

// checkPassword checks the current password: an unlocked browser must not be enough to lock
// out its owner. Users who only log in by OIDC have none.
func (g session) checkPassword(ctx context.Context, who Caller, u adtally.User, current, field string) error {
	if u.Password.IsZero() {
		return nil
	}
	if err := g.logins.withTimeout(who, u.Email); err != nil {
		return err
	}
	good, err := g.Passwords.Matches(ctx, current, u.Password)
	if err != nil {
		return err
	}
	if !good {
		return fieldRefusal{refusal("wrong_password", "The current password is wrong", "Try again, or ask an admin."), field}
	}
	g.throttle.Good(u.Email, network(who.From))
	return nil
}

// orEmpty replaces nil with an empty list, which JSON writes as [].
func orEmpty[T any](all []T) []T {
	if all == nil {
		return []T{}
	}
	return all
}
